"""Who does what in the demo: for each unit when it acknowledges, plans and sums up. Nothing is left to chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cli.demo.days import moment


@dataclass(frozen=True, slots=True)
class Part:
    """One unit's part; None: it never does. `nil` hands in a zero report, `returned` is sent back once."""

    unit: str
    acknowledges_at: datetime | None
    plans_at: datetime | None
    sums_up_at: datetime | None
    nil: bool = False
    returned: bool = False


# The moments lie in the afternoons, hours away from the rungs at 09:00, so that which reminders are owed is
# beyond dispute.
ACKNOWLEDGES = (
    moment(8, 30, 15),
    moment(8, 31, 15),
    moment(9, 2, 15),
    moment(9, 3, 15),
    moment(9, 4, 14),
    moment(9, 5, 15),
)
PLANS = (
    moment(9, 2, 16),
    moment(9, 3, 16),
    moment(9, 4, 16),
    moment(9, 5, 16),
    moment(9, 6, 15),
    moment(9, 9, 16),
)
SUMS_UP = (
    moment(9, 5, 17),
    moment(9, 10, 16),
    moment(9, 13, 16),
    moment(9, 14, 16),
    moment(9, 16, 16),
    moment(9, 18, 16),
)
PACE = timedelta(minutes=2)
"""Between one unit and the next at the same moment."""


def cast_parts(units: Sequence[str]) -> list[Part]:
    """A part for each unit, by its place in the office's order; a few never do, or do it late."""
    return [_part(place, unit) for place, unit in enumerate(units)]


def _part(place: int, unit: str) -> Part:
    return Part(
        unit=unit,
        acknowledges_at=None if place == 59 else _pick(ACKNOWLEDGES, place, place),
        plans_at=None if place % 20 == 7 else _pick(PLANS, place * 7, place),
        sums_up_at=None if place % 20 == 13 else _pick(SUMS_UP, place * 5 + 1, place),
        nil=place % 15 == 4,
        returned=place % 9 == 2,
    )


def _pick(moments: Sequence[datetime], turn: int, place: int) -> datetime:
    return moments[turn % len(moments)] + PACE * (place % 30)
