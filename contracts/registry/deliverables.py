"""Deliverable 报送事项: what is owed, by whom and by when."""

from datetime import date, time
from uuid import UUID

from pydantic import Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Line, Reason, Shape, Title


class DueWarning(Shape):
    """A due date on a day off: accepted, and said."""

    code: str
    holiday: str
    working_day_before: date
    working_day_after: date


class Deliverable(Aggregate):
    """On time until `due_at` (None: no date yet), refused after `closes_at` (None: late is taken).

    `due_on`, `due_time` and `timezone` keep what was asked for; `due_at` is the last instant on time.
    `taken_from_id` is the deliverable of the campaign above that this one was taken over from.
    """

    campaign_id: UUID
    kind: str
    title: str
    sections: list[str]
    due_on: date | None = None
    due_time: time | None = None
    timezone: str
    due_at: Instant | None = None
    closes_at: Instant | None = None
    owed_by: list[UUID]
    assignment_count: int = 0
    due_reason: str | None = None
    warnings: list[DueWarning] = []
    taken_from_id: UUID | None = None


class DefineDeliverable(Command):
    kind: Line
    title: Title
    due_on: date | None = None
    due_time: time | None = None
    sections: list[Line] = Field(default=[], max_length=30)
    owed_by: list[UUID] = Field(min_length=1, max_length=10_000)
    closes_at: GivenInstant | None = None


class SetDue(Command):
    due_on: date | None
    due_time: time | None = None
    reason: Reason


class DeliverableDefined(Event, type="rollcall.registry.deliverable.defined.v1"):
    deliverable: Deliverable


class DeliverableDueSet(Event, type="rollcall.registry.deliverable.due_set.v1"):
    deliverable: Deliverable


FACTS = (DeliverableDefined, DeliverableDueSet)
