"""The tree of units: in the office's order, each under its parent. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from services.reporting.exports.sources import Unit


def walk(units: Sequence[Unit], shown: Collection[UUID]) -> Iterator[tuple[Unit, int]]:
    """The shown units, each with how many shown ones stand above it; a unit whose parent is unknown is a root."""
    known = {unit.id for unit in units}
    below: dict[UUID | None, list[Unit]] = defaultdict(list)
    for unit in units:
        below[unit.parent_id if unit.parent_id in known else None].append(unit)
    waiting = [(unit, 0) for unit in reversed(below[None])]
    seen = set()
    while waiting:
        unit, depth = waiting.pop()
        seen.add(unit.id)
        is_shown = unit.id in shown
        if is_shown:
            yield unit, depth
        waiting.extend((child, depth + is_shown) for child in reversed(below[unit.id]))
    # Copies that are between two facts may form a ring for a moment: nobody is left out for that.
    yield from ((unit, 0) for unit in units if unit.id in shown and unit.id not in seen)


def places_of(units: Sequence[Unit]) -> Mapping[UUID, int]:
    """The place of each unit in that walk, from 1."""
    everybody = {unit.id for unit in units}
    return {unit.id: nth for nth, (unit, _) in enumerate(walk(units, everybody), start=1)}


def districts_of(units: Sequence[Unit]) -> Mapping[UUID, Unit]:
    """For each unit in a district, or that is one, the district; the others are in none."""
    by_id = {unit.id: unit for unit in units}
    found: dict[UUID, Unit] = {}
    for unit in units:
        line: list[UUID] = []
        at: Unit | None = unit
        while at is not None and at.id not in line and at.id not in found and at.kind != "district":
            line.append(at.id)
            at = by_id.get(at.parent_id) if at.parent_id else None
        if at is not None and (at.kind == "district" or at.id in found):
            district = found.get(at.id, at)
            found.update(dict.fromkeys([*line, at.id], district))
    return found
