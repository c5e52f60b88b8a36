"""The figures of a history, worked out the plain way: one fact after another, everything held in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.envelope import Event

NAMES = ("expected", "actual", "actual_on_time", "accepted", "returned", "overdue", "waived", "nil_returns")


def states_at(history: Sequence[Event], moment: datetime) -> dict[str, dict[UUID, Any]]:
    """The newest version of each aggregate that was true at a moment, by noun."""
    states: dict[str, dict[UUID, Any]] = {}
    for event in history:
        aggregate = event.aggregate
        if aggregate.updated_at > moment:
            continue
        of_noun = states.setdefault(type(aggregate).__name__, {})
        known = of_noun.get(aggregate.id)
        if known is None or aggregate.revision_number > known.revision_number:
            of_noun[aggregate.id] = aggregate
    return states


def overview_at(history: Sequence[Event], campaign_id: UUID, moment: datetime) -> dict[str, Any]:
    """What the overview says of a campaign at a moment to who sees the whole of it."""
    states = states_at(history, moment)
    units, issuer = states.get("Organization", {}), states["Campaign"][campaign_id].issuer_id
    handed_in = {each.assignment_id: each for each in states.get("Submission", {}).values()}
    counts: dict[tuple[str, Any], Counter[str]] = {}
    for debt in states.get("Assignment", {}).values():
        if debt.campaign_id != campaign_id:
            continue
        counted = _count(debt, handed_in.get(debt.id), moment)
        kind = units[debt.organization_id].kind
        for key in (
            ("all", None),
            ("deliverable", debt.deliverable_id),
            ("district", _district(units, issuer, debt.organization_id)),
            ("kind", kind),
        ):
            counts.setdefault(key, Counter()).update(counted)
    asked = [each for each in states.get("Acknowledgement", {}).values() if each.campaign_id == campaign_id]
    return {
        "counts": {key: {name: found[name] for name in NAMES} for key, found in counts.items()},
        "acknowledgements": (
            sum(each.state != "replaced" for each in asked),
            sum(each.state == "acknowledged" for each in asked),
        ),
    }


def _count(debt: Any, submission: Any, moment: datetime) -> dict[str, int]:
    if debt.state == "waived":
        return {"waived": 1}
    if submission is None or submission.state == "withdrawn":
        return {"expected": 1, "overdue": int(debt.due_at is not None and debt.due_at < moment)}
    return {
        "expected": 1,
        "actual": 1,
        "actual_on_time": int(submission.on_time),
        "accepted": int(submission.state == "accepted"),
        "returned": int(submission.state == "returned"),
        "nil_returns": int(submission.nil_return),
    }


def _district(units: dict[UUID, Any], issuer: UUID, unit: UUID) -> UUID | None:
    if unit == issuer:
        return unit
    for _ in range(len(units)):
        above = units[unit].parent_id
        if above is None or above == issuer:
            return unit if above == issuer else None
        unit = above
    return None


def shown(overview: dict[str, Any]) -> dict[str, Any]:
    """The same out of an answer of the service."""
    counts: dict[tuple[str, Any], Any] = (
        {("all", None): overview} if overview["expected"] or overview["waived"] else {}
    )
    counts |= {("deliverable", UUID(each["deliverable_id"])): each for each in overview["deliverables"]}
    counts |= {
        ("district", each["organization_id"] and UUID(each["organization_id"])): each
        for each in overview["districts"]
    }
    counts |= {("kind", each["kind"]): each for each in overview["kinds"]}
    return {
        "counts": {key: {name: found[name] for name in NAMES} for key, found in counts.items()},
        "acknowledgements": (overview["acknowledgements_owed"], overview["acknowledgements_given"]),
    }
