"""Deliverables over HTTP. Due moments are shown in the campaign's zone."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.deliverables import DefineDeliverable, Deliverable, SetDue
from services.registry import rules
from services.registry.campaigns import store as campaigns
from services.registry.deliverables import handlers, store

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/deliverables", status_code=201, dependencies=[OncePerKey])
async def define_deliverable(
    campaign_id: UUID, command: DefineDeliverable, caller: Caller, database: Db
) -> Deliverable:
    """Say what is owed, by whom and by when; a due date without a clock time is due at its last instant."""
    return _in_zone(await handlers.define_deliverable(database, campaign_id, command, caller))


@router.get("/v1/campaigns/{campaign_id}/deliverables")
async def list_deliverables(
    campaign_id: UUID, caller: Caller, database: Db, paging: Paging
) -> Page[Deliverable]:
    """What the campaign asks for."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        await campaigns.find(connection, campaign_id)
        rows = await store.read_page(connection, campaign_id, paging.after_id(), paging.limit + 1)
    return cut([_in_zone(row) for row in rows], paging, lambda deliverable: (str(deliverable.id),))


@router.get("/v1/deliverables/{id}")
async def get_deliverable(id: UUID, caller: Caller, database: Db) -> Deliverable:
    """One deliverable."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        return _in_zone(await store.find(connection, id))


@router.put("/v1/deliverables/{id}/due")
async def set_due(id: UUID, command: SetDue, caller: Caller, database: Db, expected: IfMatch) -> Deliverable:
    """Set or move the due date for all who have no extension."""
    return _in_zone(await handlers.set_due(database, id, command, expected, caller))


def _in_zone(deliverable: Deliverable) -> Deliverable:
    zone = ZoneInfo(deliverable.timezone)
    moments = {
        name: moment.astimezone(zone)
        for name in ("due_at", "closes_at")
        if (moment := getattr(deliverable, name)) is not None
    }
    return deliverable.model_copy(update=moments)
