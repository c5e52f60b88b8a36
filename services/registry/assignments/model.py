"""Assignments: extension and waiver."""

from datetime import datetime

from chassis.access import Principal
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.assignments import Assignment, ExtendAssignment, Extension, WaiveAssignment, Waiver
from contracts.shapes import changed


class ExtensionInThePast(Unprocessable):
    """An extension gives time that has not passed yet."""


class Waived(Conflict):
    """What is waived is not owed, and so has no due moment to extend."""


def extend(assignment: Assignment, command: ExtendAssignment, by: Principal, at: datetime) -> Assignment:
    """The assignment with a due moment of its own; it closes no earlier than that."""
    if assignment.state == "waived":
        raise Waived("this assignment is waived: nothing is owed")
    if command.due_at <= at:
        raise ExtensionInThePast(f"due_at {command.due_at.isoformat()} is not after now, {at.isoformat()}")
    extension = Extension(due_at=command.due_at, reason=command.reason, granted_at=at, granted_by=by.key_id)
    closes_at = assignment.closes_at and max(assignment.closes_at, command.due_at)
    return changed(
        assignment, at, due_at=command.due_at, due_set_at=at, closes_at=closes_at, extension=extension
    )


def waive(assignment: Assignment, command: WaiveAssignment, by: Principal, at: datetime) -> Assignment:
    """The assignment, owed no longer; for the same reason again, nothing changes."""
    if assignment.waiver is not None and assignment.waiver.reason == command.reason:
        return assignment
    waiver = Waiver(reason=command.reason, granted_at=at, granted_by=by.key_id)
    return changed(assignment, at, state="waived", waiver=waiver)
