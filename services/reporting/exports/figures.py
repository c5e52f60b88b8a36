"""What the summary says in figures, counted from the rows of one moment. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.registry.activities import Activity
from services.reporting.exports.sources import Unit

COUNTED = ("expected", "actual", "actual_on_time", "accepted", "nil_returns", "overdue", "waived")
SETTINGS = ("社区", "农村", "企业", "机关", "校园", "军营", "家庭")
"""七进, in the notice's order."""
AUDIENCES = ("老年人", "未成年人")
"""一老一少."""
ELSEWHERE = "市级部门及其他单位"


@dataclass(frozen=True)
class Counts:
    """Of assignments; what is waived is in none but `waived`."""

    expected: int = 0
    actual: int = 0
    actual_on_time: int = 0
    accepted: int = 0
    nil_returns: int = 0
    overdue: int = 0
    waived: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNTED))


def counts_of(row: Any) -> Counts:
    """One row of the count."""
    return Counts(*(row[name] for name in COUNTED))


def by_deliverable(rows: Iterable[Any]) -> Mapping[UUID, Counts]:
    """Summed over the units."""
    found: dict[UUID, Counts] = defaultdict(Counts)
    for row in rows:
        found[row["deliverable_id"]] += counts_of(row)
    return found


def by_district(
    rows: Iterable[Any], units: Sequence[Unit], districts: Mapping[UUID, Unit]
) -> list[tuple[str, Counts]]:
    """Districts with all below them, in the office's order; who stands in none comes last, together."""
    found: dict[UUID | None, Counts] = defaultdict(Counts)
    for row in rows:
        district = districts.get(row["organization_id"])
        found[None if district is None else district.id] += counts_of(row)
    named = [(unit.name, found[unit.id]) for unit in units if unit.id in found]
    return named + ([(ELSEWHERE, found[None])] if None in found else [])


def share_of(part: int, whole: int) -> str:
    """In per cent with one place; a dash where there is no whole."""
    return "—" if whole == 0 else f"{100 * part / whole:.1f}%"


def by_category(activities: Iterable[Activity]) -> list[tuple[str, int, int]]:
    """Category, activities and those that were held, in the order of their first appearance."""
    total, held = Counter[str](), Counter[str]()
    for each in activities:
        total[each.category] += 1
        held[each.category] += each.state in ("held", "reported")
    return [(category, total[category], held[category]) for category in total]


def coverage(activities: Iterable[Activity], name: str, order: Sequence[str]) -> list[tuple[str, int]]:
    """How many activities name each value: those of `order` even when none does, others after them."""
    found = Counter(value for each in activities for value in dict.fromkeys(getattr(each, name)))
    others = sorted(found.keys() - set(order), key=lambda value: (-found[value], value))
    return [(value, found[value]) for value in (*order, *others)]
