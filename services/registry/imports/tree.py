"""Holds the organizations of a file against the register: which are there, which are new, and whose names clash."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.identity import new_id
from contracts.registry.imports import Difference, ImportChanges, ImportWarning
from contracts.registry.organizations import Kind
from services.registry.imports.units import UnitRegister, UnitRow
from services.registry.organizations.names import Directory, Entry, normal_form

_MOST_GUESSES = 100
_MOST_PLACE = 1_000_000


@dataclass(frozen=True, slots=True)
class StandingUnit:
    """An organization as far as a file can change it."""

    id: UUID
    name: str
    kind: Kind
    short_name: str | None
    aliases: list[str]
    parent_id: UUID | None
    sort_order: int
    closed: bool

    def as_entry(self) -> Entry:
        """As the directory of names takes it."""
        aliases = tuple(self.aliases)
        return Entry(self.id, self.name, self.kind, self.short_name, aliases, closed=self.closed)


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


@dataclass
class _Comparison:
    """The rows of one file on their way into a plan. `ids` are whose row each is, new or known."""

    read: UnitRegister
    units: Mapping[UUID, StandingUnit]
    directory: Directory
    owners: dict[str, UUID] = field(default_factory=dict)
    forms: dict[str, set[UUID]] = field(default_factory=dict)
    rows_by_name: dict[str, UnitRow] = field(default_factory=dict)
    ids: dict[int, UUID] = field(default_factory=dict)
    parents: dict[int, UUID] = field(default_factory=dict)
    guesses: int = 0


def read_standing(written: str) -> list[StandingUnit]:
    """The register's organizations out of their JSON."""
    return [
        StandingUnit(UUID(id), name, kind, short, aliases, UUID(parent) if parent else None, place, closed)
        for id, name, kind, short, aliases, parent, place, closed in json.loads(written)
    ]


def compare(read: UnitRegister, units: Sequence[StandingUnit], directory: Directory) -> UnitPlan:
    """What applying would do; what cannot be is added to the errors of `read`.

    A row is the organization that bears its name, as name or as alias. A blank cell leaves what is there, aliases
    are only added, and an organization that is in no row stays.
    """
    comparison = _Comparison(read, {unit.id: unit for unit in units}, directory)
    for unit in units:
        if not unit.closed:
            for name in (unit.name, *unit.aliases):
                comparison.owners[name] = unit.id
                comparison.forms.setdefault(normal_form(name), set()).add(unit.id)
    _identify(comparison)
    _check_aliases(comparison)
    _find_parents(comparison)
    _check_rings(comparison)
    _point_out_twins(comparison)
    return _plan(comparison)


def _identify(c: _Comparison) -> None:
    """Whose row each is; a second row of the same organization is an error."""
    taken: dict[UUID, UnitRow] = {}
    for row in c.read.rows:
        name = _as_known(row.name, c.owners)
        if (other := c.rows_by_name.get(name)) is not None:
            c.read.err(row.row, "name", f"{name!r} stands in rows {other.row} and {row.row}; expected once")
            continue
        known = c.owners.get(name)
        if known is not None and known in taken:
            message = f"rows {taken[known].row} and {row.row} are both {c.units[known].name!r}; expected one"
            c.read.err(row.row, "name", message)
            continue
        c.rows_by_name[name] = row
        c.ids[row.row] = known or new_id()
        taken[c.ids[row.row]] = row


def _check_aliases(c: _Comparison) -> None:
    """A name belongs to one organization: of the file, and of the register."""
    claimed: dict[str, UnitRow] = {}
    for row in c.read.rows:
        id = c.ids.get(row.row)
        for alias in row.aliases if id is not None else ():
            other = c.rows_by_name.get(alias) or claimed.get(alias)
            owner = c.owners.get(alias)
            if other is not None and other is not row:
                c.read.err(
                    row.row, "aliases", f"{alias!r} is a name of row {other.row} too; expected one bearer"
                )
            elif owner is not None and owner != id:
                bearer = c.units[owner].name
                c.read.err(row.row, "aliases", f"{alias!r} is a name of {bearer!r} on the register")
            else:
                claimed[alias] = row
    for alias, row in claimed.items():
        c.rows_by_name.setdefault(alias, row)


