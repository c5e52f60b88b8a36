"""Rounds: every case once a round, in turn, so that a noisy neighbour disturbs all alike; medians are compared."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median

Case = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: medians with their lowest and highest, and the ratio to the base."""

    name: str
    unit: str
    middle: float
    lowest: float
    highest: float
    ratio: float

    def __str__(self) -> str:
        return f"{self.name}: {self.middle:,.2f} {self.unit} ({self.lowest:,.2f} to {self.highest:,.2f})"


async def compare(cases: Mapping[str, Case], unit: str, rounds: int) -> list[Row]:
    """Run each case once a round; the first is the base of the ratios."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            found[name].append(await case())
    base = median(next(iter(found.values())))
    return [
        Row(name, unit, median(values), min(values), max(values), median(values) / base)
        for name, values in found.items()
    ]
