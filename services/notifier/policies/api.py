"""Policies over HTTP."""

from uuid import UUID

from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.notifier.policies import (
    DeliverablePolicy,
    ReminderPolicy,
    SetDeliverablePolicy,
    SetReminderPolicy,
)
from services.notifier import rules
from services.notifier.policies import handlers, store

router = make_router()


@router.get("/v1/campaigns/{campaign_id}/reminder-policy")
async def get_policy(campaign_id: UUID, caller: Caller, database: Db) -> ReminderPolicy:
    """The campaign's ladder of reminders, its quiet hours, and what a day off does to a step."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        return await store.find(connection, campaign_id)


@router.put("/v1/campaigns/{campaign_id}/reminder-policy")
async def set_policy(
    campaign_id: UUID, command: SetReminderPolicy, caller: Caller, database: Db, expected: IfMatch
) -> ReminderPolicy:
    """Replace the campaign's policy."""
    return await handlers.set_policy(database, campaign_id, command, expected, caller)


@router.get("/v1/deliverables/{deliverable_id}/reminder-policy")
async def get_deliverable_policy(deliverable_id: UUID, caller: Caller, database: Db) -> DeliverablePolicy:
    """The deliverable's own ladder; not found where the campaign's holds."""
    rules.check_may_read(caller)
    return await handlers.get_deliverable_policy(database, deliverable_id)


@router.put("/v1/deliverables/{deliverable_id}/reminder-policy")
async def set_deliverable_policy(
    deliverable_id: UUID, command: SetDeliverablePolicy, caller: Caller, database: Db, expected: IfMatch
) -> DeliverablePolicy:
    """Give the deliverable a ladder of its own in place of its campaign's."""
    return await handlers.set_deliverable_policy(database, deliverable_id, command, expected, caller)


@router.delete("/v1/deliverables/{deliverable_id}/reminder-policy", status_code=204)
async def drop_deliverable_policy(
    deliverable_id: UUID, caller: Caller, database: Db, expected: IfMatch
) -> None:
    """Give up the deliverable's own ladder: its campaign's holds again."""
    await handlers.drop_deliverable_policy(database, deliverable_id, expected, caller)
