"""Imports: what a reviewed register changes among the activities."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.identity import new_id
from chassis.refusals import Conflict
from contracts.registry.activities import Activity
from contracts.registry.imports import ImportApplied
from contracts.shapes import changed
from services.registry.imports.review import ReadyRow, Review

Key = tuple[int | None, str, str]


class Undecided(Conflict):
    """A row is in error, or a text is not decided yet: all or nothing is applied."""


@dataclass
class Difference:
    """What an import makes and changes; `unchanged_count` rows are there already as they stand."""

    created: list[Activity] = field(default_factory=list)
    updated: list[Activity] = field(default_factory=list)
    unchanged_count: int = 0

    @property
    def applied(self) -> ImportApplied:
        """In numbers."""
        return ImportApplied(
            created=len(self.created), updated=len(self.updated), unchanged=self.unchanged_count
        )


def check_decided(review: Review) -> None:
    """Refuse while anything is open, naming it."""
    if review.errors or review.to_review:
        raise Undecided(
            f"{len(review.errors)} cells are in error and {len(review.to_review)} texts are not decided",
            errors=[error.model_dump(mode="json") for error in review.errors],
            to_review=[item.model_dump(mode="json") for item in review.to_review],
        )


def compare(
    rows: Sequence[ReadyRow], present: Sequence[Activity], campaign_id: UUID, at: datetime
) -> Difference:
    """Rows against activities: the same serial number, or else category and name, is the same activity."""
    known = {_key(each.serial_number, each.category, each.name): each for each in present}
    difference = Difference()
    for row in rows:
        activity = known.get(_key(row.serial_number, row.category, row.name))
        if activity is None:
            difference.created.append(_make(row, campaign_id, at))
        elif _holds(activity, row):
            difference.unchanged_count += 1
        else:
            difference.updated.append(changed(activity, at, **_fields(row)))
    return difference


def _key(serial_number: int | None, category: str, name: str) -> Key:
    return (serial_number, "", "") if serial_number is not None else (None, category, name)


def _fields(row: ReadyRow) -> dict[str, object]:
    return {"category": row.category, "name": row.name, "hosts": row.hosts, "hosts_text": row.hosts_text}


def _holds(activity: Activity, row: ReadyRow) -> bool:
    return all(getattr(activity, name) == value for name, value in _fields(row).items())


def _make(row: ReadyRow, campaign_id: UUID, at: datetime) -> Activity:
    return Activity(
        id=new_id(),
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign_id,
        serial_number=row.serial_number,
        category=row.category,
        name=row.name,
        hosts=row.hosts,
        hosts_text=row.hosts_text,
        state="registered",
        selection="key",
    )
