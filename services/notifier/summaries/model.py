"""The daily summary: of which day one is due, and whether it has anything to say. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from chassis.calendar import DAY, WorkingCalendar, instant_of, local
from contracts.notifier.policies import ReminderPolicy
from services.notifier.notifications.model import allowed_from

STALE = timedelta(hours=12)
"""A summary that could not go out for so long is left to the next day's."""
SAYING = ("deliverables", "undated", "given_up_count")
"""What is worth a message; that a unit has no address is said beside it."""


def day_due(
    now: datetime, policy: ReminderPolicy, calendar: WorkingCalendar, zone: str
) -> tuple[date, datetime] | None:
    """The day whose summary is to go out now, and its moment: at the policy's clock time or at the end of the quiet
    hours that this falls into, which may be the next morning. None on a day off, and in quiet hours.
    """
    if allowed_from(now, policy, zone) != now:
        return None
    today = local(now, zone).date()
    for day in (today, today - DAY):
        at = allowed_from(instant_of(day, policy.summary_at, zone), policy, zone)
        if at <= now:
            is_day = policy.on_days_off == "send" or calendar.is_working_day(day)
            return (day, at) if is_day and now - at < STALE else None
    return None


def says_anything(details: Mapping[str, Any]) -> bool:
    """Whether there is anything to say."""
    return any(details[name] for name in SAYING)
