"""Organizations: register, change, list, and resolve names."""

from collections.abc import Sequence
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.registry.organizations import (
    ChangeOrganization,
    CreateOrganization,
    Organization,
    OrganizationChanged,
    OrganizationRegistered,
    ResolvedNames,
    ResolveNames,
)
from services.registry import rules
from services.registry.addressees.handlers import enrol
from services.registry.organizations import model, names, store


async def create_organization(
    database: Database, command: CreateOrganization, actor: Principal
) -> Organization:
    """Register a unit; NameTaken when another open one has its name or an alias of it."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        organization = model.create(command, new_id(), tx.now)
        if organization.parent_id is not None:
            ancestors = await store.read_ancestors(tx.connection, organization.parent_id)
            model.check_parent(organization.id, ancestors)
        await store.insert(tx, organization)
        await tx.record(OrganizationRegistered(organization=organization), actor)
        await enrol(tx, actor)
        return tx.answer(organization)


async def change_organization(
    database: Database, id: UUID, command: ChangeOrganization, expected: int, actor: Principal
) -> Organization:
    """Change the fields that were sent; a new name leaves the old one as an alias."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        if "parent_id" in command.sent():
            await store.lock_tree(tx)
        present = await store.lock(tx, id)
        check_version(present.version, expected)
        organization = model.change(present, command.sent(), tx.now)
        if organization.parent_id is not None and organization.parent_id != present.parent_id:
            ancestors = await store.read_ancestors(tx.connection, organization.parent_id)
            model.check_parent(organization.id, ancestors)
        await store.save(tx, organization)
        await tx.record(OrganizationChanged(organization=organization), actor)
        await enrol(tx, actor)
    return organization


async def resolve_names(
    database: Database, command: ResolveNames, prefixes: Sequence[str], actor: Principal
) -> ResolvedNames:
    """What each text means, by name, alias, an earlier decision or normal form; likeness only proposes."""
    rules.check_may_read(actor)
    async with database.reading() as connection:
        decided = await store.read_decided(connection)
        directory = names.directory_of(await store.read_open(connection), prefixes, decided)
    return ResolvedNames(results=[directory.resolve(name) for name in command.names])


async def check_known(tx: Transaction, field: str, ids: Sequence[UUID | None]) -> None:
    """Refuse ids that name no organization of the register, each with its place in the list; None names nobody."""
    missing = await store.find_missing(tx.connection, [id for id in ids if id is not None])
    model.check_none_missing(field, ids, missing)
