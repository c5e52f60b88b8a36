"""Activities: draft one, change it, give it another time, choose it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.envelope import Event
from contracts.registry.activities import (
    Activity,
    ActivityChanged,
    ActivityDrafted,
    ActivityRescheduled,
    ActivitySelected,
    ChangeActivity,
    RegisterActivity,
    RescheduleActivity,
    SelectActivity,
)
from services.registry import rules
from services.registry.activities import model, store
from services.registry.addressees.handlers import enrol
from services.registry.campaigns import store as campaigns
from services.registry.organizations.handlers import check_known


async def draft_activity(
    database: Database, campaign_id: UUID, command: RegisterActivity, actor: Principal
) -> Activity:
    """Put an activity on the register, as a draft."""
    async with database.transaction() as tx:
        rules.check_may_run(actor, await campaigns.find(tx.connection, campaign_id))
        await check_known(tx, "hosts", [host.organization_id for host in command.hosts])
        activity = model.draft(command, new_id(), campaign_id, tx.now)
        await store.insert(tx, [activity])
        await tx.record(ActivityDrafted(activity=activity), actor)
        return tx.answer(activity)


async def change_activity(
    database: Database, id: UUID, command: ChangeActivity, expected: int, actor: Principal
) -> Activity:
    """Change the fields that were sent."""

    def change(activity: Activity, at: datetime) -> Activity:
        return model.change(activity, command.sent(), at)

    return await _change(database, id, expected, actor, change, ActivityChanged)


async def reschedule_activity(
    database: Database, id: UUID, command: RescheduleActivity, expected: int | None, actor: Principal
) -> Activity:
    """Give an activity its time and place, or others; who hosts it is told."""

    def change(activity: Activity, at: datetime) -> Activity:
        return model.reschedule(activity, command, at)

    return await _change(database, id, expected, actor, change, ActivityRescheduled)


async def select_activity(
    database: Database, id: UUID, command: SelectActivity, expected: int | None, actor: Principal
) -> Activity:
    """Nominate, shortlist or choose an activity."""

    def change(activity: Activity, at: datetime) -> Activity:
        return model.select(activity, command.selection, at)

    return await _change(database, id, expected, actor, change, ActivitySelected)


async def _change(
    database: Database,
    id: UUID,
    expected: int | None,
    actor: Principal,
    change: Callable[[Activity, datetime], Activity],
    fact: Callable[..., Event],
) -> Activity:
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        rules.check_may_run(actor, await campaigns.find(tx.connection, present.campaign_id))
        check_version(present.version, expected)
        activity = change(present, tx.now)
        if activity is not present:
            await store.save(tx, [activity])
            await tx.record(fact(activity=activity), actor)
            await enrol(tx, actor)
        return tx.answer(activity)
