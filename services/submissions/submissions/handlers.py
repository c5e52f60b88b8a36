"""Submissions: return, accept, reopen, withdraw, compare. Handing in stands in intake, many at once in acceptance."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.refusals import NotFound
from contracts.envelope import Event
from contracts.submissions.submissions import (
    AcceptSubmission,
    Difference,
    Receipt,
    ReopenSubmission,
    ReturnSubmission,
    Submission,
    SubmissionAccepted,
    SubmissionEndorsed,
    SubmissionReopened,
    SubmissionReturned,
    SubmissionWithdrawn,
    WithdrawSubmission,
)
from services.submissions import rules
from services.submissions.directory import store as directory
from services.submissions.submissions import cases, differences, store, verdicts
from services.submissions.submissions.cases import not_seen


class VersionUnknown(NotFound):
    """The submission has no version of this number."""


async def return_submission(
    database: Database, id: UUID, command: ReturnSubmission, expected: int | None, actor: Principal
) -> Submission:
    """Send it back for correction, with reasons and a due moment of its own."""
    async with database.transaction() as tx:
        case = await cases.open_case(tx, id)
        case.check_may_review(actor)
        case.check_version(command.version, expected)
        returned = verdicts.send_back(
            case.submission, case.owed, command.reasons, command.correct_by, case.is_office(actor), tx.now
        )
        return await _keep(tx, returned, SubmissionReturned(submission=returned), actor)


async def accept_submission(
    database: Database, id: UUID, command: AcceptSubmission, expected: int | None, actor: Principal
) -> Submission:
    """Accept the version that was received; at the first of two stages let it through to the second."""
    async with database.transaction() as tx:
        case = await cases.open_case(tx, id)
        accepted = decide_acceptance(case, command.version, expected, actor, tx)
        return await _keep(tx, accepted, acceptance_fact(accepted), actor)


def decide_acceptance(
    case: cases.Case, version: int | None, expected: int | None, actor: Principal, tx: Transaction
) -> Submission:
    """The submission as it is once this caller has accepted it, or a refusal."""
    case.check_may_review(actor)
    case.check_version(version, expected)
    return verdicts.accept(case.submission, actor.organization_id, case.is_office(actor), tx.now)


def acceptance_fact(accepted: Submission) -> Event:
    """What an acceptance at this stage is."""
    if accepted.state == "accepted":
        return SubmissionAccepted(submission=accepted)
    return SubmissionEndorsed(submission=accepted)


async def reopen_submission(
    database: Database, id: UUID, command: ReopenSubmission, expected: int | None, actor: Principal
) -> Submission:
    """Let the unit hand in again; the accepted version stays the official one meanwhile."""
    async with database.transaction() as tx:
        case = await cases.open_case(tx, id)
        rules.check_may_reopen(actor, case.standing)
        case.check_version(command.version, expected)
        reopened = verdicts.reopen(case.submission, command.reason, tx.now)
        return await _keep(tx, reopened, SubmissionReopened(submission=reopened), actor)


async def withdraw_submission(
    database: Database, id: UUID, command: WithdrawSubmission, expected: int | None, actor: Principal
) -> Submission:
    """Taken back by the unit itself."""
    async with database.transaction() as tx:
        case = await cases.open_case(tx, id)
        if case.owed.organization_id != actor.organization_id:
            raise not_seen(id)
        rules.check_may_hand_in(actor, case.owed.organization_id)
        case.check_version(command.version, expected)
        withdrawn = verdicts.withdraw(case.submission, command.reason, tx.now)
        return await _keep(tx, withdrawn, SubmissionWithdrawn(submission=withdrawn), actor)


async def _keep(tx: Transaction, submission: Submission, fact: Event, actor: Principal) -> Submission:
    await store.save(tx, [submission])
    await tx.record(fact, actor)
    return tx.answer(submission)


async def find_submission(connection: Connection, id: UUID, actor: Principal) -> Submission:
    """The submission, if the caller may see it."""
    submission = await store.find(connection, id)
    await check_may_read(connection, actor, submission, submission.campaign_id)
    return submission


async def check_may_read(
    connection: Connection, actor: Principal, held: Submission | Receipt, campaign_id: UUID
) -> None:
    """Refuse whoever sees neither what this unit hands in nor what the one does that owes it by now."""
    owner_id = await store.find_owner(connection, held.assignment_id) or held.organization_id
    for id in dict.fromkeys((held.organization_id, owner_id)):
        if rules.may_read(actor, await directory.read_standing(connection, id, campaign_id)):
            return
    raise NotFound("there is no such submission, or it is not yours to see")


async def read_difference(
    database: Database, id: UUID, from_version: int, to_version: int, actor: Principal
) -> Difference:
    """What one version says other than another."""
    async with database.reading() as connection:
        submission = await find_submission(connection, id, actor)
        found = await store.read_pair(connection, id, from_version, to_version)
    for wanted in (from_version, to_version):
        if wanted not in found:
            raise VersionUnknown(f"there is no version {wanted}; expected 1 to {submission.version}")
    return differences.compare(id, found[from_version], found[to_version])
