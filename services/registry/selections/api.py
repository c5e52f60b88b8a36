"""Selections and numbers over HTTP."""

from uuid import UUID

from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.selections import NumberActivities, NumbersGiven, SelectActivities, SelectionMade
from services.registry.selections import handlers

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/selection", dependencies=[OncePerKey])
async def select_activities(
    campaign_id: UUID, command: SelectActivities, caller: Caller, database: Db
) -> SelectionMade:
    """Nominate, shortlist or choose many activities at once, by id or by filter, or take that back: all or none.

    Named ids that cannot be selected are refused, each by its place. What a filter finds is passed over where it is
    cancelled, and told in `left_out_ids`.
    """
    return await handlers.select_activities(database, campaign_id, command, caller)


@router.post("/v1/campaigns/{campaign_id}/numbering", dependencies=[OncePerKey])
async def number_activities(
    campaign_id: UUID, command: NumberActivities, caller: Caller, database: Db
) -> NumbersGiven:
    """Give the key activities the numbers 1, 2, 3 … without a gap: by category in the office's order.

    Within a category the present number decides, then the first host's place in the office's order, then which was
    drafted first. All others lose their number. Called again after a removal it closes the gap.
    """
    return await handlers.number_activities(database, campaign_id, command, caller)
