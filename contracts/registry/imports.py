"""Import: an office's file, previewed row by row, decided where it is unclear, then applied."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.registry.organizations import Candidate, Kind
from contracts.shapes import Command, Instant, Line, Prose, Reason, Shape

ImportKind = Literal["activities", "organizations"]


class ToReview(Shape):
    """What a person must decide: a host text no rule resolves, or a category that is blank.

    `text` is what a decision names; `written_as` is what the sheet holds where the two differ, as when
    a place said once for a whole list is carried to each of its names. `cell` is the address, such as D9.
    """

    row: int
    cell: str | None = None
    field: Literal["hosts", "category"]
    text: str
    written_as: str | None = None
    candidates: list[Candidate] = []


class RowError(Shape):
    """What is wrong at one cell: the sheet's own row number and the standard heading of the column.

    `cell` is its address, such as C9; None where the sheet has no such column.
    """

    row: int
    column: str
    cell: str | None = None
    message: str


class ImportWarning(Shape):
    """Something to look at that stops nothing."""

    code: str
    rows: list[int] = []
    message: str


class ImportChanges(Shape):
    """What applying would do, in numbers. `missing` are on the register and not in the file: they stay."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0


class Difference(Shape):
    """One field that applying would change, or something on the register that the file no longer has.

    `from` and `to` are the field's values; of what is missing, `row`, `field` and both values are None.
    """

    model_config = ConfigDict(
        extra="ignore", frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    kind: Literal["changed", "missing"]
    row: int | None = None
    activity_id: UUID | None = None
    organization_id: UUID | None = None
    name: str
    field: str | None = None
    from_: Any = Field(default=None, alias="from")
    to: Any = None


class Findings(Shape):
    """What is in a file, and what would come of it by the register as it stands.

    `row_count` counts rows in error too; `ready_count` those with nothing wrong and nothing open. `changes` and
    `differences` speak of the rows that are ready; of very many differences the first are shown, and
    `difference_count` is how many there are.
    """

    row_count: int
    ready_count: int = 0
    to_review: list[ToReview] = []
    errors: list[RowError] = []
    warnings: list[ImportWarning] = []
    changes: ImportChanges = ImportChanges()
    differences: list[Difference] = []
    difference_count: int = 0


class ImportPreview(Findings):
    """`reading` until a long file is read, then `previewed`, or `failed` with the problem; then `applied`."""

    id: UUID
    version: int = 1
    created_at: Instant | None = None
    updated_at: Instant | None = None
    campaign_id: UUID
    kind: ImportKind
    filename: str = ""
    state: Literal["reading", "previewed", "applied", "failed"]
    progress: float = 1.0
    problem: dict[str, Any] | None = None


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
    """Verdicts on what the preview lists under `to_review`; none where nothing is open."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "decisions": [
                        {
                            "text": "嘉善县委宣传部（网信办）",
                            "outside_party": "嘉善县委宣传部（网信办）",
                            "why": "another province's",
                        },
                        {"row": 5, "category": "网络安全进基层"},
                    ]
                }
            ]
        }
    )

    decisions: list[Decision] = Field(default=[], max_length=10_000)


class ImportApplied(Shape):
    created: int
    updated: int
    unchanged: int
