"""Contacts: set one; delete one; mark a channel that refused; show one without its secrets."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.clock import Clock
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import Conflict, check_version
from chassis.sealing import Sealer
from contracts.notifier.contacts import Contact, RobotChannel, SetContact, WebhookChannel
from services.notifier import rules
from services.notifier.channels.openings import ROBOTS
from services.notifier.contacts import store
from services.notifier.contacts.model import (
    carry_over,
    check_robot,
    check_webhook,
    read_setting,
    show_channel,
)
from services.notifier.contacts.sealed import open_channel, seal_channel
from services.notifier.contacts.store import KeptContact
from services.notifier.directory import store as directory
from services.notifier.settings import NotifierSettings

REAL_TIME = Clock()
"""By which signatures are judged."""


class ContactNameTaken(Conflict):
    """Another contact of the unit has this name."""


async def set_contact(
    database: Database,
    settings: NotifierSettings,
    command: SetContact,
    expected: int | None,
    actor: Principal,
) -> Contact:
    """Make one of a unit's contacts what is said; the same again changes nothing."""
    async with database.reading() as connection:
        standing = await directory.read_standing(connection, actor, command.organization_id)
    rules.check_may_set_contact(actor, command.organization_id, standing)
    for channel in command.channels:
        if isinstance(channel, WebhookChannel):
            check_webhook(channel)
        elif isinstance(channel, RobotChannel):
            check_robot(channel, ROBOTS[channel.kind], settings)
    async with database.transaction() as tx:
        if await directory.describe(tx.connection, command.organization_id) is None:
            raise rules.not_yours_to_set()
        kept = await store.lock_all(tx, command.organization_id)
        of_unit = [open_contact(each, settings.sealer) for each in kept]
        present = _find(of_unit, command)
        if present is not None:
            check_version(present.version, expected)
        contact = _change(tx, settings, command, of_unit, present)
        if present is not None and contact != present:
            contact = replace(contact, version=present.version + 1, updated_at=tx.now)
        if contact != present:
            await store.save(tx, seal_contact(contact, settings.sealer))
            await store.forget_targets(tx, contact.organization_id)
    return show(contact, actor)


def _find(of_unit: list[KeptContact], command: SetContact) -> KeptContact | None:
    """Which contact is meant: by its id, else by its name."""
    named = next((each for each in of_unit if each.name == command.name), None)
    if command.id is None:
        return named
    meant = next((each for each in of_unit if each.id == command.id), None)
    if meant is None:
        raise rules.not_yours_to_set()
    if named is not None and named is not meant:
        raise ContactNameTaken(f"another contact of this unit is named {command.name}")
    return meant


def _change(
    tx: Transaction,
    settings: NotifierSettings,
    command: SetContact,
    of_unit: list[KeptContact],
    present: KeptContact | None,
) -> KeptContact:
    used = [channel["nth"] for each in of_unit for channel in each.channels]
    contact = present or KeptContact(
        new_id(), 1, tx.now, tx.now, command.organization_id, command.name, command.locale, []
    )
    channels = carry_over(
        [read_setting(channel) for channel in command.channels],
        contact.channels,
        max(used, default=0) + 1,
        REAL_TIME.now() + timedelta(hours=settings.webhook_overlap_hours),
    )
    hears: list[str] | None = None if command.hears is None else sorted(set(command.hears))
    return replace(
        contact, name=command.name, locale=command.locale, channels=channels, role=command.role, hears=hears
    )


async def delete_contact(database: Database, id: UUID, expected: int | None, actor: Principal) -> None:
    """Forget a contact; that something was sent, when, of what and over which kind of channel stays."""
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        if present is None:
            raise rules.not_yours_to_set()
        standing = await directory.read_standing(tx.connection, actor, present.organization_id)
        rules.check_may_set_contact(actor, present.organization_id, standing)
        check_version(present.version, expected)
        await store.delete(tx, id)
        await store.forget_targets(tx, present.organization_id)


async def mark_bounced(tx: Transaction, organization_id: UUID, number: int, reason: str) -> None:
    """Note that a channel refused for good: it is passed over until its contact is set anew."""
    for contact in await store.lock_all(tx, organization_id):
        for channel in contact.channels:
            if channel["nth"] == number and "bounced_at" not in channel:
                channel |= {"bounced_at": tx.now.isoformat(), "bounced_reason": reason}
                await store.save(tx, replace(contact, version=contact.version + 1, updated_at=tx.now))


def open_contact(contact: KeptContact, sealer: Sealer) -> KeptContact:
    """The contact with what it hides."""
    return replace(contact, channels=[open_channel(each, sealer) for each in contact.channels])


def seal_contact(contact: KeptContact, sealer: Sealer) -> KeptContact:
    """The contact as it is kept."""
    return replace(contact, channels=[seal_channel(each, sealer) for each in contact.channels])


def show(contact: KeptContact, to: Principal) -> Contact:
    """An opened contact without what may not be shown to this caller."""
    fields: dict[str, Any] = {
        name: getattr(contact, name) for name in KeptContact.__dataclass_fields__ if name != "channels"
    }
    shows_numbers = to.role == "coordinator"
    channels = [show_channel(channel, shows_numbers) for channel in contact.channels]
    return Contact(**fields, channels=channels)
