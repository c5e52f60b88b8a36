"""Placement: below which district of a campaign a unit stood, from when on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.reporting.counters.model import BEGINNING


@dataclass(frozen=True, slots=True)
class UnitState:
    """One version of a unit, true from `since`."""

    version: int
    since: datetime
    parent_id: UUID | None
    kind: str


@dataclass(frozen=True, slots=True)
class Placement:
    """The district is the unit below the issuer that a unit is or stands under; None: not under the issuer."""

    since: datetime
    district_id: UUID | None
    unit_kind: str


def place(
    pasts: Mapping[UUID, Sequence[UnitState]], issuer_id: UUID | None, unit_id: UUID
) -> list[Placement]:
    """Where a unit stood over time. What was before the first version that was heard is taken to be like it."""
    moments = sorted({BEGINNING, *(state.since for past in _line(pasts, unit_id) for state in pasts[past])})
    placed: list[Placement] = []
    for moment in moments:
        kind = _state(pasts.get(unit_id, ()), moment)
        found = Placement(moment, _district(pasts, issuer_id, unit_id, moment), kind.kind if kind else "")
        same = placed and (placed[-1].district_id, placed[-1].unit_kind) == (
            found.district_id,
            found.unit_kind,
        )
        if not same:
            placed.append(found)
    return placed


def _line(pasts: Mapping[UUID, Sequence[UnitState]], unit_id: UUID) -> set[UUID]:
    """The unit and all that ever stood above it, as far as they are known."""
    line: set[UUID] = set()
    waiting = [unit_id]
    while waiting:
        id = waiting.pop()
        if id in line or id not in pasts:
            continue
        line.add(id)
        waiting += [state.parent_id for state in pasts[id] if state.parent_id is not None]
    return line


def _state(past: Sequence[UnitState], moment: datetime) -> UnitState | None:
    """The newest version from before a moment, or the first of all."""
    known = [state for state in past if state.since <= moment]
    if known:
        return max(known, key=lambda state: state.version)
    return min(past, key=lambda state: state.version, default=None)


def _district(
    pasts: Mapping[UUID, Sequence[UnitState]], issuer_id: UUID | None, unit_id: UUID, moment: datetime
) -> UUID | None:
    if unit_id == issuer_id:
        return unit_id
    seen: set[UUID] = set()
    here: UUID | None = unit_id
    while here is not None and here not in seen:
        seen.add(here)
        state = _state(pasts.get(here, ()), moment)
        above = state.parent_id if state else None
        if above is not None and above == issuer_id:
            return here
        here = above
    return None
