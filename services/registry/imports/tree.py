"""Finds the organizations of a file on the register: whose row each is, who stands above whom, whose names clash."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis.identity import new_id
from contracts.registry.imports import ImportWarning
from contracts.registry.organizations import Kind
from services.registry.imports.units import UnitRegister, UnitRow
from services.registry.organizations.names import Directory, Entry, normal_form

_MOST_GUESSES = 100


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
class Comparison:
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

    def key(self, name: str) -> str:
        """What the rows of one organization have in common: the normal form, but for twins on the register."""
        form = normal_form(name)
        return name if len(self.forms.get(form, ())) > 1 else form

    def owner(self, name: str) -> UUID | None:
        """By name or alias, or the one that the normal form leads to."""
        known = self.owners.get(name) or self.owners.get(name.strip())
        if known is not None:
            return known
        alike = self.forms.get(normal_form(name), set())
        return next(iter(alike)) if len(alike) == 1 else None


def read_standing(written: str) -> list[StandingUnit]:
    """The register's organizations out of their JSON."""
    return [
        StandingUnit(UUID(id), name, kind, short, aliases, UUID(parent) if parent else None, place, closed)
        for id, name, kind, short, aliases, parent, place, closed in json.loads(written)
    ]


def identify(c: Comparison) -> None:
    """Whose row each is: by its name, else by the one organization that bears its aliases; a second row is an error."""
    for unit in c.units.values():
        for name in () if unit.closed else (unit.name, *unit.aliases):
            c.owners[name] = unit.id
            c.forms.setdefault(normal_form(name), set()).add(unit.id)
    taken: dict[UUID, UnitRow] = {}
    unknown: list[UnitRow] = []
    for row in c.read.rows:
        key = c.key(row.name)
        if (other := c.rows_by_name.get(key)) is not None:
            name = row.name.strip()
            c.read.err(row.row, "name", f"{name!r} stands in rows {other.row} and {row.row}; expected once")
            continue
        c.rows_by_name[key] = row
        if (known := c.owner(row.name)) is None:
            unknown.append(row)
        else:
            _take(c, taken, row, known)
    for row in unknown:
        named = {owner for alias in row.aliases if (owner := c.owner(alias)) is not None}
        bearers = [bearer for bearer in named if bearer not in taken]
        _take(c, taken, row, bearers[0] if len(bearers) == 1 else new_id())


def _take(c: Comparison, taken: dict[UUID, UnitRow], row: UnitRow, id: UUID) -> None:
    if id in taken:
        message = f"rows {taken[id].row} and {row.row} are both {c.units[id].name!r}; expected one"
        c.read.err(row.row, "name", message)
        return
    c.ids[row.row] = id
    taken[id] = row


def check_aliases(c: Comparison) -> None:
    """A name belongs to one organization: of the file, and of the register."""
    claimed: dict[str, UnitRow] = {}
    for row in c.read.rows:
        id = c.ids.get(row.row)
        for alias in row.aliases if id is not None else ():
            key, owner = c.key(alias), c.owner(alias)
            other = c.rows_by_name.get(key) or claimed.get(key)
            if other is not None and other is not row:
                c.read.err(
                    row.row, "aliases", f"{alias!r} is a name of row {other.row} too; expected one bearer"
                )
            elif owner is not None and owner != id:
                bearer = c.units[owner].name
                c.read.err(row.row, "aliases", f"{alias!r} is a name of {bearer!r} on the register")
            else:
                claimed[key] = row
    for key, row in claimed.items():
        c.rows_by_name.setdefault(key, row)


def find_parents(c: Comparison) -> None:
    for row in c.read.rows:
        if row.parent is None or row.row not in c.ids:
            continue
        found = _named_in_file(c, row.parent) or c.owner(row.parent)
        if found is None:
            message = f"{row.parent!r} is no organization of this file or the register{_near(c, row.parent)}"
            c.read.err(row.row, "parent", message)
        elif found == c.ids[row.row]:
            c.read.err(row.row, "parent", "names the organization itself; expected one above it")
        else:
            c.parents[row.row] = found


def _named_in_file(c: Comparison, name: str) -> UUID | None:
    row = c.rows_by_name.get(c.key(name))
    return c.ids.get(row.row) if row is not None else None


def _near(c: Comparison, name: str) -> str:
    c.guesses += 1
    if c.guesses > _MOST_GUESSES:
        return ""
    near = "、".join(each.name for each in c.directory.resolve(name).candidates[:3])
    return f"; like it: {near}" if near else ""


def check_rings(c: Comparison) -> None:
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


def point_out_twins(c: Comparison) -> None:
    """A name that differs from the register's in brackets, spaces or quotes only is that one, and that is told."""
    for row in c.read.rows:
        id = c.ids.get(row.row)
        known = None if id is None else c.units.get(id)
        if known is None or {row.name, row.name.strip()} & {known.name, *known.aliases}:
            continue
        if normal_form(row.name) in map(normal_form, (known.name, *known.aliases)):
            message = f"row {row.row}: {row.name!r} differs from {known.name!r} in its writing only, and is that one"
            c.read.warnings.append(ImportWarning(code="other_writing", rows=[row.row], message=message))
