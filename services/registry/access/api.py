"""Keys over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.keys import IssuedKey, IssueKey, Key
from services.registry import rules
from services.registry.access import handlers, store

router = make_router()


@router.post("/v1/keys", status_code=201, dependencies=[OncePerKey])
async def issue_key(command: IssueKey, caller: Caller, database: Db) -> IssuedKey:
    """Make a key for a unit. It is shown in this answer and never again."""
    return await handlers.issue_key(database, command, caller)


@router.get("/v1/keys")
async def list_keys(caller: Caller, database: Db, paging: Paging) -> Page[Key]:
    """All keys, without their secrets."""
    rules.check_may_keep_register(caller)
    async with database.reading() as connection:
        rows = await store.read_page(connection, paging.after_id(), paging.limit + 1)
    return cut(rows, paging, lambda key: (str(key.id),))


@router.delete("/v1/keys/{id}", status_code=204)
async def revoke_key(id: UUID, caller: Caller, database: Db) -> None:
    """Take a key back: every service refuses it within two seconds."""
    await handlers.revoke_key(database, id, caller)
