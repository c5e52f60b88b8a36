"""The first organization and its coordinator's key, made when the register is empty."""

import asyncio
from uuid import UUID

import structlog

from chassis import access
from chassis.connections import UNAVAILABLE
from chassis.database import Transaction
from chassis.events import System
from chassis.identity import new_id
from chassis.service import Running
from contracts.registry.keys import Key, KeyIssued
from contracts.registry.organizations import CreateOrganization, OrganizationRegistered
from services.registry.access import store
from services.registry.organizations import model
from services.registry.organizations import store as organizations
from services.registry.settings import RegistrySettings

log = structlog.get_logger()

LOCK = "LOCK TABLE organization IN SHARE ROW EXCLUSIVE MODE"
IS_EMPTY = "SELECT NOT EXISTS (SELECT id FROM organization)"


async def prepare(running: Running) -> None:
    """Make them, as soon as the database answers; nothing is done on a register that holds anything."""
    settings = running.settings
    assert isinstance(settings, RegistrySettings)
    if settings.first_key is None:
        return
    while True:
        try:
            async with running.database.transaction() as tx:
                await tx.connection.execute(LOCK)
                if await tx.connection.fetchval(IS_EMPTY):
                    await _make(tx, settings.office, settings.first_key)
            return
        except UNAVAILABLE as error:
            log.warning("first_organization_waits", error=repr(error))
            await asyncio.sleep(0.5)


async def _make(tx: Transaction, office: str, first_key: str) -> None:
    _, id, secret = first_key.split("_", 2)
    actor = System("registry")
    organization = model.create(CreateOrganization(name=office, kind="office"), new_id(), tx.now)
    key = Key(
        id=UUID(id),
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=organization.id,
        role="coordinator",
        label="rollcall up",
    )
    await organizations.insert(tx, organization)
    await tx.record(OrganizationRegistered(organization=organization), actor)
    await store.insert(tx, key, access.hash_secret(secret))
    await tx.record(KeyIssued(key=key, secret_sha256=access.hash_secret(secret)), actor)
