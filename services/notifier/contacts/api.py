"""Contacts over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.notifier.contacts import Contact, SetContact
from services.notifier import rules
from services.notifier.contacts import handlers, store
from services.notifier.directory import store as directory

router = make_router()


@router.put("/v1/contacts")
async def set_contact(command: SetContact, caller: Caller, database: Db, expected: IfMatch) -> Contact:
    """Say where a unit is told things: a coordinator for its subtree, at the root for everybody; a unit for itself."""
    return await handlers.set_contact(database, command, expected, caller)


@router.get("/v1/contacts")
async def list_contacts(
    caller: Caller, database: Db, paging: Paging, organization_id: UUID | None = None
) -> Page[Contact]:
    """Contacts without their secrets: the office at the root sees all, one below its subtree's, a unit its own."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        standing = await directory.read_standing(connection, caller, organization_id)
        rules.check_may_ask(caller, organization_id, standing)
        sight = rules.sight_of(caller, standing)
        rows = await store.read_page(connection, paging.after_id(), organization_id, sight, paging.limit + 1)
    return cut([handlers.show(row) for row in rows], paging, lambda contact: (str(contact.id),))
