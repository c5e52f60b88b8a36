"""Organizations over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut, read_id
from chassis.http.routes import Caller, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.organizations import (
    ChangeOrganization,
    CreateOrganization,
    Organization,
    ResolvedNames,
    ResolveNames,
)
from services.registry import rules
from services.registry.organizations import handlers, store
from services.registry.settings import NamePrefixes

router = make_router()


@router.post("/v1/organizations", status_code=201, dependencies=[OncePerKey])
async def create_organization(command: CreateOrganization, caller: Caller, database: Db) -> Organization:
    """Register a unit."""
    return await handlers.create_organization(database, command, caller)


@router.get("/v1/organizations")
async def list_organizations(caller: Caller, database: Db, paging: Paging) -> Page[Organization]:
    """All units, in the office's own order."""
    rules.check_may_read(caller)
    after = paging.values(int, str)
    start = (int(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    async with database.reading() as connection:
        rows = await store.read_page(connection, start, paging.limit + 1)
    return cut(rows, paging, lambda organization: (organization.sort_order, str(organization.id)))


@router.get("/v1/organizations/{id}")
async def get_organization(id: UUID, caller: Caller, database: Db) -> Organization:
    """One unit."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        return await store.find(connection, id)


@router.patch("/v1/organizations/{id}")
async def change_organization(
    id: UUID, command: ChangeOrganization, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Organization:
    """Change the fields that are sent. A given-up name stays as an alias."""
    return await handlers.change_organization(database, id, command, expected, caller)


@router.post("/v1/organizations/resolve")
async def resolve_names(
    command: ResolveNames, caller: Caller, database: Db, prefixes: NamePrefixes
) -> ResolvedNames:
    """Which units these texts mean. Likeness alone never resolves."""
    return await handlers.resolve_names(database, command, prefixes, caller)
