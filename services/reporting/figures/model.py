"""Figures: rates with their denominators, after DHIS2's reporting rates, and what a cell of the matrix shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.reporting.figures import CellState, DeliverableFigures


@dataclass(frozen=True, slots=True)
class Counts:
    """One deliverable's counts; what is waived is in none but `waived`."""

    deliverable_id: UUID
    title: str
    expected: int
    actual: int
    actual_on_time: int
    accepted: int
    returned: int
    overdue: int
    waived: int
    nil_returns: int

    @property
    def figures(self) -> DeliverableFigures:
        """The deliverable's line of the overview."""
        return DeliverableFigures(
            deliverable_id=self.deliverable_id,
            title=self.title,
            expected=self.expected,
            actual=self.actual,
            actual_on_time=self.actual_on_time,
            completeness=rate(self.actual, self.expected),
            timeliness=rate(self.actual_on_time, self.expected),
        )


SUMMED = ("expected", "actual", "actual_on_time", "accepted", "returned", "overdue", "waived", "nil_returns")


def total(counts: Sequence[Counts]) -> dict[str, int]:
    """All deliverables together."""
    return {name: sum(getattr(each, name) for each in counts) for name in SUMMED}


def rate(part: int, whole: int) -> float | None:
    """Part of whole to three places; None where there is no whole."""
    return None if whole == 0 else round(part / whole, 3)


def cell_state(
    assignment: str, submission: str | None, on_time: bool | None, due_at: datetime | None, now: datetime
) -> CellState:
    """What a cell shows for an assignment and what was handed in for it."""
    if assignment == "waived":
        return "waived"
    if submission is None or submission == "withdrawn":
        return "overdue" if due_at is not None and due_at < now else "owed"
    if submission == "returned":
        return "returned"
    if submission == "accepted":
        return "accepted"
    return "received" if on_time else "late"
