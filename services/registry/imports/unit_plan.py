"""Holds the organizations of a file against the register: what applying would make and change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.registry.imports import Difference, ImportChanges
from services.registry.imports.tree import (
    Comparison,
    StandingUnit,
    check_aliases,
    check_rings,
    find_parents,
    identify,
    point_out_twins,
)
from services.registry.imports.units import UnitRegister, UnitRow
from services.registry.organizations.names import Directory, normal_form

_MOST_PLACE = 1_000_000


@dataclass
class UnitPlan:
    """`created` are ids by row, those above before those below; `updated` are what changes of whom."""

    created: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    unchanged_count: int = 0
    missing_count: int = 0

    @property
    def counted(self) -> ImportChanges:
        """In numbers."""
        return ImportChanges(
            created=len(self.created),
            updated=len(self.updated),
            unchanged=self.unchanged_count,
            missing=self.missing_count,
        )

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What is to be written, in an order in which each parent is there before its children."""
        return [*self.created, *self.updated]


def compare(read: UnitRegister, units: Sequence[StandingUnit], directory: Directory) -> UnitPlan:
    """What applying would do; what cannot be is added to the errors of `read`.

    A row is the organization that bears its name, as name or as alias, in this writing or another; or, where nobody
    does, the one that bears an alias of it, which is then renamed. A blank cell leaves what is there, aliases are only
    added, and an organization that is in no row stays.
    """
    comparison = Comparison(read, {unit.id: unit for unit in units}, directory)
    identify(comparison)
    check_aliases(comparison)
    find_parents(comparison)
    check_rings(comparison)
    point_out_twins(comparison)
    return _plan(comparison)


def _plan(c: Comparison) -> UnitPlan:
    plan = UnitPlan()
    new: list[tuple[int, dict[str, Any]]] = []
    wrong = {error.row for error in c.read.errors}
    for nth, row in enumerate(c.read.rows, start=1):
        id = c.ids.get(row.row)
        if id is None:
            continue
        present = c.units.get(id)
        if present is not None:
            if row.row not in wrong:
                _plan_present(plan, c, row, present)
        elif row.kind is None:
            if not any(error.row == row.row and error.column == "单位类别" for error in c.read.errors):
                c.read.err(row.row, "kind", "is blank; a new organization needs its kind")
        elif row.row not in wrong:
            new.append((row.row, _new_fields(c, row, nth)))
    plan.created = _from_above(new, c)
    ours = set(c.ids.values())
    missing = [unit for unit in c.units.values() if not unit.closed and unit.id not in ours]
    missing.sort(key=lambda unit: (unit.sort_order, unit.id))
    plan.missing_count = len(missing)
    plan.differences += [
        Difference(kind="missing", organization_id=unit.id, name=unit.name) for unit in missing
    ]
    return plan


def _plan_present(plan: UnitPlan, c: Comparison, row: UnitRow, present: StandingUnit) -> None:
    fields = _changed_fields(c, row, present)
    if not fields:
        plan.unchanged_count += 1
        return
    plan.updated.append({"new": False, "id": str(present.id), "fields": fields})
    for name, value in fields.items():
        before: Any = getattr(present, name)
        if name == "parent_id":
            before, value = _name_of(c, before), row.parent
        plan.differences.append(
            Difference(
                kind="changed",
                row=row.row,
                organization_id=present.id,
                name=present.name,
                field="parent" if name == "parent_id" else name,
                from_=before,
                to=value,
            )
        )


def _changed_fields(c: Comparison, row: UnitRow, present: StandingUnit) -> dict[str, Any]:
    borne = (present.name, *present.aliases)
    added = [each for each in row.aliases if each not in borne and each != row.name]
    parent = c.parents.get(row.row)
    name = row.name.strip()
    wanted: dict[str, Any] = {
        "name": None if normal_form(name) in map(normal_form, borne) else name,
        "short_name": row.short_name,
        "kind": row.kind,
        "parent_id": parent,
        "aliases": [*present.aliases, *added] if added else None,
        "sort_order": row.sort_order,
    }
    if row.short_name is not None and row.short_name != present.short_name:
        wanted["short_name"] = row.short_name.strip()
    return {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in wanted.items()
        if value is not None and value != getattr(present, name)
    }


def _new_fields(c: Comparison, row: UnitRow, nth: int) -> dict[str, Any]:
    parent = c.parents.get(row.row)
    name = row.name.strip()
    return {
        "name": name,
        "short_name": row.short_name.strip() if row.short_name else None,
        "kind": row.kind,
        "parent_id": str(parent) if parent else None,
        "aliases": [alias for alias in row.aliases if alias != name],
        # The file's own order is the office's where it says no other.
        "sort_order": row.sort_order if row.sort_order is not None else min(nth, _MOST_PLACE),
    }


def _from_above(new: list[tuple[int, dict[str, Any]]], c: Comparison) -> list[dict[str, Any]]:
    """The new ones in an order in which each parent comes before its children."""
    fields = {c.ids[row]: each for row, each in new}
    ordered: dict[UUID, dict[str, Any]] = {}
    for id in fields:
        line: list[UUID] = []
        at: UUID | None = id
        while at is not None and at in fields and at not in ordered:
            line.append(at)
            above = fields[at]["parent_id"]
            at = UUID(above) if above else None
        for each in reversed(line):
            ordered[each] = {"new": True, "id": str(each), "fields": fields[each]}
    return list(ordered.values())


def _name_of(c: Comparison, id: UUID | None) -> str | None:
    return c.units[id].name if id is not None and id in c.units else None
