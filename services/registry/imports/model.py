"""Imports: what a reviewed register changes among the activities."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.identity import new_id
from chassis.refusals import Conflict
from contracts.registry.activities import Activity
from contracts.registry.imports import ImportApplied
from contracts.shapes import changed
from services.registry.imports.review import ReadyRow, Review


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
    """Rows against activities: the same serial number, or else category and name, is the same activity.

    Several may bear one name and no number: each row takes one that stands as it is written, or else the first left.
    """
    difference = Difference()
    standing = _group(present, _content)
    others: list[ReadyRow] = []
    kept: set[UUID] = set()
    for row in rows:
        if same := standing[_content(row)]:
            kept.add(same.pop(0).id)
        else:
            others.append(row)
    difference.unchanged_count = len(kept)
    left = _group((each for each in present if each.id not in kept), _key)
    for row in others:
        if bearers := left[_key(row)]:
            difference.updated.append(changed(bearers.pop(0), at, **_fields(row)))
        else:
            difference.created.append(_make(row, campaign_id, at))
    return difference


def _group(
    activities: Iterable[Activity], by: Callable[[Activity], Hashable]
) -> defaultdict[Hashable, list[Activity]]:
    groups: defaultdict[Hashable, list[Activity]] = defaultdict(list)
    for each in activities:
        groups[by(each)].append(each)
    return groups


def _key(each: Activity | ReadyRow) -> Hashable:
    return each.serial_number if each.serial_number is not None else (each.category, each.name)


def _content(each: Activity | ReadyRow) -> Hashable:
    hosts = tuple((host.organization_id, host.outside_party, host.written_as) for host in each.hosts)
    return each.serial_number, each.category, each.name, hosts, each.hosts_text


def _fields(row: ReadyRow) -> dict[str, object]:
    return {"category": row.category, "name": row.name, "hosts": row.hosts, "hosts_text": row.hosts_text}


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
