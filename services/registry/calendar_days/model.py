"""Calendar days: what the office says of a date, over what is published."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.calendar import WorkingCalendar
from chassis.refusals import Unprocessable
from contracts.registry.calendar_days import CalendarDay, SetCalendarDay, ShownDay
from contracts.shapes import changed
from services.registry.deliverables.deadline import YEARS


class DayOutOfReach(Unprocessable):
    """A date that no calendar reaches, most likely a slip of the keyboard."""


def check_year(year: int) -> None:
    """The years that are reckoned with."""
    if year not in YEARS:
        raise DayOutOfReach(f"the year is {year}; expected one from {YEARS[0]} to {YEARS[-1]}")


def declare(command: SetCalendarDay, day: date, id: UUID, at: datetime) -> CalendarDay:
    """A date that the office says something of for the first time."""
    return CalendarDay(
        id=id, version=1, created_at=at, updated_at=at, date=day, kind=command.kind, name=command.name
    )


def declare_again(present: CalendarDay, command: SetCalendarDay, at: datetime) -> CalendarDay:
    """What the office says of the date now; the same again changes nothing."""
    if (present.kind, present.name, present.cleared_at) == (command.kind, command.name, None):
        return present
    return changed(present, at, kind=command.kind, name=command.name, cleared_at=None)


def clear(present: CalendarDay, at: datetime) -> CalendarDay:
    """What is published holds again."""
    return changed(present, at, cleared_at=at)


def calendar_of(days: Sequence[CalendarDay]) -> WorkingCalendar:
    """The published calendar with the office's table over it."""
    return WorkingCalendar(
        days_off={each.date: each.name or "" for each in days if each.kind == "day_off"},
        working_days=frozenset(each.date for each in days if each.kind == "working_day"),
    )


def show_year(year: int, days: Sequence[CalendarDay]) -> list[ShownDay]:
    """Each named day off and worked weekend of a year, by date, and who says so; the office's own in any case."""
    own = {each.date: each for each in days if each.date.year == year}
    published = set(WorkingCalendar().exceptions(year))
    shown = [_show_own(each) for each in own.values()]
    shown += [
        ShownDay(
            date=each.day,
            kind="working_day" if each.is_worked else "day_off",
            name=each.name,
            source="package" if each in published else "office",
        )
        for each in calendar_of(days).exceptions(year)
        if each.day not in own
    ]
    return sorted(shown, key=lambda each: each.date)


def _show_own(day: CalendarDay) -> ShownDay:
    return ShownDay(
        date=day.date, kind=day.kind, name=day.name, source="office", id=day.id, version=day.version
    )
