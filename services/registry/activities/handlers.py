"""Activities: draft one, change it, move it from state to state, choose it, nominate it upward."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from chassis.access import Principal
from chassis.calendar import WorkingCalendar
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import Unprocessable, check_version
from contracts.envelope import Event
from contracts.registry.activities import (
    Activity,
    ActivityCancelled,
    ActivityChanged,
    ActivityConfirmed,
    ActivityDrafted,
    ActivityHeld,
    ActivityPostponed,
    ActivityRegistered,
    ActivityReported,
    ActivityRescheduled,
    ActivitySelected,
    ChangeActivity,
    HoldActivity,
    MoveActivity,
    RegisterActivity,
    ReportActivity,
    RescheduleActivity,
    SelectActivity,
    StopActivity,
)
from contracts.registry.campaigns import Campaign
from services.registry import rules
from services.registry.access.keeping import read_kept
from services.registry.activities import model, moves, store
from services.registry.addressees.handlers import enrol
from services.registry.attachments import store as attachments
from services.registry.campaigns import store as campaigns
from services.registry.organizations.handlers import check_known

CALENDAR = WorkingCalendar()
ATTACHED = ("emergency_plan_id", "threat_assessment_id", "attachment_ids")
Change: TypeAlias = Callable[[Activity, datetime], Activity]


class AttachmentUnknown(Unprocessable):
    """An id that names no attachment, or none of the caller's; the message says where it stands."""


async def draft_activity(
    database: Database, campaign_id: UUID, command: RegisterActivity, actor: Principal
) -> Activity:
    """Put an activity before the office, as a draft."""
    async with database.transaction() as tx:
        campaign = await campaigns.find(tx.connection, campaign_id)
        first_host = command.hosts[0].organization_id
        rules.check_may_draft_activity(actor, campaign, first_host, command.serial_number is not None)
        await check_known(tx, "hosts", [host.organization_id for host in command.hosts])
        await _check_attached(tx, command.model_dump(include=set(ATTACHED)), campaign, actor)
        activity = model.judge(model.draft(command, new_id(), campaign_id, tx.now), campaign, CALENDAR)
        await store.insert(tx, [activity])
        await tx.record(ActivityDrafted(activity=activity), actor)
        return tx.answer(activity)


async def change_activity(
    database: Database, id: UUID, command: ChangeActivity, expected: int, actor: Principal
) -> Activity:
    """Change the fields that were sent."""
    fields = command.sent()
    async with database.transaction() as tx:
        present, campaign = await _lock(tx, id, actor)
        rules.check_may_change_activity(actor, campaign, present, fields)
        check_version(present.version, expected)
        await check_known(tx, "hosts", [host.organization_id for host in fields.get("hosts", [])])
        await _check_attached(
            tx, {name: fields[name] for name in ATTACHED if name in fields}, campaign, actor
        )
        activity = model.change(present, fields, tx.now)
        return await _keep(tx, present, activity, campaign, ActivityChanged, actor)


async def register_activity(
    database: Database, id: UUID, command: MoveActivity, expected: int | None, actor: Principal
) -> Activity:
    """Take a draft onto the register: everybody sees it from now on."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.register(activity, command.reason, at)

    return await _move(database, id, expected, actor, change, ActivityRegistered)


async def confirm_activity(
    database: Database, id: UUID, command: MoveActivity, expected: int | None, actor: Principal
) -> Activity:
    """Say that it will take place then and there; refused while anything is missing."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.confirm(activity, command.reason, at)

    return await _move(database, id, expected, actor, change, ActivityConfirmed)


async def postpone_activity(
    database: Database, id: UUID, command: StopActivity, expected: int | None, actor: Principal
) -> Activity:
    """Put it off to a time that is to be announced; who hosts it is told."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.postpone(activity, command.reason, at)

    return await _move(database, id, expected, actor, change, ActivityPostponed)


async def reschedule_activity(
    database: Database, id: UUID, command: RescheduleActivity, expected: int | None, actor: Principal
) -> Activity:
    """Give an activity its time and place, or others; who hosts it is told."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.reschedule(activity, command, at)

    return await _move(database, id, expected, actor, change, ActivityRescheduled)


async def cancel_activity(
    database: Database, id: UUID, command: StopActivity, expected: int | None, actor: Principal
) -> Activity:
    """Call it off; who hosts it is told at once."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.cancel(activity, command.reason, at)

    return await _move(database, id, expected, actor, change, ActivityCancelled)


async def hold_activity(
    database: Database, id: UUID, command: HoldActivity, expected: int | None, actor: Principal
) -> Activity:
    """Say that it took place."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.hold(activity, command, at)

    return await _move(database, id, expected, actor, change, ActivityHeld)


