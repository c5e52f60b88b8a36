"""What the summary says in figures, out of the overview of its moment. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from contracts.registry.activities import Activity
from contracts.reporting.figures import DistrictFigures, Figures, ThemeDayFigures
from services.reporting.exports.sources import Unit
from services.reporting.figures.model import together

ELSEWHERE = "市级部门及其他单位"
NOTHING = together([])


def by_district(districts: Sequence[DistrictFigures], units: Sequence[Unit]) -> list[tuple[str, Figures]]:
    """Districts with all below them, in the office's order, then everybody else together.

    Below an issuer without districts every unit stands by its name.
    """
    kinds = {unit.id: unit.kind for unit in units}
    named = [
        each for each in districts if each.organization_id and kinds.get(each.organization_id) == "district"
    ]
    if not named:
        named = [each for each in districts if each.organization_id]
    others = [each.model_dump() for each in districts if each not in named]
    shown: list[tuple[str, Figures]] = [(each.name or str(each.organization_id), each) for each in named]
    return [*shown, (ELSEWHERE, together(others))] if others else shown


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


def hosted_in(day: ThemeDayFigures) -> str:
    """How many of a day's activities each district hosts, the most first; one may have hosts in several."""
    counted = sorted(day.districts, key=lambda each: -each.total)
    return "、".join(f"{each.name or ELSEWHERE}{each.total}项" for each in counted)


def most_first(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """The values that most activities have first."""
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))
