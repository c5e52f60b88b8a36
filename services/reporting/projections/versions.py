"""What a batch told: each version once, for history; and the newest of each aggregate, for the present."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.consumers import latest
from contracts.envelope import Event
from contracts.shapes import Aggregate


@dataclass(frozen=True, slots=True)
class Told:
    """Aggregates of one noun, as rows for the database. `since` is the earliest moment that is spoken of."""

    ids: list[UUID]
    since: datetime
    all: list[dict[str, Any]]
    newest: list[dict[str, Any]]


def read_told(events: Sequence[Event], fields: Collection[str]) -> Told:
    """The aggregates of these events, which are at least one; of each only `fields`."""
    versions: dict[tuple[UUID, int], Aggregate] = {
        (event.aggregate_id, event.aggregate_version): event.aggregate for event in events
    }
    newest = {(event.aggregate_id, event.aggregate_version) for event in latest(events)}
    rows = {
        key: aggregate.model_dump(mode="json", include=set(fields)) for key, aggregate in versions.items()
    }
    return Told(
        ids=list({id for id, _ in versions}),
        since=min(aggregate.updated_at for aggregate in versions.values()),
        all=list(rows.values()),
        newest=[row for key, row in rows.items() if key in newest],
    )
