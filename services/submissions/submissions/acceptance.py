"""Acceptance of many at once: one transaction, and for each an outcome of its own."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.events import Entry
from chassis.http import problems
from chassis.refusals import Refusal
from chassis.tracing import current_traceparent
from contracts.submissions.submissions import (
    AcceptedVersion,
    AcceptSubmissions,
    Decision,
    Decisions,
    Submission,
)
from services.submissions.submissions import cases, handlers, store
from services.submissions.submissions.cases import Case, not_seen


async def accept_submissions(database: Database, command: AcceptSubmissions, actor: Principal) -> Decisions:
    """Accept each version that is named; the refusal of one is only its own."""
    async with database.transaction() as tx:
        found = await cases.open_cases(tx, [each.id for each in command.submissions])
        outcomes = [_decide(tx, found, each, actor) for each in command.submissions]
        await _keep(tx, [each for each in outcomes if isinstance(each, Submission)], actor)
        named = zip(command.submissions, outcomes, strict=True)
        return tx.answer(Decisions(results=[_tell(asked.id, outcome) for asked, outcome in named]))


def _decide(
    tx: Transaction, found: dict[UUID, Case], asked: AcceptedVersion, actor: Principal
) -> Submission | Refusal:
    case = found.get(asked.id)
    if case is None:
        return not_seen(asked.id)
    try:
        accepted = handlers.decide_acceptance(case, asked.version, None, actor, tx)
    except Refusal as refusal:
        return refusal
    # Named a second time, it is decided already.
    found[asked.id] = Case(accepted, case.owed, case.standing)
    return accepted


async def _keep(tx: Transaction, accepted: list[Submission], actor: Principal) -> None:
    await store.save(tx, accepted)
    traceparent = current_traceparent()
    await tx.append([Entry(handlers.acceptance_fact(each), actor, traceparent) for each in accepted])


def _tell(id: UUID, outcome: Submission | Refusal) -> Decision:
    if isinstance(outcome, Refusal):
        return Decision(id=id, status=outcome.status, problem=problems.describe(outcome))
    return Decision(
        id=id, status=200, version=outcome.version, state=outcome.state, review_stage=outcome.review_stage
    )
