"""Organizations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from chassis.http.paging import Page, Paging, cut, read_id
from chassis.http.routes import Caller, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.organizations import (
    ChangeOrganization,
    CreateOrganization,
    HistoryEntry,
    Kind,
    Organization,
    ResolvedNames,
    ResolveNames,
)
from services.registry import rules
from services.registry.organizations import handlers, store
from services.registry.organizations.directory import LiveDirectory
from services.registry.settings import NamePrefixes

router = make_router()


async def _live_directory(request: Request) -> LiveDirectory:
    found: LiveDirectory = request.app.state.directory
    return found


LiveNames = Annotated[LiveDirectory, Depends(_live_directory)]
SearchText = Annotated[str | None, Query(min_length=1, max_length=300)]


@router.post("/v1/organizations", status_code=201, dependencies=[OncePerKey])
async def create_organization(command: CreateOrganization, caller: Caller, database: Db) -> Organization:
    """Register a unit."""
    return await handlers.create_organization(database, command, caller)


@router.get("/v1/organizations")
async def list_organizations(
    caller: Caller,
    database: Db,
    directory: LiveNames,
    prefixes: NamePrefixes,
    paging: Paging,
    q: SearchText = None,
    kind: Kind | None = None,
    parent_id: UUID | None = None,
    below: UUID | None = None,
    is_open: bool | None = None,
) -> Page[Organization]:
    """Units in the office's own order.

    `q` finds what stands in a name, short name, alias or former name, whatever its brackets and widths, or in the
    initials of its pinyin: 吴江区 by 吴江 and by wjq. `below` is a unit with all under it.
    """
    after = paging.values(int, str)
    start = (int(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    rows = await handlers.list_organizations(
        database,
        handlers.Search(q, directory, prefixes),
        store.Filters(kind=kind, parent_id=parent_id, below=below, is_open=is_open),
        start,
        paging.limit + 1,
        caller,
    )
    return cut(rows, paging, lambda organization: (organization.sort_order, str(organization.id)))


@router.get("/v1/organizations/{id}")
async def get_organization(id: UUID, caller: Caller, database: Db) -> Organization:
    """One unit."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        return await store.find(connection, id)


@router.get("/v1/organizations/{id}/history")
async def list_history(id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[HistoryEntry]:
    """What happened to a unit from its beginning on: who, when, which fact, and what is different since."""
    rules.check_may_read(caller)
    after = paging.values(int)
    async with database.reading() as connection:
        await store.find(connection, id)
        rows = await store.read_history(connection, id, int(after[0]) if after else 0, paging.limit + 1)
    return cut(rows, paging, lambda entry: (entry.version,))


@router.patch("/v1/organizations/{id}")
async def change_organization(
    id: UUID, command: ChangeOrganization, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Organization:
    """Change the fields that are sent. A given-up name stays as an alias."""
    return await handlers.change_organization(database, id, command, expected, caller)


@router.post("/v1/organizations/resolve")
async def resolve_names(
    command: ResolveNames, caller: Caller, directory: LiveNames, prefixes: NamePrefixes
) -> ResolvedNames:
    """Which units these texts mean, and by which rule. Likeness alone never resolves: it ranks candidates."""
    return await handlers.resolve_names(directory, command, prefixes, caller)