async def report_activity(
    database: Database, id: UUID, command: ReportActivity, expected: int | None, actor: Principal
) -> Activity:
    """Say what became of it."""

    def change(activity: Activity, at: datetime) -> Activity:
        return moves.report(activity, command, at)

    attached = {"attachment_ids": command.attachment_ids}
    return await _move(database, id, expected, actor, change, ActivityReported, attached)


async def select_activity(
    database: Database, id: UUID, command: SelectActivity, expected: int | None, actor: Principal
) -> Activity:
    """Nominate, shortlist or choose an activity, or take that back."""

    def change(activity: Activity, at: datetime) -> Activity:
        return model.select(activity, command.selection, at)

    return await _move(database, id, expected, actor, change, ActivitySelected)


async def nominate_activity(database: Database, id: UUID, expected: int | None, actor: Principal) -> Activity:
    """Copy an activity into the campaign above, once, and while it is only nominated there, anew."""
    async with database.transaction() as tx:
        present, campaign = await _lock(tx, id, actor)
        rules.check_may_run(actor, campaign)
        check_version(present.version, expected)
        above = await campaigns.find(tx.connection, model.check_nominable(present, campaign.parent_id))
        copy = await store.lock_copy(tx, id)
        if copy is not None:
            again = model.nominate_again(copy, present, tx.now)
            return await _keep(tx, copy, again, above, ActivityChanged, actor)
        copy = model.judge(model.nominate(present, new_id(), above.id, tx.now), above, CALENDAR)
        await store.insert(tx, [copy])
        await tx.record(ActivityRegistered(activity=copy), actor)
        return tx.answer(copy)


async def _move(
    database: Database,
    id: UUID,
    expected: int | None,
    actor: Principal,
    change: Change,
    fact: Callable[..., Event],
    attached: Mapping[str, Any] | None = None,
) -> Activity:
    # The role first: who runs nothing is not to learn which ids there are.
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present, campaign = await _lock(tx, id, actor)
        rules.check_may_run(actor, campaign)
        check_version(present.version, expected)
        await _check_attached(tx, attached or {}, campaign, actor)
        return await _keep(tx, present, change(present, tx.now), campaign, fact, actor)


async def _lock(tx: Transaction, id: UUID, actor: Principal) -> tuple[Activity, Campaign]:
    activity = await store.lock(tx, id)
    campaign = await campaigns.find(tx.connection, activity.campaign_id)
    rules.check_may_see_activity(actor, campaign, activity)
    return activity, campaign


async def _keep(
    tx: Transaction,
    present: Activity,
    activity: Activity,
    campaign: Campaign,
    fact: Callable[..., Event],
    actor: Principal,
) -> Activity:
    """Keep and tell what was changed; what was not is answered as it is."""
    if activity is not present:
        activity = model.judge(activity, campaign, CALENDAR)
        await store.save(tx, [activity])
        await tx.record(fact(activity=activity), actor)
        await enrol(tx, actor)
    return tx.answer(activity)


async def _check_attached(
    tx: Transaction, attached: Mapping[str, Any], campaign: Campaign, actor: Principal
) -> None:
    """Refuse ids that name no attachment; a unit attaches its own, an issuer those of its subtree.

    Whoever names a file is shown it, so nobody knows of others.
    """
    places = {f"{name}.{nth}" if name.endswith("ids") else name: id for name, nth, id in _ids(attached)}
    if not places:
        return
    unknown = await attachments.find_missing(tx.connection, list(places.values()))
    runs = rules.runs(actor, campaign)
    if not runs or await read_kept(tx.connection, actor) is not None:
        unknown |= await store.find_foreign(tx.connection, list(places.values()), actor.organization_id, runs)
    errors = [
        {"field": place, "message": f"{id} is not among the attachments"}
        for place, id in places.items()
        if id in unknown
    ]
    if errors:
        detail = "; ".join(f"{each['field']}: {each['message']}" for each in errors[:3])
        raise AttachmentUnknown(detail, errors=errors)


def _ids(attached: Mapping[str, Any]) -> Sequence[tuple[str, int, UUID]]:
    return [
        (name, nth, id)
        for name, value in attached.items()
        for nth, id in enumerate(value if isinstance(value, list) else [value])
        if id is not None
    ]
