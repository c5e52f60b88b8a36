"""Facts that a unit is told at once about what it owes: what became of what it handed in, and of its due moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.assignments import (
    Assignment,
    AssignmentDueSet,
    AssignmentExtended,
    AssignmentMade,
    AssignmentUnwaived,
    AssignmentWaived,
)
from contracts.submissions.submissions import (
    Submission,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReopened,
    SubmissionReturned,
    SubmissionWithdrawn,
)
from services.notifier.notifications import store
from services.notifier.notifications.store import FactToTell
from services.notifier.notifications.telling import Happening, allowed_in, find_news, overtake, write
from services.notifier.texts.occasions import FactName

Told = tuple[FactName, dict[str, Any]]
SPEAKING = (
    SubmissionReceived,
    SubmissionReturned,
    SubmissionAccepted,
    SubmissionWithdrawn,
    SubmissionReopened,
)
Moving = AssignmentExtended | AssignmentWaived | AssignmentUnwaived | AssignmentDueSet


async def on_submissions(tx: Transaction, events: Sequence[SubmissionReceived]) -> None:
    """Of several facts about one submission that come together, the newest is told."""
    heard = {event.aggregate_id: event for event in latest(events)}
    happened = [_happening_of(event.submission) for event in heard.values()]
    news = await find_news(tx, "submission_", happened)
    await overtake(tx, "submission_", [each for each in happened if each.about_id in news])
    told = [event for event in heard.values() if event.submission.id in news]
    owed = await _read_owed(tx, [event.submission.assignment_id for event in told])
    planned_for = await allowed_in(tx, [event.submission.campaign_id for event in told])
    facts = [
        _describe_submission(
            event, owed.get(event.submission.assignment_id), planned_for[event.submission.campaign_id]
        )
        for event in told
    ]
    await store.plan_facts(tx, facts)


def _happening_of(submission: Submission) -> Happening:
    return Happening(submission.id, submission.revision, submission.updated_at)


def on_submission_received(submission: Submission) -> Told:
    """The receipt: what was handed in, when, on time or not, and its hash."""
    return "submission_received", {
        "number": submission.version,
        "receipt_number": submission.receipt_number,
        "received_at": write(submission.received_at),
        "on_time": submission.on_time,
        "nil_return": submission.nil_return,
        "content_sha256": submission.content_sha256,
    }


def on_submission_returned(submission: Submission) -> Told:
    """The unit is told what to correct, and by when."""
    return "submission_returned", {
        "reasons": [reason.model_dump() for reason in submission.reasons],
        "correct_by": write(submission.correct_by),
        "stage": submission.review_stage if submission.review_stages > 1 else None,
    }


def on_submission_accepted(_: Submission) -> Told:
    """The unit is told that nothing is left to do."""
    return "submission_accepted", {}


def on_submission_withdrawn(submission: Submission) -> Told:
    """The unit is told that it owes again."""
    return "submission_withdrawn", {"reason": submission.withdrawal_reason}


def on_submission_reopened(submission: Submission) -> Told:
    """The unit is told that the office asks for another version, and why."""
    return "submission_reopened", {"reason": next((each.reason for each in submission.reasons), None)}


TELL = {
    SubmissionReceived: on_submission_received,
    SubmissionReturned: on_submission_returned,
    SubmissionAccepted: on_submission_accepted,
    SubmissionWithdrawn: on_submission_withdrawn,
    SubmissionReopened: on_submission_reopened,
}

OWED = "SELECT id, title, organization_id, due_at FROM assignment WHERE id = ANY ($1)"


@dataclass(frozen=True, slots=True)
class Owed:
    """An assignment as it was last heard of."""

    id: UUID
    title: str
    organization_id: UUID
    due_at: datetime | None


async def _read_owed(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Owed]:
    return {row["id"]: Owed(**dict(row)) for row in await tx.connection.fetch(OWED, ids)}


def _describe_submission(event: SubmissionReceived, owed: Owed | None, planned_for: datetime) -> FactToTell:
    submission = event.submission
    occasion, details = TELL[type(event)](submission)
    unit = submission.organization_id
    if owed is not None and occasion != "submission_received":
        # Who owes it by now: the unit that handed in may have been merged since. The receipt is that unit's own.
        unit = owed.organization_id
    return FactToTell(
        occasion=occasion,
        campaign_id=submission.campaign_id,
        about_id=submission.id,
        revision=submission.revision,
        organization_id=unit,
        about_organization_id=unit,
        title="" if owed is None else owed.title,
        details=details,
        planned_for=planned_for,
        assignment_id=submission.assignment_id,
        submission_id=submission.id,
        # The receipt was answered already: a copy goes to the mailbox.
        by_mail_alone=occasion == "submission_received",
    )


SETTLED = "SELECT assignment_id FROM submission WHERE assignment_id = ANY ($1) AND state IN ('received', 'accepted')"


async def _find_settled(tx: Transaction, ids: Sequence[UUID]) -> set[UUID]:
    return {row["assignment_id"] for row in await tx.connection.fetch(SETTLED, ids)}


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade | Moving]) -> None:
    """Who owes is told of another due moment, a waiver and its end.

    To stand before what renews the copy and to hear all that it hears: what the due moment was is told too.
    """
    moving = latest([event for event in events if isinstance(event, Moving)])
    heard = [_happening_of_assignment(event.assignment) for event in moving]
    news = await find_news(tx, "assignment_", heard)
    before = await _read_owed(tx, list(news))
    settled = await _find_settled(tx, list(news))
    told = [
        event
        for event in moving
        if event.assignment.id in news and _is_to_be_told(event, before.get(event.assignment.id), settled)
    ]
    unsaid = await overtake(tx, "assignment_", [_happening_of_assignment(event.assignment) for event in told])
    planned_for = await allowed_in(tx, [event.assignment.campaign_id for event in told])
    facts = []
    for event in told:
        assignment = event.assignment
        owed = before.get(assignment.id)
        missed = unsaid.get((assignment.id, assignment.organization_id), {})
        former = missed.get("former_due_at", write(None if owed is None else owed.due_at))
        facts.append(_describe_assignment(event, former, planned_for[assignment.campaign_id]))
    await store.plan_facts(tx, facts)


def _happening_of_assignment(assignment: Assignment) -> Happening:
    return Happening(assignment.id, assignment.version, assignment.updated_at)


def _is_to_be_told(event: Moving, before: Owed | None, settled: Collection[UUID]) -> bool:
    """A due moment that is set for all says nothing to whom it changes nothing for."""
    assignment = event.assignment
    if not isinstance(event, AssignmentDueSet):
        return True
    former = None if before is None else before.due_at
    return assignment.state != "waived" and former != assignment.due_at and assignment.id not in settled


def _describe(event: Moving) -> Told:
    assignment = event.assignment
    due: dict[str, Any] = {"due_at": write(assignment.due_at), "reason": None}
    if isinstance(event, AssignmentExtended):
        given = None if assignment.extension is None else assignment.extension.reason
        return "assignment_extended", {**due, "reason": given}
    if isinstance(event, AssignmentWaived):
        return "assignment_waived", {**due, "reason": assignment.waiver and assignment.waiver.reason}
    if isinstance(event, AssignmentUnwaived):
        return "assignment_unwaived", {**due, "reason": assignment.unwaiver and assignment.unwaiver.reason}
    return "assignment_due_set", due


def _describe_assignment(event: Moving, former_due_at: str | None, planned_for: datetime) -> FactToTell:
    assignment = event.assignment
    occasion, details = _describe(event)
    return FactToTell(
        occasion=occasion,
        campaign_id=assignment.campaign_id,
        about_id=assignment.id,
        revision=assignment.version,
        organization_id=assignment.organization_id,
        about_organization_id=assignment.organization_id,
        title=assignment.title,
        details={**details, "former_due_at": former_due_at},
        planned_for=planned_for,
        assignment_id=assignment.id,
    )
