"""Imports: what a reviewed register would change among the activities."""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from chassis.identity import new_id
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.activities import Activity
from contracts.registry.imports import Difference, ImportChanges
from services.registry.imports.register import Row
from services.registry.imports.review import ReadyRow

MOST_DIFFERENCES = 1_000
"""Shown in a preview; how many there are is told beside them."""
_COMPARED = ("category", "name", "hosts", "hosts_text")
Each = TypeVar("Each")


class Undecided(Conflict):
    """A row is in error, or a text is not decided yet: all or nothing is applied."""


class NothingToDecide(Unprocessable):
    """Decisions are on hosts and categories, and a file of organizations has neither."""


class NotRead(Conflict):
    """The file is still being read, or could not be."""


@dataclass(frozen=True, slots=True)
class StandingActivity:
    """An activity as far as a file can change it; `hosts` as the contract writes them."""

    id: UUID
    serial_number: int | None
    category: str
    name: str
    hosts: list[dict[str, str | None]]
    hosts_text: str | None
    is_cancelled: bool = False


@dataclass
class Plan:
    """What an import makes and changes; `missing` are on the register and in no row, and stay."""

    created: list[ReadyRow] = field(default_factory=list)
    updated: list[tuple[StandingActivity, ReadyRow]] = field(default_factory=list)
    unchanged_count: int = 0
    missing: list[StandingActivity] = field(default_factory=list)

    @property
    def counted(self) -> ImportChanges:
        """In numbers."""
        return ImportChanges(
            created=len(self.created),
            updated=len(self.updated),
            unchanged=self.unchanged_count,
            missing=len(self.missing),
        )

    @property
    def differences(self) -> list[Difference]:
        """Field by field, in the order of the rows, then what is missing."""
        found = [each for present, row in self.updated for each in _differences(present, row)]
        found.sort(key=lambda each: each.row or 0)
        return found + [
            Difference(kind="missing", activity_id=each.id, name=each.name) for each in self.missing
        ]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What is to be written, in the order of the rows."""
        written = [
            (row.row, {"new": True, "id": str(new_id()), "fields": _fields(row)}) for row in self.created
        ]
        written += [
            (row.row, {"new": False, "id": str(present.id), "fields": _fields(row)})
            for present, row in self.updated
        ]
        return [change for _, change in sorted(written, key=lambda each: each[0])]


def check_decided(errors: Sequence[dict[str, Any]], to_review: Sequence[dict[str, Any]]) -> None:
    """Refuse while anything is open, naming it."""
    if errors or to_review:
        raise Undecided(
            f"{len(errors)} cells are in error and {len(to_review)} texts are not decided",
            errors=list(errors),
            to_review=list(to_review),
        )


def read_standing(written: str) -> list[StandingActivity]:
    """The campaign's activities out of their JSON."""
    return [
        StandingActivity(UUID(id), serial, category, name, hosts, hosts_text, state == "cancelled")
        for id, serial, category, name, hosts, hosts_text, state in json.loads(written)
    ]


def compare(rows: Sequence[ReadyRow], named: Sequence[Row], present: Sequence[StandingActivity]) -> Plan:
    """Rows against activities: the same serial number, or else category and name, is the same activity.

    Several may bear one name and no number: each row takes one that stands as it is written, or else the first left.
    `named` are all rows that could be read: an activity whose row is not ready yet is not missing.
    """
    plan = Plan()
    standing = _group(present, _content)
    others: list[ReadyRow] = []
    kept: set[UUID] = set()
    for row in rows:
        if same := standing[_content_of_row(row)]:
            kept.add(same.pop(0).id)
        else:
            others.append(row)
    plan.unchanged_count = len(kept)
    left = _group((each for each in present if each.id not in kept), _key)
    for row in others:
        if bearers := left[_key(row)]:
            plan.updated.append((bearers.pop(0), row))
        else:
            plan.created.append(row)
    ready = {row.row for row in rows}
    spoken_of = {_key(row) for row in named if row.row not in ready}
    plan.missing = [
        each
        for bearers in left.values()
        for each in bearers
        if not each.is_cancelled and _key(each) not in spoken_of
    ]
    plan.missing.sort(key=lambda each: (each.serial_number or MOST_DIFFERENCES**2, each.id))
    return plan


def make_activity(id: UUID, fields: dict[str, Any], campaign_id: UUID, at: datetime) -> Activity:
    """An activity that an import puts on the register."""
    return Activity.model_validate(
        {
            "id": id,
            "version": 1,
            "created_at": at,
            "updated_at": at,
            "campaign_id": campaign_id,
            "state": "registered",
            "selection": "key",
            **fields,
        }
    )


def _differences(present: StandingActivity, row: ReadyRow) -> list[Difference]:
    after = _fields(row)
    return [
        Difference(
            kind="changed",
            row=row.row,
            activity_id=present.id,
            name=present.name,
            field=name,
            from_=getattr(present, name),
            to=after[name],
        )
        for name in _COMPARED
        if getattr(present, name) != after[name]
    ]


def _group(each_of: Iterable[Each], by: Callable[[Each], Hashable]) -> defaultdict[Hashable, list[Each]]:
    groups: defaultdict[Hashable, list[Each]] = defaultdict(list)
    for each in each_of:
        groups[by(each)].append(each)
    return groups


def _key(each: StandingActivity | ReadyRow | Row) -> Hashable:
    return each.serial_number if each.serial_number is not None else (each.category, each.name)


def _content(each: StandingActivity) -> Hashable:
    hosts = tuple((host["organization_id"], host["outside_party"], host["written_as"]) for host in each.hosts)
    return each.serial_number, each.category, each.name, hosts, each.hosts_text


def _content_of_row(row: ReadyRow) -> Hashable:
    hosts = tuple(
        (str(host.organization_id) if host.organization_id else None, host.outside_party, host.written_as)
        for host in row.hosts
    )
    return row.serial_number, row.category, row.name, hosts, row.hosts_text


def _fields(row: ReadyRow) -> dict[str, Any]:
    return {
        "serial_number": row.serial_number,
        "category": row.category,
        "name": row.name,
        "hosts": [host.model_dump(mode="json") for host in row.hosts],
        "hosts_text": row.hosts_text,
    }
