"""A year of one office and its units, played from a seed; and what is to be told in it, reckoned by itself.

Nothing here is taken from the notifier: working days, rungs and who owes what are counted from the year's own story.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Literal
from uuid import UUID

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
FIRST, LAST = date(2024, 1, 8), date(2024, 12, 20)
RUNGS = [("due-7", -7), ("due-3", -3), ("due-1", -1), ("due-0", 0), ("due+1", 1), ("due+3", 3)]


def days(*spans: tuple[str, str]) -> set[date]:
    """Every day of these spans of 2024, `02-10` to `02-17`."""
    found: set[date] = set()
    for first, last in spans:
        day, end = date.fromisoformat(f"2024-{first}"), date.fromisoformat(f"2024-{last}")
        while day <= end:
            found.add(day)
            day += DAY
    return found


# The order of the State Council's office for 2024, day by day.
OFF = days(
    ("01-01", "01-01"),
    ("02-10", "02-17"),
    ("04-04", "04-06"),
    ("05-01", "05-05"),
    ("06-10", "06-10"),
    ("09-15", "09-17"),
    ("10-01", "10-07"),
) | {date(2025, 1, 1)}
WORKED = days(
    *((day, day) for day in ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"))
)


@dataclass
class Days:
    """Which days are worked: by the published order, and by the office's own table over it."""

    own: dict[date, bool] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool:
        if day in self.own:
            return self.own[day]
        return day in WORKED or (day not in OFF and day.weekday() < 5)

    def step(self, day: date, count: int) -> date:
        """So many working days on or back; a day that is off is left for the one before it by none."""
        if count == 0:
            while not self.is_worked(day):
                day -= DAY
            return day
        left, way = abs(count), DAY if count > 0 else -DAY
        while left:
            day += way
            left -= self.is_worked(day)
        return day

    def ladder(self, due_at: datetime) -> list[tuple[str, datetime]]:
        """The rungs of a due moment, each at nine of its day and none before the one that stands ahead of it."""
        due_on, found = due_at.astimezone(CHINA).date(), list[tuple[str, datetime]]()
        for name, offset in RUNGS:
            at = datetime.combine(self.step(due_on, offset), time(9), CHINA)
            found.append((name, max([at, *(earlier for _, earlier in found)])))
        return found


@dataclass
class Debt:
    """Something that one unit owes: an assignment, or the correction of what was returned."""

    id: UUID
    unit: UUID
    due_at: datetime
    since: datetime
    is_open: bool = True


@dataclass
class Expected:
    """What is to be told, kept by itself: at each sweep the newest rung that has come, to whoever owes then."""

    days: Days = field(default_factory=Days)
    debts: dict[UUID, Debt] = field(default_factory=dict)
    told: dict[tuple[UUID, str, datetime], datetime] = field(default_factory=dict)
    newest: dict[tuple[UUID, datetime], datetime] = field(default_factory=dict)
    known: dict[datetime, list[tuple[str, datetime]]] = field(default_factory=dict)

    def sweep(self, now: datetime) -> int:
        """Whom a sweep at this moment tells what; how many were new."""
        before = len(self.told)
        for debt in self.debts.values():
            if debt.is_open:
                self._tell(debt, now)
        return len(self.told) - before

    def _tell(self, debt: Debt, now: datetime) -> None:
        rungs = self.known.get(debt.due_at)
        if rungs is None:
            rungs = self.known[debt.due_at] = self.days.ladder(debt.due_at)
        come = [at for _, at in rungs if at <= now]
        if not come or debt.since >= come[-1]:
            return
        last = self.newest.get((debt.id, debt.due_at))
        if last is not None and last > come[-1]:
            return
        for name, at in rungs:
            if at == come[-1]:
                self.told.setdefault((debt.id, name, debt.due_at), at)
        self.newest[debt.id, debt.due_at] = come[-1]

    def declare(self, day: date, is_worked: bool | None) -> None:
        """The office declares a day worked or off; None: as it was published."""
        self.days.own.pop(day, None)
        if is_worked is not None:
            self.days.own[day] = is_worked
        self.known.clear()


Kind = Literal["hear", "sweep"]


def timetable(random: Random) -> Iterator[tuple[datetime, Kind, datetime]]:
    """Moments in their order: hear what happened, or sweep by a clock that may stand wrong.

    One day in 15 the service goes down, for hours or for up to nine days; one in 20 its clock jumps ahead by up to
    four days and comes back, or falls behind.
    """
    day, back_at = FIRST, datetime.combine(FIRST, time(0), CHINA)
    while day <= LAST:
        start = datetime.combine(day, time(0), CHINA)
        if random.random() < 1 / 15:
            back_at = start + timedelta(hours=random.choice([9, 10, 15, 30, 80, 200]))
        for kind, hours in (
            ("hear", random.uniform(0, 8.9)),
            ("sweep", 9 + random.choice([0, 0.005, 0.005, 2])),
            ("hear", random.uniform(11, 19)),
            ("sweep", 20.0),
        ):
            at = start + timedelta(hours=hours)
            if kind == "hear":
                yield at, "hear", at
            elif at >= back_at:
                if random.random() < 1 / 20:
                    yield (
                        at,
                        "sweep",
                        at + random.choice([-1, 1]) * timedelta(hours=random.choice([1, 26, 96])),
                    )
                yield at, "sweep", at
        day += DAY
