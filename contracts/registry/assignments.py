"""Assignment 报送任务: one deliverable owed by one organization, with its own due moment."""

from datetime import date, time
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from contracts.envelope import Event
from contracts.registry.addressees import Ids
from contracts.registry.deliverables import DueWarning
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Reason, Shape


class Extension(Shape):
    """`due_on` and `due_time` are what was asked for, when it was a date in the campaign's zone."""

    due_at: Instant
    reason: str
    granted_at: Instant
    granted_by: UUID
    due_on: date | None = None
    due_time: time | None = None
    warnings: list[DueWarning] = []


class Waiver(Shape):
    reason: str
    granted_at: Instant
    granted_by: UUID


class Unwaiver(Shape):
    """A waiver was taken back: why, when and by which key."""

    reason: str
    taken_back_at: Instant
    taken_back_by: UUID


class Assignment(Aggregate):
    """`due_at` is the extension's when there is one; `due_set_at` is when that moment was last set."""

    campaign_id: UUID
    deliverable_id: UUID
    organization_id: UUID
    kind: str
    title: str
    sections: list[str]
    review_stages: Literal[1, 2] = 1
    due_at: Instant | None = None
    due_set_at: Instant
    closes_at: Instant | None = None
    state: Literal["owed", "waived"] = "owed"
    extension: Extension | None = None
    waiver: Waiver | None = None
    unwaiver: Unwaiver | None = None


class ExtendAssignment(Command):
    """Until an instant, or up to the end of a day (or a clock time of it) in the campaign's zone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"due_on": "2024-09-20", "due_time": "18:00:00", "reason": "台风"}]}
    )

    due_at: GivenInstant | None = None
    due_on: date | None = None
    due_time: time | None = None
    reason: Reason

    @model_validator(mode="after")
    def _says_when_once(self) -> Self:
        if (self.due_at is None) == (self.due_on is None):
            raise ValueError("expected either due_at or due_on, and not both")
        if self.due_time is not None and self.due_on is None:
            raise ValueError("due_time was given without due_on; expected both or due_on alone")
        return self


class ExtendAssignments(ExtendAssignment):
    """One extension for several of those that owe a deliverable: for all of them, or for none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_ids": ["0191a2b3-c4d5-7000-8000-000000000001"],
                    "due_on": "2024-09-20",
                    "reason": "台风",
                }
            ]
        }
    )

    organization_ids: Ids


class ExtendedAssignments(Shape):
    items: list[Assignment]


class WaiveAssignment(Command):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "本单位未承办活动"}]})

    reason: Reason


class UnwaiveAssignment(Command):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "免报有误，仍须报送"}]})

    reason: Reason


class AssignmentMade(Event, type="rollcall.registry.assignment.made.v1"):
    assignment: Assignment


class AssignmentDueSet(Event, type="rollcall.registry.assignment.due_set.v1"):
    assignment: Assignment


class AssignmentChanged(Event, type="rollcall.registry.assignment.changed.v1"):
    assignment: Assignment


class AssignmentExtended(Event, type="rollcall.registry.assignment.extended.v1"):
    assignment: Assignment


class AssignmentWaived(Event, type="rollcall.registry.assignment.waived.v1"):
    assignment: Assignment


class AssignmentMoved(Event, type="rollcall.registry.assignment.moved.v1"):
    """It is owed by another organization from now on, for the one that owed it was merged or split."""

    assignment: Assignment


class AssignmentUnwaived(Event, type="rollcall.registry.assignment.unwaived.v1"):
    assignment: Assignment


FACTS = (
    AssignmentMade,
    AssignmentDueSet,
    AssignmentExtended,
    AssignmentWaived,
    AssignmentChanged,
    AssignmentUnwaived,
    AssignmentMoved,
)
