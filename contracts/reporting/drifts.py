"""Drift: a count that was not what the rows came to, as it was found and mended."""

from typing import Any
from uuid import UUID

from contracts.shapes import Instant, Shape


class Drift(Shape):
    """`cell_id` names the counter's cell, or the unit whose row of the matrix was wrong."""

    campaign_id: UUID
    found_at: Instant
    cell_id: UUID
    counted: dict[str, Any]
    expected: dict[str, Any]


class Drifts(Shape):
    items: list[Drift]
