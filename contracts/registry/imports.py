"""Import: an office's file, previewed row by row, decided where it is unclear, then applied."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.registry.organizations import Candidate, Kind
from contracts.shapes import Command, Line, Prose, Reason, Shape

ImportKind = Literal["activities", "organizations"]


class ToReview(Shape):
    """What a person must decide: a host text no rule resolves, or a category that is blank.

    `text` is what a decision names; `written_as` is what the sheet holds where the two differ, as when
    a place said once for a whole list is carried to each of its names.
    """

    row: int
    field: Literal["hosts", "category"]
    text: str
    written_as: str | None = None
    candidates: list[Candidate] = []


class RowError(Shape):
    """What is wrong at one cell: the sheet's own row number and the standard heading of the column."""

    row: int
    column: str
    message: str


class ImportWarning(Shape):
    """Something to look at that stops nothing."""

    code: str
    rows: list[int] = []
    message: str


class ImportPreview(Shape):
    """`row_count` counts rows in error too; `ready_count` those with nothing wrong and nothing open."""

    id: UUID
    campaign_id: UUID
    kind: ImportKind
    state: Literal["previewed", "applied"]
    row_count: int
    ready_count: int
    to_review: list[ToReview] = []
    errors: list[RowError] = []
    warnings: list[ImportWarning] = []


class NewOrganization(Command):
    name: Line
    kind: Kind
    parent_id: UUID | None = None


class Decision(Command):
    """One verdict: on a host text, or on the category of a row. `why` is kept for the record."""

    text: Prose | None = None
    row: int | None = Field(default=None, ge=1)
    organization_id: UUID | None = None
    outside_party: Line | None = None
    new_organization: NewOrganization | None = None
    category: Line | None = None
    why: Reason | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        on_text = [self.organization_id, self.outside_party, self.new_organization]
        given = sum(verdict is not None for verdict in on_text)
        of_text = self.text is not None and self.row is None and self.category is None and given == 1
        of_row = self.row is not None and self.category is not None and self.text is None and given == 0
        if not (of_text or of_row):
            raise ValueError(
                "expected text with one of organization_id, outside_party, new_organization; or row with category"
            )
        return self


class DecideImport(Command):
    decisions: list[Decision] = Field(default=[], max_length=10_000)


class ImportApplied(Shape):
    created: int
    updated: int
    unchanged: int
