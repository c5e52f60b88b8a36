"""Days and clock times of a place: which days are worked, and which instant a wall clock means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from chassis.refusals import Unprocessable

DAY = timedelta(days=1)
_REMARK = re.compile(r"\s*[（(][^（()）]*[)）]\s*$")


class BadCalendar(ValueError):
    """A country or a table that no calendar can be made of; the message says what was expected."""


class ZoneUnknown(Unprocessable):
    """A name that is no time zone's."""


@dataclass(frozen=True, slots=True)
class _Year:
    """A country's year as published: days off with their names (None: made up for elsewhere), worked weekends."""

    days_off: Mapping[date, str | None]
    worked_weekends: frozenset[date]
    weekend: frozenset[int]


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A day that is off on a weekday or by name, or worked on a weekend; a weekend's name is its holiday's."""

    day: date
    is_worked: bool
    name: str | None


@dataclass(frozen=True)
class WorkingCalendar:
    """A country's working days, with a table of one's own over them that wins wherever it speaks.

    `days_off` maps a day to the name of what is kept on it; `working_days` are worked whatever they are.
    China's days off and make-up workdays are known for the years whose yearly order is in the `holidays`
    package (2001 to 2026 in 0.109; each November brings one more). In a year beyond, the statutory
    holidays are off, a holiday on a weekend moves to the next weekday, every other weekend is off and
    nothing is made up for: put what the new order says into the table, or upgrade the package.
    """

    country: str = "CN"
    days_off: Mapping[date, str] = field(default_factory=dict)
    working_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        _year(self.country, 2024)  # so that an unknown country is refused here and not at the first question
        if both := sorted(self.working_days & self.days_off.keys()):
            raise BadCalendar(f"{both[0]} is both a day off and a working day; expected one of the two")

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked, a made-up weekend included."""
        if day in self.working_days:
            return True
        if day in self.days_off:
            return False
        year = _year(self.country, day.year)
        if day.weekday() in year.weekend:
            return day in year.worked_weekends
        return day not in year.days_off

    def holiday_name(self, day: date) -> str | None:
        """The holiday that `day` is off for; None on a working day and on a weekend that joins no holiday.

        A bridging day and a weekend in one unbroken run of days off with a holiday go by its name, the
        nearest one's in the run, the earlier of two as near: 15 and 16 September 2024 are 中秋节.
        """
        if self.is_working_day(day):
            return None
        return self._named(day) or self._nearest_named(day)

    def exceptions(self, year: int) -> list[Exceptional]:
        """The days of a year that are not as their weekday says, in order: days off that have a name or fall on a
        working weekday, and weekends that are worked.
        """
        weekend = _year(self.country, year).weekend
        found: list[Exceptional] = []
        for number in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(number)
            works, name = self.is_working_day(day), self.holiday_name(day)
            if works == (day.weekday() in weekend) or name:
                found.append(Exceptional(day, works, name))
        return found

    def working_day_before(self, day: date) -> date:
        """The last working day before `day`, never `day` itself."""
        return self.shift(day, -1)

    def working_day_after(self, day: date) -> date:
        """The first working day after `day`, never `day` itself."""
        return self.shift(day, 1)

    def shift(self, day: date, working_days: int) -> date:
        """`day` moved by so many working days; by 0 it stays, even on a day off.

        `day` itself is never counted: 1 from a day off is the next working day, as it is from the
        working day before. OverflowError past the first or last year that Python knows.
        """
        step = DAY if working_days > 0 else -DAY
        for _ in range(abs(working_days)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def _named(self, day: date) -> str | None:
        return self.days_off.get(day) or _year(self.country, day.year).days_off.get(day)

    def _nearest_named(self, day: date) -> str | None:
        before, after = self._first_named(day, -DAY), self._first_named(day, DAY)
        found = [one for one in (before, after) if one]
        return min(found, key=lambda one: one[0])[1] if found else None

    def _first_named(self, day: date, step: timedelta) -> tuple[int, str] | None:
        """How far away, and what, the first named day off in that direction is, before any working day."""
        distance = 0
        while date.min < day < date.max:
            day, distance = day + step, distance + 1
            if self.is_working_day(day):
                return None
            if name := self._named(day):
                return distance, name
        return None


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name, or ZoneUnknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ZoneUnknown(f"{name!r} is no time zone; expected an IANA name such as Asia/Shanghai") from None


def instant_of(day: date, at: time, zone: str) -> datetime:
    """The instant at which the clocks of `zone` show `at` on `day`, with the offset of that instant.

    Shown twice, when clocks go back, it is the later one. Never shown, when clocks go forward, it is moved
    on by as much as they skip: 02:30 becomes 03:30. The offset is a fixed one, for two datetimes of one
    ZoneInfo are compared by their wall clocks.
    """
    place = zone_named(zone)
    asked = datetime.combine(day, at.replace(fold=1), place)
    if asked.astimezone(UTC).astimezone(place).replace(tzinfo=None) != asked.replace(tzinfo=None):
        asked = asked.replace(fold=0)
    return local(asked.astimezone(UTC), zone)


def local(instant: datetime, zone: str) -> datetime:
    """The same instant with the offset that `zone` has then."""
    shown = instant.astimezone(zone_named(zone))
    return shown.replace(tzinfo=timezone(shown.utcoffset() or timedelta()), fold=0)


@lru_cache(maxsize=512)
def _year(country: str, year: int) -> _Year:
    try:
        # The package picks its language from the process's environment unless one is named.
        language = holidays.country_holidays(country).default_language
        table = holidays.country_holidays(country, years=year, language=language, expand=False)
    except NotImplementedError:
        raise BadCalendar(f"{country!r} is no country of the table; expected a code such as CN") from None
    made_up = str(getattr(table, "substituted_label", "")).partition("%s")[0]
    names = {day: _plain(name, made_up) for day, name in table.items() if day.year == year}
    return _Year(names, frozenset(table.weekend_workdays), frozenset(table.weekend))


def _plain(name: str, made_up: str) -> str | None:
    """The holiday's name without remarks such as （补假）; None for a day off that is only moved here."""
    if made_up and name.startswith(made_up):
        return None
    return "、".join(_REMARK.sub("", part) for part in name.split("; "))
