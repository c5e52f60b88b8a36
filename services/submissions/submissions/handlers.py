"""Submissions: return, accept, reopen, withdraw. Handing in stands in intake."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.refusals import NotFound, check_version
from contracts.envelope import Event
from contracts.submissions.submissions import (
    Receipt,
    ReopenSubmission,
    ReturnSubmission,
    Submission,
    SubmissionAccepted,
    SubmissionReopened,
    SubmissionReturned,
    SubmissionWithdrawn,
)
from services.submissions import rules
from services.submissions.directory import store as directory
from services.submissions.rules import Standing
from services.submissions.submissions import model, store
from services.submissions.submissions.model import Owed


async def return_submission(
    database: Database, id: UUID, command: ReturnSubmission, expected: int | None, actor: Principal
) -> Submission:
    """Send it back for correction, with reasons and a due moment of its own."""

    def decide(submission: Submission, owed: Owed, at: datetime) -> Submission:
        return model.send_back(submission, owed, command.reasons, command.correct_by, at)

    return await _review(database, id, expected, actor, decide, SubmissionReturned)


async def accept_submission(
    database: Database, id: UUID, expected: int | None, actor: Principal
) -> Submission:
    """Accept the version that was received."""

    def decide(submission: Submission, _: Owed, at: datetime) -> Submission:
        return model.accept(submission, at)

    return await _review(database, id, expected, actor, decide, SubmissionAccepted)


async def reopen_submission(
    database: Database, id: UUID, command: ReopenSubmission, expected: int | None, actor: Principal
) -> Submission:
    """Let the unit hand in again; the accepted version stays the official one meanwhile."""

    def decide(submission: Submission, _: Owed, at: datetime) -> Submission:
        return model.reopen(submission, command.reason, at)

    return await _review(database, id, expected, actor, decide, SubmissionReopened)


async def withdraw_submission(
    database: Database, id: UUID, expected: int | None, actor: Principal
) -> Submission:
    """Taken back by the unit itself."""
    async with database.transaction() as tx:
        submission, owed = await _lock(tx, id)
        if owed.organization_id != actor.organization_id:
            raise NotFound(f"there is no submission {id}, or it is not yours to see")
        rules.check_may_hand_in(actor, owed.organization_id)
        check_version(submission.version, expected)
        return await _keep(tx, model.withdraw(submission, tx.now), SubmissionWithdrawn, actor)


async def _review(
    database: Database,
    id: UUID,
    expected: int | None,
    actor: Principal,
    decide: Callable[[Submission, Owed, datetime], Submission],
    fact: Callable[..., Event],
) -> Submission:
    async with database.transaction() as tx:
        submission, owed = await _lock(tx, id)
        standing = await standing_of(tx.connection, owed.organization_id, submission.campaign_id)
        if not await may_read(tx.connection, submission, submission.campaign_id, actor):
            raise NotFound(f"there is no submission {id}, or it is not yours to see")
        if not rules.may_review(actor, standing):
            raise rules.NotAllowed(
                "only the office and an overseer above the unit review; not the unit itself"
            )
        check_version(submission.version, expected)
        return await _keep(tx, decide(submission, owed, tx.now), fact, actor)


async def _keep(
    tx: Transaction, submission: Submission, fact: Callable[..., Event], actor: Principal
) -> Submission:
    await store.save(tx, submission)
    await tx.record(fact(submission=submission), actor)
    return tx.answer(submission)


async def _lock(tx: Transaction, id: UUID) -> tuple[Submission, Owed]:
    """The submission and its assignment, whose lock holds both."""
    seen = await store.find(tx.connection, id)
    owed = await store.lock_owed(tx, [seen.assignment_id])
    present = await store.read_present(tx, [seen.assignment_id])
    return present[seen.assignment_id], owed[seen.assignment_id]


async def may_read(
    connection: Connection, held: Submission | Receipt, campaign_id: UUID, actor: Principal
) -> bool:
    """Who handed in, and who owes it now, where another has taken that unit's place; and whoever looks after them."""
    owner_id = await store.find_owner(connection, held.assignment_id) or held.organization_id
    for id in dict.fromkeys((held.organization_id, owner_id)):
        if rules.may_read(actor, await standing_of(connection, id, campaign_id)):
            return True
    return False


async def standing_of(connection: Connection, organization_id: UUID, campaign_id: UUID) -> Standing:
    """Who may read and review what this organization hands in."""
    above, issuer_id = await directory.read_standing(connection, organization_id, campaign_id)
    return Standing(organization_id, issuer_id, above)