def _find_parents(c: _Comparison) -> None:
    for row in c.read.rows:
        if row.parent is None or row.row not in c.ids:
            continue
        found = _named_in_file(c, row.parent) or _named_on_register(c, row.parent)
        if found is None:
            message = f"{row.parent!r} is no organization of this file or the register{_near(c, row.parent)}"
            c.read.err(row.row, "parent", message)
        elif found == c.ids[row.row]:
            c.read.err(row.row, "parent", "names the organization itself; expected one above it")
        else:
            c.parents[row.row] = found


def _named_in_file(c: _Comparison, name: str) -> UUID | None:
    row = c.rows_by_name.get(name) or c.rows_by_name.get(name.strip())
    return c.ids.get(row.row) if row is not None else None


def _named_on_register(c: _Comparison, name: str) -> UUID | None:
    """By name or alias, or the one that the normal form of its name leads to."""
    if (known := c.owners.get(_as_known(name, c.owners))) is not None:
        return known
    alike = c.forms.get(normal_form(name), set())
    return next(iter(alike)) if len(alike) == 1 else None


def _near(c: _Comparison, name: str) -> str:
    c.guesses += 1
    if c.guesses > _MOST_GUESSES:
        return ""
    near = "、".join(each.name for each in c.directory.resolve(name).candidates[:3])
    return f"; like it: {near}" if near else ""


def _check_rings(c: _Comparison) -> None:
    """Nobody may stand below itself: the register's tree with the file's parents laid over it."""
    above = {unit.id: unit.parent_id for unit in c.units.values()}
    above |= {c.ids[row]: parent for row, parent in c.parents.items()}
    sound: set[UUID] = set()
    in_ring: set[UUID] = set()
    for start in above:
        line: list[UUID] = []
        seen: set[UUID] = set()
        at: UUID | None = start
        while at is not None and at not in sound and at not in seen:
            line.append(at)
            seen.add(at)
            at = above.get(at)
        if at is not None and at in seen:
            in_ring |= set(line[line.index(at) :])
        sound |= seen
    names = {c.ids[row.row]: row.name for row in c.read.rows if row.row in c.ids}
    for row in c.read.rows:
        id = c.ids.get(row.row)
        if id in in_ring and row.row in c.parents:
            ring = " → ".join(_ring_of(id, above, names, c.units))
            c.read.err(row.row, "parent", f"makes a ring: {ring}; expected a tree")


def _ring_of(
    start: UUID,
    above: Mapping[UUID, UUID | None],
    names: Mapping[UUID, str],
    units: Mapping[UUID, StandingUnit],
) -> Iterator[str]:
    at: UUID | None = start
    for _ in range(10):
        if at is None:
            return
        yield names[at] if at in names else units[at].name
        at = above.get(at)
        if at == start:
            yield names[start] if start in names else units[start].name
            return
    yield "…"


def _point_out_twins(c: _Comparison) -> None:
    """A new name that differs from a known one in brackets, spaces or quotes only: told, never merged."""
    for row in c.read.rows:
        id = c.ids.get(row.row)
        twins = c.forms.get(normal_form(row.name))
        if id is not None and id not in c.units and twins:
            twin = c.units[min(twins)].name
            message = f"row {row.row}: {row.name!r} is new, and differs from {twin!r} in its writing only"
            c.read.warnings.append(ImportWarning(code="near_duplicate", rows=[row.row], message=message))


def _plan(c: _Comparison) -> UnitPlan:
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


def _plan_present(plan: UnitPlan, c: _Comparison, row: UnitRow, present: StandingUnit) -> None:
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


def _changed_fields(c: _Comparison, row: UnitRow, present: StandingUnit) -> dict[str, Any]:
    added = [each for each in row.aliases if each != present.name and each not in present.aliases]
    parent = c.parents.get(row.row)
    wanted: dict[str, Any] = {
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


def _new_fields(c: _Comparison, row: UnitRow, nth: int) -> dict[str, Any]:
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


def _from_above(new: list[tuple[int, dict[str, Any]]], c: _Comparison) -> list[dict[str, Any]]:
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


def _name_of(c: _Comparison, id: UUID | None) -> str | None:
    return c.units[id].name if id is not None and id in c.units else None


def _as_known(name: str, owners: Mapping[str, UUID]) -> str:
    """As it is written where the register has it so, else without the spaces around it."""
    return name if name in owners else name.strip()
