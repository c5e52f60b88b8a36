"""The ladder: at which moments an assignment is chased, reckoned from its due moment. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chassis.calendar import WorkingCalendar, instant_of, local
from contracts.notifier.policies import Ladder, QuietHours, Recipient, ReminderStep

REACH = timedelta(days=90)
"""How long after its due moment anything is still chased: longer than the longest ladder, 30 working days."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One step for one due moment: `due-7` … `due-0`, `due+1` …, when it goes (in the zone's offset) and to whom.

    Once only for an assignment is (name, to, due moment): a step may tell the owner and the parent both.
    """

    name: str
    fire_at: datetime
    to: Recipient


def occasions(due_at: datetime, ladder: Ladder, calendar: WorkingCalendar, zone: str) -> list[Occasion]:
    """Every step of the ladder with its moment, in their order, none dropped.

    Working days are counted from the local date of `due_at`, which is not itself counted: -1 is the last working
    day before it, also when it is a day off. Step 0 is on the date itself; on a day off the ladder's `on_days_off`
    moves it. A moment in quiet hours moves on to their end, and past a day off that they end on. No step goes
    before one that stands earlier on the ladder. Two may come to share a moment: `before` puts step 0 where
    step -1 is, at the same clock time. Both are kept, and what is told to one contact at one moment is one message.
    """
    due_on = local(due_at, zone).date()
    found: list[Occasion] = []
    for step in sorted(ladder.steps, key=lambda step: (step.offset_working_days, step.at, step.to)):
        day = _day_of(due_on, step, ladder, calendar)
        fire_at = _next_allowed(day, step.at, ladder, calendar, zone)
        if found:
            fire_at = max(fire_at, found[-1].fire_at)
        found.append(Occasion(occasion_name(step.offset_working_days), fire_at, step.to))
    return found


def newest_missed(
    occasions: Iterable[Occasion], since: datetime, now: datetime, due_set_at: datetime | None = None
) -> list[Occasion]:
    """What is to go out now, of all that came due after `since` (the last tick) and up to `now`.

    Only the newest moment's: what an outage or a late start has passed over is not caught up. Mostly that is one
    occasion; steps that share the moment go together. Nothing goes out that was due before its due moment was
    set: a deliverable made two working days ahead starts at step -1.
    """
    after = since if due_set_at is None else max(since, due_set_at)
    missed = [occasion for occasion in occasions if after < occasion.fire_at <= now]
    newest = max((occasion.fire_at for occasion in missed), default=None)
    return [occasion for occasion in missed if occasion.fire_at == newest]


@dataclass(frozen=True, slots=True)
class Look:
    """What stands at a due moment: the newest rungs that have come due, and when the next comes (None: never)."""

    rungs: tuple[Occasion, ...]
    next_at: datetime | None


def look_at(
    due_at: datetime, ladder: Ladder, calendar: WorkingCalendar, zone: str, since: datetime, now: datetime
) -> Look:
    """The rungs to tell of now, none that came due up to `since`, and the moment to look again."""
    if due_at < now - REACH:
        return Look((), None)
    found = occasions(due_at, ladder, calendar, zone)
    coming = [one.fire_at for one in found if one.fire_at > now]
    return Look(tuple(newest_missed(found, since, now)), min(coming, default=None))


def occasion_name(offset_working_days: int) -> str:
    """`due-7`, `due-0`, `due+1`."""
    return f"due{offset_working_days:+d}" if offset_working_days else "due-0"


def _day_of(due_on: date, step: ReminderStep, ladder: Ladder, calendar: WorkingCalendar) -> date:
    day = calendar.shift(due_on, step.offset_working_days)
    if ladder.on_days_off == "send" or calendar.is_working_day(day):
        return day
    return (
        calendar.working_day_before(day)
        if ladder.on_days_off == "before"
        else calendar.working_day_after(day)
    )


def _next_allowed(day: date, at: time, ladder: Ladder, calendar: WorkingCalendar, zone: str) -> datetime:
    moment = instant_of(day, at, zone)
    # Asked again after each move: where clocks go forward the end of quiet hours may not exist.
    while ladder.quiet_hours and ladder.quiet_hours.covers(moment.time()):
        day = _end_day(moment, ladder.quiet_hours)
        if ladder.on_days_off != "send" and not calendar.is_working_day(day):
            day = calendar.working_day_after(day)
        moment = instant_of(day, ladder.quiet_hours.ends, zone)
    return moment


def _end_day(moment: datetime, quiet: QuietHours) -> date:
    """The day on which the quiet hours that hold `moment` end."""
    past_midnight = moment.time() >= quiet.ends
    return moment.date() + timedelta(days=1) if past_midnight else moment.date()
