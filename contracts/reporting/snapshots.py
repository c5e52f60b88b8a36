"""Snapshot: the figures of one moment, under a number and a hash, that never change (截至9月16日24时)."""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from contracts.reporting.figures import Overview
from contracts.shapes import Command, GivenInstant, Instant, Shape, Title


class TakeSnapshot(Command):
    """Without `as_of`, of this moment; without `title`, named by the moment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"as_of": "2024-09-16T23:59:59.999999+08:00", "title": "截至9月16日24时"},
                {},
            ]
        }
    )

    as_of: GivenInstant | None = None
    title: Title | None = None


class ListedSnapshot(Shape):
    """`sha256` is the digest of `content`, as JSON with sorted keys and no spaces in UTF-8."""

    id: UUID
    campaign_id: UUID
    number: int
    title: str
    as_of: Instant
    taken_at: Instant
    taken_by: UUID
    sha256: str


class SnapshotContent(Shape):
    """`matrix` counts the cells of each deliverable by their state."""

    overview: Overview
    matrix: dict[UUID, dict[str, int]]


class Snapshot(ListedSnapshot):
    content: dict[str, Any]


class FigureChange(Shape):
    """Counts are whole numbers, rates are not."""

    figure: str
    before: int | float | None
    after: int | float | None


class PartChange(Shape):
    """What changed in one deliverable or district; one that stands in neither snapshot's figures is not here."""

    id: UUID | None
    name: str | None
    changes: list[FigureChange]


class SnapshotDifference(Shape):
    """What snapshot `to_number` says other than `from_number`."""

    campaign_id: UUID
    from_number: int
    to_number: int
    from_as_of: Instant
    to_as_of: Instant
    figures: list[FigureChange]
    deliverables: list[PartChange]
    districts: list[PartChange]
