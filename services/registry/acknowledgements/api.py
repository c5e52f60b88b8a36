"""Acknowledgements over HTTP."""

from typing import Literal
from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from chassis.refusals import NotFound
from contracts.registry.notices import Acknowledge, Acknowledgement, RecordAcknowledgement
from services.registry import rules
from services.registry.acknowledgements import handlers, store
from services.registry.assignments.handlers import narrow
from services.registry.campaigns import store as campaigns
from services.registry.notices import store as notices
from services.registry.notices.handlers import looks_after

router = make_router()
State = Literal["owed", "acknowledged", "replaced"]


@router.put("/v1/notices/{id}/acknowledgement")
async def acknowledge_notice(
    id: UUID, command: Acknowledge, caller: Caller, database: Db, expected: IfMatch
) -> Acknowledgement:
    """Acknowledge with the addressee's own key. Again and again changes nothing."""
    return await handlers.acknowledge_notice(database, id, command, expected, caller)


@router.put("/v1/notices/{id}/acknowledgements/{organization_id}")
async def record_acknowledgement(
    id: UUID,
    organization_id: UUID,
    command: RecordAcknowledgement,
    caller: Caller,
    database: Db,
    expected: IfMatch,
) -> Acknowledgement:
    """Record what an addressee acknowledged by telephone, say; it is marked `on_behalf`, with the reason.

    What the addressee has acknowledged itself stays as it is.
    """
    return await handlers.record_acknowledgement(database, id, organization_id, command, expected, caller)


@router.get("/v1/notices/{id}/acknowledgements")
async def list_acknowledgements(
    id: UUID, caller: Caller, database: Db, paging: Paging, state: State | None = None
) -> Page[Acknowledgement]:
    """Who has acknowledged and who has not, for the office."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        notice = await notices.find(connection, id)
        if notice is None or not await looks_after(connection, caller, notice):
            raise NotFound(f"there is no notice {id}, or it is not yours to look after")
        rows = await store.read_of_notice(connection, id, paging.after_id(), state, paging.limit + 1)
    return cut(rows, paging, lambda owed: (str(owed.id),))


@router.get("/v1/campaigns/{campaign_id}/acknowledgements")
async def list_acknowledgements_of_campaign(
    campaign_id: UUID,
    caller: Caller,
    database: Db,
    paging: Paging,
    state: State | None = None,
    organization_id: UUID | None = None,
    overdue: bool = False,
) -> Page[Acknowledgement]:
    """Who owes acknowledgements in a campaign: the office sees all, a unit its own, an overseer also those below it.

    `overdue=true` leaves those that are still owed after their due moment.
    """
    rules.check_may_read(caller)
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        organization_id, below = await narrow(connection, caller, campaign, organization_id, None)
        rows = await store.read_of_campaign(
            connection,
            campaign_id,
            paging.after_id(),
            organization_id,
            below,
            state,
            database.clock.now() if overdue else None,
            paging.limit + 1,
        )
    return cut(rows, paging, lambda owed: (str(owed.id),))
