"""Contacts: set one; show one without its secrets."""

from dataclasses import replace

from chassis.access import Principal
from chassis.database import Database
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.notifier.contacts import Contact, SetContact, WebhookChannel
from services.notifier import rules
from services.notifier.contacts import store
from services.notifier.contacts.model import check_webhook, show_channel
from services.notifier.contacts.store import KeptContact
from services.notifier.directory import store as directory


async def set_contact(
    database: Database, command: SetContact, expected: int | None, actor: Principal
) -> Contact:
    """Replace where a unit is told things; the same again changes nothing."""
    async with database.reading() as connection:
        standing = await directory.read_standing(connection, actor, command.organization_id)
    rules.check_may_set_contact(actor, command.organization_id, standing)
    for channel in command.channels:
        if isinstance(channel, WebhookChannel):
            check_webhook(channel)
    channels = [channel.model_dump() for channel in command.channels]
    async with database.transaction() as tx:
        if await directory.describe(tx.connection, command.organization_id) is None:
            raise rules.not_yours_to_set()
        present = await store.lock(tx, command.organization_id)
        if present is None:
            contact = KeptContact(
                new_id(), 1, tx.now, tx.now, command.organization_id, command.name, command.locale, channels
            )
        else:
            check_version(present.version, expected)
            contact = replace(present, name=command.name, locale=command.locale, channels=channels)
            if contact == present:
                return show(present)
            contact = replace(contact, version=present.version + 1, updated_at=tx.now)
        await store.save(tx, contact)
    return show(contact)


def show(contact: KeptContact) -> Contact:
    """The contact without what may not be shown: a webhook's address is a credential."""
    return Contact(
        id=contact.id,
        version=contact.version,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        organization_id=contact.organization_id,
        name=contact.name,
        locale="en" if contact.locale == "en" else "zh-CN",
        channels=[show_channel(channel) for channel in contact.channels],
    )
