"""Assignments: extension and waiver, each given and taken back."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.calendar import WorkingCalendar, local
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.assignments import (
    Assignment,
    ExtendAssignment,
    Extension,
    UnwaiveAssignment,
    Unwaiver,
    WaiveAssignment,
    Waiver,
)
from contracts.registry.deliverables import Deliverable
from contracts.shapes import changed
from services.registry.deliverables.deadline import check_in_reach, due_moment, warnings_of


class ExtensionInThePast(Unprocessable):
    """An extension gives time that has not passed yet."""


class ExtensionGivesNoTime(Unprocessable):
    """An extension gives more time than all have, not less."""


class Waived(Conflict):
    """What is waived is not owed, and so has no due moment to extend."""


class NotWaived(Conflict):
    """Only a waiver that stands is taken back."""


class NotOwedBy(Unprocessable):
    """An organization does not owe this deliverable, and so has nothing to extend."""


def grant(
    command: ExtendAssignment,
    deliverable: Deliverable,
    calendar: WorkingCalendar,
    by: Principal,
    at: datetime,
) -> Extension:
    """The extension that is asked for: until an instant, or through a date in the campaign's zone."""
    if command.due_on is not None:
        due_at = due_moment(command.due_on, command.due_time, deliverable.timezone).astimezone(UTC)
    else:
        assert command.due_at is not None
        due_at = check_in_reach(command.due_at)
    if due_at <= at:
        raise ExtensionInThePast(f"due_at {due_at.isoformat()} is not after now, {at.isoformat()}")
    if deliverable.due_at is not None and due_at < deliverable.due_at:
        raise ExtensionGivesNoTime(
            f"due_at {due_at.isoformat()} is before the deliverable's own, {deliverable.due_at.isoformat()}"
        )
    return Extension(
        due_at=due_at,
        reason=command.reason,
        granted_at=at,
        granted_by=by.key_id,
        due_on=command.due_on,
        due_time=command.due_time,
        warnings=warnings_of(local(due_at, deliverable.timezone).date(), calendar),
    )


def extend(
    assignment: Assignment, extension: Extension, closes_at: datetime | None, at: datetime
) -> Assignment:
    """The assignment with a due moment of its own; it closes with its deliverable, but no earlier than that."""
    if assignment.state == "waived":
        raise Waived("this assignment is waived: nothing is owed")
    closing = None if closes_at is None else max(closes_at, extension.due_at)
    due: dict[str, Any] = {"due_at": extension.due_at, "due_set_at": at, "closes_at": closing}
    return changed(assignment, at, extension=extension, **due)


def check_all_owe(asked: Sequence[UUID], assignments: Collection[Assignment]) -> None:
    """Each of these owes the deliverable, and none is waived; refused with the place of each that is not so."""
    states = {each.organization_id: each.state for each in assignments}
    errors = [
        {"field": f"organization_ids.{place}", "message": f"{id} does not owe this deliverable"}
        for place, id in enumerate(asked)
        if id not in states
    ]
    if errors:
        first = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
        raise NotOwedBy(f"{len(errors)} of organization_ids do not owe it; {first}", errors=errors)
    if waived := [str(id) for id in asked if states[id] == "waived"]:
        raise Waived(
            f"{len(waived)} of organization_ids are waived: nothing is owed", organization_ids=waived
        )


def waive(assignment: Assignment, command: WaiveAssignment, by: Principal, at: datetime) -> Assignment:
    """The assignment, owed no longer; for the same reason again, nothing changes."""
    if assignment.waiver is not None and assignment.waiver.reason == command.reason:
        return assignment
    waiver = Waiver(reason=command.reason, granted_at=at, granted_by=by.key_id)
    return changed(assignment, at, state="waived", waiver=waiver, unwaiver=None)


def unwaive(assignment: Assignment, command: UnwaiveAssignment, by: Principal, at: datetime) -> Assignment:
    """The assignment, owed again; it is chased from now on."""
    if assignment.state != "waived":
        raise NotWaived("this assignment is not waived: there is no waiver to take back")
    unwaiver = Unwaiver(reason=command.reason, taken_back_at=at, taken_back_by=by.key_id)
    return changed(assignment, at, state="owed", waiver=None, unwaiver=unwaiver, due_set_at=at)
