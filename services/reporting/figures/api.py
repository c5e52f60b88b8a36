"""Figures over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut, read_id
from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.reporting.figures import ListedActivity, Matrix, Overview
from services.reporting import rules
from services.reporting.figures import handlers, store

router = make_router()
LAST = 1_000_000


@router.get("/v1/campaigns/{id}/overview")
async def read_overview(id: UUID, caller: Caller, database: Db) -> Overview:
    """Completeness, timeliness and what stands behind them, and by how much these lag."""
    return await handlers.read_overview(database, id, caller)


@router.get("/v1/campaigns/{id}/matrix")
async def read_matrix(
    id: UUID, caller: Caller, database: Db, paging: Paging, parent_id: UUID | None = None
) -> Matrix:
    """Who owes what and how far it is: a row a unit, a cell a deliverable."""
    return await handlers.read_matrix(database, id, parent_id, paging, caller)


@router.get("/v1/campaigns/{id}/activities")
async def list_activities(id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[ListedActivity]:
    """The activities by serial number, with the names of their hosts."""
    rules.check_may_read(caller)
    after = paging.values(int, str)
    start = (int(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    async with database.reading() as connection:
        sees_drafts = rules.sees_drafts(caller, (await store.find_campaign(connection, id)).issuer_id)
        rows = await store.read_activities(
            connection, id, start, paging.limit + 1, sees_drafts, caller.organization_id
        )
    items = [ListedActivity.model_validate(dict(row)) for row in rows]
    return cut(items, paging, lambda each: (each.serial_number or LAST, str(each.id)))
