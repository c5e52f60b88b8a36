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
        results = [_decide(tx, found, each, actor) for each in command.submissions]
        accepted = [each.submission for each in results if each.submission is not None]
        await _keep(tx, accepted, actor)
        return tx.answer(Decisions(results=results))


def _decide(tx: Transaction, found: dict[UUID, Case], asked: AcceptedVersion, actor: Principal) -> Decision:
    try:
        case = found.get(asked.id)
        if case is None:
            raise not_seen(asked.id)
        accepted = handlers.decide_acceptance(case, asked.version, None, actor, tx)
    except Refusal as refusal:
        return Decision(id=asked.id, status=refusal.status, problem=problems.describe(refusal))
    # Named a second time, it is decided already.
    found[asked.id] = Case(accepted, case.owed, case.standing)
    return Decision(id=asked.id, status=200, submission=accepted)


async def _keep(tx: Transaction, accepted: list[Submission], actor: Principal) -> None:
    await store.save(tx, accepted)
    traceparent = current_traceparent()
    await tx.append([Entry(handlers.acceptance_fact(each), actor, traceparent) for each in accepted])
