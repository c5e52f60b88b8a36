"""The figures that go upward: the overview and the matrix of who owes what."""

from typing import Literal
from uuid import UUID

from contracts.shapes import Instant, Shape

CellState = Literal["owed", "overdue", "received", "late", "returned", "accepted", "waived"]


class ActivityFigures(Shape):
    total: int
    by_category: dict[str, int]
    by_state: dict[str, int]


class DeliverableFigures(Shape):
    deliverable_id: UUID
    title: str
    expected: int
    actual: int
    actual_on_time: int
    completeness: float | None
    timeliness: float | None


class Overview(Shape):
    """completeness is actual / expected, timeliness actual on time / expected; None: nothing is expected.

    Expected counts the assignments that are not waived, so a rate never passes 1 (DHIS2's reporting rates).
    """

    campaign_id: UUID
    expected: int
    actual: int
    actual_on_time: int
    completeness: float | None
    timeliness: float | None
    accepted: int
    returned: int
    overdue: int
    waived: int
    nil_returns: int
    acknowledgements_owed: int
    acknowledgements_given: int
    deliverables: list[DeliverableFigures]
    activities: ActivityFigures
    as_of: Instant
    behind_seconds: float


class MatrixOrganization(Shape):
    id: UUID
    name: str
    short_name: str | None
    kind: str
    parent_id: UUID | None


class MatrixDeliverable(Shape):
    id: UUID
    kind: str
    title: str
    due_at: Instant | None


class Cell(Shape):
    """`review_stage` of `review_stages` is where the review stands or was decided; None: nothing was handed in."""

    deliverable_id: UUID
    state: CellState
    due_at: Instant | None
    assignment_id: UUID
    nil_return: bool = False
    review_stages: int | None = None
    review_stage: int | None = None


class MatrixRow(Shape):
    organization: MatrixOrganization
    cells: list[Cell]


class Matrix(Shape):
    deliverables: list[MatrixDeliverable]
    rows: list[MatrixRow]
    next_cursor: str | None
    as_of: Instant
    behind_seconds: float


class ListedActivity(Shape):
    """An activity as it is listed: its hosts by name, in their order."""

    id: UUID
    serial_number: int | None
    category: str
    name: str
    hosts: list[str]
    hosts_text: str | None
    starts_at: Instant | None
    ends_at: Instant | None
    place: str | None
    state: str
