"""Counters: by how much two accounts of the same debts differ. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

COUNTS = (
    "expected",
    "actual",
    "actual_on_time",
    "accepted",
    "returned",
    "nil_returns",
    "waived",
    "owed",
    "acknowledgements_owed",
    "acknowledgements_given",
)
"""What is counted in each cell; `owed` is expected with nothing handed in, overdue once its moment is past."""
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
PRESENT = datetime(9999, 12, 31, tzinfo=UTC)
"""Counters up to this moment hold everything that was heard."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a count is kept by; `id` is a digest of the rest."""

    id: UUID
    campaign_id: UUID
    deliverable_id: UUID | None
    district_id: UUID | None
    unit_kind: str
    due_at: datetime | None


Movements = Mapping[tuple[datetime, Cell], tuple[int, ...]]
"""By how much each cell's counts move at each moment."""


def read_movements(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[datetime, Cell], tuple[int, ...]]:
    """Movements out of rows that hold a moment, the columns of a cell and the counts."""
    return {
        (
            row["moment"],
            Cell(
                row["id"],
                row["campaign_id"],
                row["deliverable_id"],
                row["district_id"],
                row["unit_kind"],
                row["due_at"],
            ),
        ): tuple(row[name] for name in COUNTS)
        for row in rows
    }


def differences(before: Movements, after: Movements) -> dict[tuple[datetime, Cell], tuple[int, ...]]:
    """What `after` has more than `before`, without what is the same in both."""
    nothing = (0,) * len(COUNTS)
    moved = {
        key: tuple(
            new - old for old, new in zip(before.get(key, nothing), after.get(key, nothing), strict=True)
        )
        for key in before.keys() | after.keys()
    }
    return {key: counts for key, counts in moved.items() if any(counts)}
