"""Addressees: what a rule may name, and what is said of one that has no effect in some part."""

from collections.abc import Sequence
from uuid import UUID

from chassis.refusals import Unprocessable
from contracts.registry.addressees import AddresseeRule, AskedRule, Below, Listed, RuleWarning

MOST = 12_000
"""As many as one event has room for, with some to spare for those who join later."""


class RuleMeansNobody(Unprocessable):
    """A notice to nobody, or a deliverable that nobody owes, is a slip."""


class RuleMeansTooMany(Unprocessable):
    """More than one notice or deliverable can carry."""


def named_ids(rule: AskedRule | AddresseeRule) -> list[tuple[str, list[UUID]]]:
    """Every list of ids in a rule, with its place."""
    named: list[tuple[str, list[UUID]]] = []
    for place, clause in enumerate(rule.any_of):
        if isinstance(clause, Listed):
            named.append((f"any_of.{place}.organization_ids", clause.organization_ids))
        elif isinstance(clause, Below):
            named.append((f"any_of.{place}.below", [clause.below]))
    return [*named, ("except_ids", rule.except_ids)]


def check_meant(field: str, meant: Sequence[UUID], warnings: Sequence[RuleWarning]) -> None:
    """A rule means somebody, and no more than can be told at once."""
    if not meant:
        why = "; ".join(each.message for each in warnings[:5]) or "every unit that it names is excepted"
        raise RuleMeansNobody(f"{field} means no open unit at present: {why}")
    if len(meant) > MOST:
        raise RuleMeansTooMany(f"{field} means {len(meant)} units; expected at most {MOST}")


def warn(idle: Sequence[tuple[int | None, UUID | None]]) -> list[RuleWarning]:
    """What is said of clauses that mean nobody, and of exceptions that except nobody."""
    return [
        RuleWarning(
            code="idle_exception",
            message=f"the exception {organization_id} is meant by no clause",
            organization_id=organization_id,
        )
        if clause is None
        else RuleWarning(
            code="empty_clause", message=f"any_of.{clause} means no open unit at present", clause=clause
        )
        for clause, organization_id in idle
    ]
