"""The figures that go upward: the overview, the matrix of who owes what, the timeline."""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.shapes import Instant, Shape

CellState = Literal["owed", "overdue", "received", "late", "returned", "accepted", "waived"]


class Figures(Shape):
    """completeness is actual / expected, timeliness actual on time / expected; None: nothing is expected.

    Expected counts the assignments that are not waived, so a rate never passes 1 (DHIS2's reporting rates). Nil
    returns are among the actual ones.
    """

    expected: int
    actual: int
    actual_on_time: int
    completeness: float | None
    timeliness: float | None
    accepted: int = 0
    returned: int = 0
    overdue: int = 0
    waived: int = 0
    nil_returns: int = 0


class DeliverableFigures(Figures):
    deliverable_id: UUID
    title: str


class DistrictFigures(Figures):
    """Of the unit below the issuer and all below it, or of the issuer itself; None: of units that stand elsewhere."""

    organization_id: UUID | None
    name: str | None


class KindFigures(Figures):
    kind: str


class CampaignFigures(Figures):
    """Of a campaign below this one, by itself."""

    campaign_id: UUID
    name: str
    issuer_id: UUID


class ThemeDayDistrict(Shape):
    organization_id: UUID | None
    name: str | None
    total: int


class ThemeDayFigures(Shape):
    """How many activities start on the day, in all and by the district of their hosts; one may have several hosts."""

    date: date
    name: str
    total: int
    districts: list[ThemeDayDistrict]


class ActivityFigures(Shape):
    """`by_category` and `by_state` count all that the caller may see, the others those that are not given up.

    An activity with two settings counts under both.
    """

    total: int
    by_category: dict[str, int]
    by_state: dict[str, int]
    by_setting: dict[str, int] = {}
    by_audience: dict[str, int] = {}
    by_product: dict[str, int] = {}
    by_carrier: dict[str, int] = {}
    theme_days: list[ThemeDayFigures] = []


class Countdown(Shape):
    """Whole days until the campaign's first and last day (below 0: since then), and what is due next."""

    days_to_start: int | None
    days_to_end: int | None
    next_due_at: Instant | None
    next_owed: int


class Overview(Figures):
    """The campaign's own figures, broken down; `rolled_up` holds those of the campaigns below it too."""

    campaign_id: UUID
    acknowledgements_owed: int
    acknowledgements_given: int
    deliverables: list[DeliverableFigures]
    districts: list[DistrictFigures] = []
    kinds: list[KindFigures] = []
    activities: ActivityFigures
    campaigns: list[CampaignFigures] = []
    rolled_up: Figures | None = None
    countdown: Countdown | None = None
    as_of: Instant
    behind_seconds: float


class TimelineDay(Shape):
    """One day in the campaign's zone. `still_owed` is at its end; None: the day is not over, or yet to come.

    `received` is what was first handed in, less what was withdrawn.
    """

    date: date
    due: int
    received: int
    on_time: int
    still_owed: int | None


class Timeline(Shape):
    """Days on which something was due or moved, in order; between them nothing changed. `still_owed` is at `as_of`."""

    days: list[TimelineDay]
    still_owed: int
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


class ListedActivities(Shape):
    """A page of the activities as they stood at `as_of`; `next_cursor` is None on the last."""

    items: list[ListedActivity]
    next_cursor: str | None
    as_of: Instant
    behind_seconds: float
