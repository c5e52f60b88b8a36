"""Keys over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.keys import ChangeKey, IssuedKey, IssueKey, KeyState, Role, RotateKey, ShownKey
from services.registry.access import handlers, keeping, model, store

router = make_router()


@router.post("/v1/keys", status_code=201, dependencies=[OncePerKey])
async def issue_key(command: IssueKey, caller: Caller, database: Db) -> IssuedKey:
    """Make a key for a unit that you keep. It is shown in this answer and never again."""
    return await handlers.issue_key(database, command, caller)


@router.get("/v1/keys")
async def list_keys(
    caller: Caller,
    database: Db,
    paging: Paging,
    organization_id: UUID | None = None,
    role: Role | None = None,
    state: KeyState | None = None,
) -> Page[ShownKey]:
    """The keys that you keep, without their secrets: all for an office at the root, else those of the own subtree."""
    now = database.clock.now()
    async with database.reading() as connection:
        below = await keeping.read_kept(connection, caller)
        wanted = store.Wanted(below, organization_id, role, state)
        rows = await store.read_page(connection, paging.after_id(), wanted, now, paging.limit + 1)
    return cut([model.show(*row, now) for row in rows], paging, lambda key: (str(key.id),))


@router.get("/v1/keys/{id}")
async def get_key(id: UUID, caller: Caller, database: Db) -> ShownKey:
    """One key, without its secret: its state, and when it was last used."""
    return await handlers.find_key(database, id, caller)


@router.patch("/v1/keys/{id}")
async def change_key(
    id: UUID, command: ChangeKey, expected: RequiredIfMatch, caller: Caller, database: Db
) -> ShownKey:
    """Give the key another label or another end; `expires_at` null is without an end."""
    return await handlers.change_key(database, id, command, expected, caller)


@router.post("/v1/keys/{id}/rotate", status_code=201, dependencies=[OncePerKey])
async def rotate_key(
    id: UUID, command: RotateKey, caller: Caller, database: Db, expected: IfMatch
) -> IssuedKey:
    """Make another key for the same unit and role, shown once; the old one ends after the overlap."""
    return await handlers.rotate_key(database, id, command, expected, caller)


@router.delete("/v1/keys/{id}", status_code=204)
async def revoke_key(id: UUID, caller: Caller, database: Db) -> None:
    """Take a key back: every service refuses it within two seconds."""
    await handlers.revoke_key(database, id, caller)
