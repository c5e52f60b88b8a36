"""Activities that are moved or called off, told at once to their hosts and to all whom the campaign's notices mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.activities import (
    Activity,
    ActivityCancelled,
    ActivityChanged,
    ActivityPostponed,
    ActivityRescheduled,
)
from services.notifier.notifications import store
from services.notifier.notifications.store import FactToTell
from services.notifier.notifications.telling import Happening, Unsaid, allowed, find_news, overtake, write
from services.notifier.texts.occasions import FactName

OCCASIONS: Mapping[type, FactName] = {
    ActivityRescheduled: "activity_rescheduled",
    ActivityPostponed: "activity_postponed",
    ActivityCancelled: "activity_cancelled",
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and where an activity was to be, before it was moved."""

    starts_at: datetime | None = None
    place: str | None = None


UNKNOWN = Schedule()


async def on_activities(tx: Transaction, events: Sequence[ActivityChanged]) -> None:
    """Of several moves that come together the newest is told, beside what had been told before all of them."""
    before = await _read_schedules(tx, {event.activity.id for event in events})
    moves = latest([event for event in events if type(event) in OCCASIONS])
    heard = [_happening_of(event.activity) for event in moves]
    news = await find_news(tx, "activity_", heard)
    unsaid = await overtake(tx, "activity_", [each for each in heard if each.about_id in news])
    facts: list[FactToTell] = []
    for event in moves:
        activity = event.activity
        if activity.id in news:
            known = before.get(activity.id, UNKNOWN)
            facts += await _describe_all(tx, OCCASIONS[type(event)], activity, known, unsaid)
    await store.plan_facts(tx, facts)
    await _keep_schedules(tx, [event.activity for event in latest(events)])


def _happening_of(activity: Activity) -> Happening:
    return Happening(activity.id, activity.version, activity.updated_at)


async def _describe_all(
    tx: Transaction, occasion: FactName, activity: Activity, before: Schedule, unsaid: Unsaid
) -> list[FactToTell]:
    # In quiet hours too when it is called off: somebody may be on the way.
    is_off = occasion == "activity_cancelled"
    planned_for = tx.now if is_off else await allowed(tx, activity.campaign_id)
    return [
        FactToTell(
            occasion=occasion,
            campaign_id=activity.campaign_id,
            about_id=activity.id,
            revision=activity.version,
            organization_id=unit,
            about_organization_id=unit,
            title=activity.name,
            details=_describe(occasion, activity, before, unsaid.get((activity.id, unit), {})),
            planned_for=planned_for,
            activity_id=activity.id,
        )
        for unit in await _find_recipients(tx, activity, is_off)
    ]


def _describe(
    occasion: FactName, activity: Activity, before: Schedule, unsaid: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What changed, against what the unit was last told: `unsaid` is an older move that it never heard of."""
    former = {
        "former_starts_at": write(activity.former_starts_at or before.starts_at),
        "former_place": before.place or activity.place,
    }
    if occasion == "activity_cancelled":
        former["former_starts_at"] = write(activity.starts_at or activity.former_starts_at)
    former |= {name: unsaid[name] for name in former if name in unsaid}
    told = {"place": activity.place, "reason": activity.reason, **former}
    if occasion == "activity_rescheduled":
        told |= {"starts_at": write(activity.starts_at), "ends_at": write(activity.ends_at)}
    return told


ADDRESSEES = (
    "SELECT DISTINCT organization_id FROM acknowledgement WHERE campaign_id = $1 ORDER BY organization_id"
)


async def _find_recipients(tx: Transaction, activity: Activity, is_off: bool) -> Sequence[UUID]:
    """The hosts that are units, first; then the addressees. Of a draft only its hosts have heard, and not its end."""
    hosts = [host.organization_id for host in activity.hosts if host.organization_id]
    if "draft" in (activity.state, activity.state_before):
        return [] if is_off else list(dict.fromkeys(hosts))
    rows = await tx.connection.fetch(ADDRESSEES, activity.campaign_id)
    return list(dict.fromkeys([*hosts, *(row["organization_id"] for row in rows)]))


SCHEDULES = "SELECT activity_id, starts_at, place FROM schedule WHERE activity_id = ANY ($1)"


async def _read_schedules(tx: Transaction, ids: set[UUID]) -> Mapping[UUID, Schedule]:
    rows = await tx.connection.fetch(SCHEDULES, list(ids))
    return {row["activity_id"]: Schedule(row["starts_at"], row["place"]) for row in rows}


KEEP = """
    INSERT INTO schedule AS known (activity_id, version, starts_at, place)
    SELECT activity_id, version, starts_at, place
      FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[])
           AS heard (activity_id, version, starts_at, place)
    ON CONFLICT (activity_id) DO UPDATE SET version = excluded.version, starts_at = excluded.starts_at,
           place = excluded.place
     WHERE excluded.version > known.version
"""


async def _keep_schedules(tx: Transaction, activities: Sequence[Activity]) -> None:
    await tx.connection.execute(
        KEEP,
        [each.id for each in activities],
        [each.version for each in activities],
        [each.starts_at or each.former_starts_at for each in activities],
        [each.place for each in activities],
    )
