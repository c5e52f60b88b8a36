"""Edition 版次: the annex of chosen activities as it stood, frozen under a number."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, Line, Prose, Shape


class EditionRow(Shape):
    """An activity as the annex prints it."""

    activity_id: UUID
    serial_number: int | None = None
    category: str
    name: str
    hosts_text: str


class Edition(Aggregate):
    """Never changed. `rows_sha256` is over the rows in their order as one JSON array.

    In it each row is an object with its names in alphabetical order, in UTF-8, without spaces between its parts.
    """

    campaign_id: UUID
    number: int
    title: str | None = None
    note: str | None = None
    activity_count: int
    rows_sha256: str


class EditionWithRows(Edition):
    rows: list[EditionRow]


class IssueEdition(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "重点活动安排表", "note": "第一次印发"}]}
    )

    title: Line | None = None
    note: Prose | None = None


class EditionReference(Shape):
    id: UUID
    number: int


class RowChange(Shape):
    """One field of a row in the two editions."""

    field: Literal["category", "name", "hosts_text"]
    before: str
    after: str


class ChangedRow(Shape):
    """An activity whose text is another; its numbers in the two editions beside it."""

    activity_id: UUID
    name: str
    serial_number_before: int | None
    serial_number_after: int | None
    changes: list[RowChange]


class MovedRow(Shape):
    """An activity of which only the number is another."""

    activity_id: UUID
    name: str
    serial_number_before: int | None
    serial_number_after: int | None


class EditionDifference(Shape):
    """From one edition to another; `from_edition` is None where there was none before."""

    from_edition: EditionReference | None
    to_edition: EditionReference
    added: list[EditionRow]
    removed: list[EditionRow]
    changed: list[ChangedRow]
    moved: list[MovedRow]
    unchanged_count: int


class EditionIssued(Event, type="rollcall.registry.edition.issued.v1"):
    edition: Edition


FACTS = (EditionIssued,)
