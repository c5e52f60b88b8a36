"""Selections: which activities change, and the numbers of the chosen. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.activities import Activity, Selection
from contracts.shapes import changed
from services.registry.activities.model import NotSelectable, is_selectable, select

FOUND_MOST = 10_000
"""Activities that one filter may select: more in one transaction keeps everybody else waiting."""
LAST = 1_000_000


class ActivityUnknown(Unprocessable):
    """An id that names no activity of this campaign; the message says where it stands."""


class TooManyFound(Conflict):
    """The filter finds more than can be selected at once."""


class CategoryMissing(Unprocessable):
    """The order of categories leaves one out that a key activity has; it is named."""


class CategoryNamedTwice(Unprocessable):
    """One category stands twice in the order."""


def check_all_found(wanted: Sequence[UUID], found: Sequence[Activity]) -> None:
    """Refuse ids that are not among the campaign's activities, each with its place."""
    there = {each.id for each in found}
    errors = [
        {"field": f"activity_ids.{nth}", "message": f"{id} is no activity of this campaign"}
        for nth, id in enumerate(wanted)
        if id not in there
    ]
    if errors:
        raise ActivityUnknown("; ".join(each["message"] for each in errors[:3]), errors=errors)


def check_all_selectable(
    wanted: Sequence[UUID], found: Sequence[Activity], selection: Selection | None
) -> None:
    """Refuse what is cancelled, each with its place."""
    cancelled = {each.id for each in found if not is_selectable(each, selection)}
    errors = [
        {"field": f"activity_ids.{nth}", "message": f"{id} is cancelled; it can only be taken back (null)"}
        for nth, id in enumerate(wanted)
        if id in cancelled
    ]
    if errors:
        raise NotSelectable("; ".join(each["message"] for each in errors[:3]), errors=errors)


def select_all(
    activities: Sequence[Activity], selection: Selection | None, at: datetime
) -> tuple[list[Activity], list[UUID]]:
    """Those that are changed by it, and the ids of those that are left out."""
    left_out = [each.id for each in activities if not is_selectable(each, selection)]
    selectable = (each for each in activities if is_selectable(each, selection))
    selected = ((each, select(each, selection, at)) for each in selectable)
    return [after for before, after in selected if after is not before], left_out


def is_numbered(activity: Activity) -> bool:
    """Whether it has a place in the annex: chosen, and not cancelled."""
    return activity.selection == "key" and activity.state != "cancelled"


def order_categories(
    asked: Sequence[str] | None, kept: Sequence[str], activities: Sequence[Activity]
) -> list[str]:
    """The order asked for, which names all; or the one that is kept, and after it by first appearance."""
    numbered = sorted(filter(is_numbered, activities), key=_by_appearance)
    present = list(dict.fromkeys(each.category for each in numbered))
    if asked is None:
        return list(dict.fromkeys([*kept, *present]))
    if twice := sorted({name for name in asked if asked.count(name) > 1}):
        raise CategoryNamedTwice(f"categories names {twice[0]!r} twice; expected each once", categories=twice)
    if missing := [name for name in present if name not in asked]:
        raise CategoryMissing(
            f"categories leaves out {', '.join(missing)}, which key activities have; expected all of theirs",
            missing=missing,
        )
    return list(asked)


def number(
    activities: Sequence[Activity], order: Sequence[str], places: Mapping[UUID, int], at: datetime
) -> list[Activity]:
    """Those whose number becomes another. `places` are the organizations' places in the office's order."""
    rank = {name: nth for nth, name in enumerate(order)}

    def stands(each: Activity) -> tuple[object, ...]:
        first = each.hosts[0].organization_id if each.hosts else None
        place = LAST * LAST if first is None else places.get(first, LAST * LAST)
        return rank[each.category], each.serial_number or LAST, place, each.created_at, each.id

    numbered = sorted(filter(is_numbered, activities), key=stands)
    numbers = {each.id: nth for nth, each in enumerate(numbered, start=1)}
    return [
        changed(each, at, serial_number=numbers.get(each.id))
        for each in activities
        if each.serial_number != numbers.get(each.id)
    ]


def _by_appearance(each: Activity) -> tuple[object, ...]:
    return each.serial_number or LAST, each.created_at, each.id
