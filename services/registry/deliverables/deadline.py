"""Deadlines: the instant that a due date means, and what is said of one on a day off. Pure."""

from datetime import date, datetime, time

from chassis.calendar import WorkingCalendar, instant_of
from chassis.refusals import Unprocessable
from contracts.registry.deliverables import DueWarning

LAST_MOMENT = time(23, 59, 59, 999999)
PLAIN_WEEKEND = "周末"
YEARS = range(2000, 2101)


class DueOutOfReach(Unprocessable):
    """A due date that no calendar reaches, most likely a slip of the keyboard."""


class TimeWithoutDate(Unprocessable):
    """A clock time says nothing without its day."""


class DueTimeHasOffset(Unprocessable):
    """A due time says an offset of its own, and the campaign's zone says another."""


def due_moment(due_on: date, due_time: time | None, zone: str) -> datetime:
    """The last instant on time, with the offset that `zone` has then.

    Dates are inclusive: without a clock time it is the last microsecond of that day in `zone`, with one it
    is exactly that moment. Where clocks go back the later of two such moments holds, where they go forward
    a time that is skipped moves on with them: neither makes anybody late.
    A zone that is none is refused with ZoneUnknown.
    """
    if due_on.year not in YEARS:
        raise DueOutOfReach(f"due_on is {due_on}; expected a date from {YEARS[0]} to {YEARS[-1]}")
    if due_time is not None and due_time.tzinfo is not None:
        raise DueTimeHasOffset(f"due_time is {due_time}; expected a clock time in {zone}, such as 18:00")
    return instant_of(due_on, LAST_MOMENT if due_time is None else due_time, zone)


def check_in_reach(due_at: datetime) -> datetime:
    """The moment itself, or DueOutOfReach."""
    if due_at.year not in YEARS:
        raise DueOutOfReach(
            f"due_at is {due_at.isoformat()}; expected a moment from {YEARS[0]} to {YEARS[-1]}"
        )
    return due_at


def day_off_warning(due_on: date, calendar: WorkingCalendar) -> DueWarning | None:
    """What to say of a due date on a day off: why it is off, and the nearest working days. None on others."""
    if calendar.is_working_day(due_on):
        return None
    return DueWarning(
        code="due_on_day_off",
        holiday=calendar.holiday_name(due_on) or PLAIN_WEEKEND,
        working_day_before=calendar.working_day_before(due_on),
        working_day_after=calendar.working_day_after(due_on),
    )


def warnings_of(due_on: date, calendar: WorkingCalendar) -> list[DueWarning]:
    """All that is to be said of a due date."""
    warning = day_off_warning(due_on, calendar)
    return [] if warning is None else [warning]
