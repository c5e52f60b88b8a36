"""Deliverable 报送事项: what is owed, by whom and by when."""

from datetime import date, time
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.envelope import Event
from contracts.registry.addressees import AddresseeRule, AskedRule, Ids, check_one_way
from contracts.shapes import Aggregate, Change, Command, GivenInstant, Instant, Line, Reason, Shape, Title

ReviewStages = Literal[1, 2]


class DueWarning(Shape):
    """A due date on a day off: accepted, and said."""

    code: str
    holiday: str
    working_day_before: date
    working_day_after: date


class Deliverable(Aggregate):
    """On time until `due_at` (None: no date yet), refused after `closes_at` (None: late is taken).

    `due_on`, `due_time` and `timezone` keep what was asked for; `due_at` is the last instant on time. With a rule,
    `owed_by` are those whom it has meant so far: who leaves the rule still owes, who joins it owes from then on.
    `review_stages` 2: an overseer looks first, then the office.
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
    owed_by_rule: AddresseeRule | None = None
    review_stages: ReviewStages = 1
    cancelled_at: Instant | None = None
    cancel_reason: str | None = None
    taken_from_id: UUID | None = None


class DefineDeliverable(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "activity_summary",
                    "title": "活动总结",
                    "due_on": "2024-09-16",
                    "sections": ["特色内容", "创新做法", "亮点活动"],
                    "owed_by_rule": {"any_of": [{"kind": "district"}, {"hosts_of": "key"}]},
                }
            ]
        }
    )

    kind: Line
    title: Title
    due_on: date | None = None
    due_time: time | None = None
    sections: list[Line] = Field(default=[], max_length=30)
    owed_by: Ids | None = None
    owed_by_rule: AskedRule | None = None
    closes_at: GivenInstant | None = None
    review_stages: ReviewStages = 1

    @model_validator(mode="after")
    def _says_once_who_owes(self) -> Self:
        check_one_way(self.owed_by, self.owed_by_rule, ("owed_by", "owed_by_rule"))
        return self


class ChangeDeliverable(Change):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"sections": ["特色内容", "创新做法"], "closes_at": "2024-09-20T18:00:00+08:00"}]
        }
    )

    kind: Line = ""
    title: Title = ""
    sections: list[Line] = Field(default=[], max_length=30)
    closes_at: GivenInstant | None = None
    review_stages: ReviewStages = 1


class SetDue(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"due_on": "2024-09-18", "due_time": "18:00:00", "reason": "顺延至节后"}]
        }
    )

    due_on: date | None
    due_time: time | None = None
    reason: Reason


class CancelDeliverable(Command):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "并入总体总结"}]})

    reason: Reason


class AddOwedBy(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"organization_ids": ["0191a1f2-7c5e-7a3b-9d4e-5f6071829302"]}]}
    )

    organization_ids: Ids


class DeliverableDefined(Event, type="rollcall.registry.deliverable.defined.v1"):
    deliverable: Deliverable


class DeliverableDueSet(Event, type="rollcall.registry.deliverable.due_set.v1"):
    deliverable: Deliverable


class DeliverableChanged(Event, type="rollcall.registry.deliverable.changed.v1"):
    deliverable: Deliverable


class DeliverableOwedByAdded(Event, type="rollcall.registry.deliverable.owed_by_added.v1"):
    deliverable: Deliverable


class DeliverableCancelled(Event, type="rollcall.registry.deliverable.cancelled.v1"):
    deliverable: Deliverable


FACTS = (
    DeliverableDefined,
    DeliverableDueSet,
    DeliverableChanged,
    DeliverableOwedByAdded,
    DeliverableCancelled,
)
