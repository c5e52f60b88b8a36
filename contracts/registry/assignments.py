"""Assignment 报送任务: one deliverable owed by one organization, with its own due moment."""

from typing import Literal
from uuid import UUID

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Reason, Shape


class Extension(Shape):
    due_at: Instant
    reason: str
    granted_at: Instant
    granted_by: UUID


class Waiver(Shape):
    reason: str
    granted_at: Instant
    granted_by: UUID


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


class ExtendAssignment(Command):
    due_at: GivenInstant
    reason: Reason


class WaiveAssignment(Command):
    reason: Reason


class AssignmentMade(Event, type="rollcall.registry.assignment.made.v1"):
    assignment: Assignment


class AssignmentDueSet(Event, type="rollcall.registry.assignment.due_set.v1"):
    assignment: Assignment


class AssignmentExtended(Event, type="rollcall.registry.assignment.extended.v1"):
    assignment: Assignment


class AssignmentWaived(Event, type="rollcall.registry.assignment.waived.v1"):
    assignment: Assignment


class AssignmentMoved(Event, type="rollcall.registry.assignment.moved.v1"):
    """It is owed by another organization from now on, for the one that owed it was merged or split."""

    assignment: Assignment


FACTS = (AssignmentMade, AssignmentDueSet, AssignmentExtended, AssignmentWaived, AssignmentMoved)
