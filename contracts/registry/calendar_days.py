"""CalendarDay 调休表: a day that the office declares off or worked, over the published calendar."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, Instant, Line, Shape

DayKind = Literal["day_off", "working_day"]


class CalendarDay(Aggregate):
    """What the office says of one date; once cleared, the published calendar holds again."""

    date: date
    kind: DayKind
    name: str | None = None
    cleared_at: Instant | None = None


class SetCalendarDay(Command):
    """A day off has a name, which is said wherever it matters; a working day may have one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "working_day", "name": "中秋节调休"}]})

    kind: DayKind
    name: Line | None = None

    @model_validator(mode="after")
    def _names_a_day_off(self) -> Self:
        if self.kind == "day_off" and self.name is None:
            raise ValueError("a day_off needs a name, such as 中秋节")
        return self


class ShownDay(Shape):
    """A named day off or a worked weekend; `source` is who says so, `id` and `version` are the office's own."""

    date: date
    kind: DayKind
    name: str | None = None
    source: Literal["package", "office"]
    id: UUID | None = None
    version: int | None = None


class ShownYear(Shape):
    year: int
    items: list[ShownDay]


class CalendarDaySet(Event, type="rollcall.registry.calendar_day.set.v1"):
    calendar_day: CalendarDay


class CalendarDayCleared(Event, type="rollcall.registry.calendar_day.cleared.v1"):
    calendar_day: CalendarDay


FACTS = (CalendarDaySet, CalendarDayCleared)
