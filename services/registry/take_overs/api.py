"""Take-overs over HTTP."""

from uuid import UUID

from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.take_overs import TakenOver, TakeOver, TakeOverView
from services.registry import rules
from services.registry.take_overs import handlers

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/take-over", dependencies=[OncePerKey])
async def take_over(
    campaign_id: UUID, command: TakeOver, caller: Caller, database: Db, expected: IfMatch
) -> TakenOver:
    """Take theme, bases, theme days and deliverables from the campaign above; what was taken before is passed over.

    Days are organised by whom `organisers` names, else by the issuer. A deliverable is due on the date given, else
    `working_days_before` (2) working days before the one above.
    """
    return await handlers.take_over(database, campaign_id, command, expected, caller)


@router.get("/v1/campaigns/{campaign_id}/take-over")
async def show_take_over(campaign_id: UUID, caller: Caller, database: Db) -> TakeOverView:
    """What the campaign above has to take, what was taken, and what changed there since; nothing changes by itself."""
    rules.check_may_read(caller)
    return await handlers.show_take_over(database, campaign_id, caller)
