"""Contacts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.notifier.contacts import ChannelKind, ChannelTest, Contact, SetContact, TestChannel
from services.notifier import rules
from services.notifier.contacts import handlers, store, trials
from services.notifier.directory import store as directory
from services.notifier.settings import NotifierSettings

router = make_router()


async def _settings(request: Request) -> NotifierSettings:
    found: NotifierSettings = request.app.state.running.settings
    return found


Settings = Annotated[NotifierSettings, Depends(_settings)]


@router.put("/v1/contacts")
async def set_contact(
    command: SetContact, caller: Caller, database: Db, settings: Settings, expected: IfMatch
) -> Contact:
    """Say where a unit is told things: a coordinator for its subtree, at the root for everybody; a unit for itself."""
    return await handlers.set_contact(database, settings, command, expected, caller)


@router.delete("/v1/contacts/{id}", status_code=204)
async def delete_contact(id: UUID, caller: Caller, database: Db, expected: IfMatch) -> None:
    """Forget a contact whole. That something was sent, when and over which kind of channel stays on record."""
    await handlers.delete_contact(database, id, expected, caller)


@router.get("/v1/contacts")
async def list_contacts(
    caller: Caller, database: Db, settings: Settings, paging: Paging, organization_id: UUID | None = None
) -> Page[Contact]:
    """Contacts without their secrets: the office at the root sees all, one below its subtree's, a unit its own.

    Mobile numbers are shown to coordinators, to others only their first two and last four digits.
    """
    rules.check_may_read(caller)
    async with database.reading() as connection:
        standing = await directory.read_standing(connection, caller, organization_id)
        rules.check_may_ask(caller, organization_id, standing)
        sight = rules.sight_of(caller, standing)
        rows = await store.read_page(connection, paging.after_id(), organization_id, sight, paging.limit + 1)
    opened = [handlers.open_contact(row, settings.sealer) for row in rows]
    return cut([handlers.show(each, caller) for each in opened], paging, lambda contact: (str(contact.id),))


@router.post("/v1/channels/{name}/test")
async def test_channel(
    name: ChannelKind, command: TestChannel, caller: Caller, database: Db, settings: Settings
) -> ChannelTest:
    """Send a test message to the caller's own contacts, and say what the other side answered: coordinators and ops."""
    return await trials.test_channel(database, settings, name, command, caller)
