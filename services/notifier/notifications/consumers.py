"""Facts that a unit is told at once about what it owes: what became of what it handed in, and of its due moment."""

from collections.abc import Sequence
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
from services.notifier.notifications.telling import allowed, is_news, overtake, write
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
    for event in latest(events):
        submission = event.submission
        if await is_news(tx, "submission_", submission.id, submission.revision, submission.updated_at):
            await overtake(tx, "submission_", submission.id, submission.revision)
            await _tell_of_submission(tx, submission, *TELL[type(event)](submission))


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

OWED = "SELECT title, organization_id, due_at FROM assignment WHERE id = $1"
BY_MAIL_ALONE = """
    -- The receipt was answered already: a copy goes to the mailbox, and who has none misses nothing.
    DELETE FROM notification
     WHERE about_id = $1 AND occasion = $2 AND about_revision = $3 AND due_at IS NULL AND channel <> 'email'
"""


async def _tell_of_submission(
    tx: Transaction, submission: Submission, occasion: FactName, details: dict[str, Any]
) -> None:
    owed = await tx.connection.fetchrow(OWED, submission.assignment_id)
    unit = submission.organization_id
    if owed is not None and occasion != "submission_received":
        # Who owes it by now: the unit that handed in may have been merged since. The receipt is that unit's own.
        unit = owed["organization_id"]
    fact = FactToTell(
        occasion=occasion,
        campaign_id=submission.campaign_id,
        about_id=submission.id,
        revision=submission.revision,
        organization_id=unit,
        about_organization_id=unit,
        title="" if owed is None else owed["title"],
        details=details,
        planned_for=await allowed(tx, submission.campaign_id),
        assignment_id=submission.assignment_id,
        submission_id=submission.id,
    )
    await store.plan_fact(tx, fact)
    if occasion == "submission_received":
        await tx.connection.execute(BY_MAIL_ALONE, submission.id, occasion, submission.revision)


IS_SETTLED = """
    SELECT EXISTS (SELECT FROM submission WHERE assignment_id = $1 AND state IN ('received', 'accepted'))
"""


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade | Moving]) -> None:
    """Who owes is told of another due moment, a waiver and its end.

    To stand before what renews the copy and to hear all that it hears: what the due moment was is told too.
    """
    for event in latest([event for event in events if isinstance(event, Moving)]):
        assignment = event.assignment
        if not await is_news(tx, "assignment_", assignment.id, assignment.version, assignment.updated_at):
            continue
        before = await tx.connection.fetchrow(OWED, assignment.id)
        former = None if before is None else before["due_at"]
        if isinstance(event, AssignmentDueSet) and (
            assignment.state == "waived"
            or former == assignment.due_at
            or await tx.connection.fetchval(IS_SETTLED, assignment.id)
        ):
            continue
        unsaid = await overtake(tx, "assignment_", assignment.id, assignment.version)
        occasion, details = _describe(event)
        last_told = unsaid.get(assignment.organization_id, {}).get("former_due_at", write(former))
        await _tell_of_assignment(tx, assignment, occasion, {**details, "former_due_at": last_told})


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


async def _tell_of_assignment(
    tx: Transaction, assignment: Assignment, occasion: FactName, details: dict[str, Any]
) -> None:
    unit: UUID = assignment.organization_id
    fact = FactToTell(
        occasion=occasion,
        campaign_id=assignment.campaign_id,
        about_id=assignment.id,
        revision=assignment.version,
        organization_id=unit,
        about_organization_id=unit,
        title=assignment.title,
        details=details,
        planned_for=await allowed(tx, assignment.campaign_id),
        assignment_id=assignment.id,
    )
    await store.plan_fact(tx, fact)
