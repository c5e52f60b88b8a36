"""Take-overs: what there is above, what of it is wanted, and where the two have come apart since."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.calendar import WorkingCalendar
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import DefineDeliverable, Deliverable
from contracts.registry.take_overs import Part, TakeDeliverable, TakenDifference, TakeOver, TakeOverItem
from contracts.registry.theme_days import SetThemeDay, ThemeDay

FIELDS: Mapping[Part, frozenset[str]] = {
    "theme": frozenset({"theme"}),
    "based_on": frozenset({"based_on"}),
    "theme_day": frozenset({"date", "name"}),
    "deliverable": frozenset({"kind", "title", "sections", "due_on", "due_time"}),
}


class NothingAbove(Conflict):
    """A campaign that stands under none has nothing to take over."""


class NotOfParent(Unprocessable):
    """What is to be taken over is not of the campaign above."""


class OrganisersOfNothing(Unprocessable):
    """Organisers were named for a day that is not to be taken over."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign with what it can hand down, or has taken."""

    campaign: Campaign
    theme_days: Sequence[ThemeDay]
    deliverables: Sequence[Deliverable]

    def of(self, part: Part) -> Sequence[Campaign | ThemeDay | Deliverable]:
        """What it has of one part."""
        if part == "theme_day":
            return self.theme_days
        return self.deliverables if part == "deliverable" else [self.campaign]


@dataclass(frozen=True, slots=True)
class Taken:
    """One part as it was above when it was taken, and what it became here."""

    part: Part
    above_id: UUID
    here_id: UUID
    taken: Mapping[str, Any]
    taken_at: datetime
    taken_by: UUID


def snapshot(part: Part, above: Campaign | ThemeDay | Deliverable) -> dict[str, Any]:
    """What is taken of a part, as JSON."""
    return above.model_dump(mode="json", include=set(FIELDS[part]))


def wanted_days(command: TakeOver, above: Sequence[ThemeDay]) -> list[ThemeDay]:
    """The theme days that are asked for, in the order of their dates."""
    known = {day.id for day in above}
    if isinstance(command.theme_days, list):
        _check_known("theme_days", command.theme_days, known)
        wanted = set(command.theme_days)
    else:
        wanted = known if command.theme_days else set()
    for each in command.organisers:
        if each.theme_day_id not in wanted:
            raise OrganisersOfNothing(f"organisers names {each.theme_day_id}, which theme_days does not take")
    return [day for day in above if day.id in wanted]


def set_theme_day(day: ThemeDay, command: TakeOver, issuer_id: UUID) -> SetThemeDay:
    """The day as it is set here: organised by whom the command names, else by the issuer itself."""
    named = {each.theme_day_id: each.organiser_ids for each in command.organisers}
    return SetThemeDay(date=day.date, name=day.name, organiser_ids=named.get(day.id, [issuer_id]))


def wanted_deliverables(
    command: TakeOver, above: Sequence[Deliverable]
) -> list[tuple[TakeDeliverable, Deliverable]]:
    """Each deliverable that is asked for, beside the one above."""
    known = {each.id: each for each in above}
    _check_known("deliverables", [each.deliverable_id for each in command.deliverables], known)
    return [(wanted, known[wanted.deliverable_id]) for wanted in command.deliverables]


def define(
    wanted: TakeDeliverable, above: Deliverable, days_before: int, calendar: WorkingCalendar
) -> DefineDeliverable:
    """The deliverable as it is defined here; without a date of its own it is due so many working days earlier."""
    if "due_on" in wanted.model_fields_set:
        due = {"due_on": wanted.due_on, "due_time": wanted.due_time}
    else:
        earlier = _earlier(above.due_on, days_before, calendar)
        due = {"due_on": earlier, "due_time": wanted.due_time or above.due_time}
    return DefineDeliverable(
        kind=above.kind,
        title=wanted.title or above.title,
        sections=above.sections,
        owed_by=wanted.owed_by,
        **due,  # type: ignore[arg-type]
    )


def compare(above: Plan, here: Plan, taken: Sequence[Taken]) -> list[TakeOverItem]:
    """Every part that there is above, with what was taken of it and what differs."""
    known = {(each.part, each.above_id): each for each in taken}
    return [_item(part, one, known.get((part, one.id)), here) for part in FIELDS for one in above.of(part)]


def _item(
    part: Part, above: Campaign | ThemeDay | Deliverable, taken: Taken | None, here: Plan
) -> TakeOverItem:
    name = above.title if isinstance(above, Deliverable) else above.name
    if taken is None:
        return TakeOverItem(part=part, above_id=above.id, name=name)
    own = next(one for one in here.of(part) if one.id == taken.here_id)
    return TakeOverItem(
        part=part,
        above_id=above.id,
        name=name,
        here_id=taken.here_id,
        taken_at=taken.taken_at,
        taken_by=taken.taken_by,
        differences=_differences(taken.taken, snapshot(part, above), snapshot(part, own)),
    )


def _differences(
    taken: Mapping[str, Any], above: Mapping[str, Any], here: Mapping[str, Any]
) -> list[TakenDifference]:
    """Fields that changed above since, but for those that came to the same here."""
    return [
        TakenDifference(field=name, taken=taken.get(name), above=above[name], here=here[name])
        for name in sorted(above)
        if above[name] != taken.get(name) and above[name] != here[name]
    ]


def _earlier(due_on: date | None, days: int, calendar: WorkingCalendar) -> date | None:
    return None if due_on is None else calendar.shift(due_on, -days)


def _check_known(field: str, ids: Sequence[UUID], known: Collection[UUID]) -> None:
    errors = [
        {"field": f"{field}.{place}", "message": f"{id} is not of the campaign above"}
        for place, id in enumerate(ids)
        if id not in known
    ]
    if errors:
        first = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
        raise NotOfParent(f"{len(errors)} of {field} are not there to be taken over; {first}", errors=errors)
