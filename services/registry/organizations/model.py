"""Organizations: the rules of names and of the tree."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.organizations import CreateOrganization, FieldChange, FormerName, Organization
from contracts.shapes import changed

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
"""A unit's days are China's, whatever the zone of a campaign."""
_EVERY_VERSION_CHANGES = frozenset({"version", "updated_at"})


class NameTaken(Conflict):
    """Another open organization has that name or alias, in this spelling or another."""


class ParentUnknown(Unprocessable):
    """The parent is not in the register."""


class OrganizationUnknown(Unprocessable):
    """An id names no organization of the register."""


class OrganizationClosed(Unprocessable):
    """A closed organization is addressed by nothing new, owes nothing new, and has nothing new below it."""


class AlreadySucceeded(Conflict):
    """What was merged or split stays as it was: others stand in its place."""


class NothingToSearch(Unprocessable):
    """A search needs a letter to look for."""


class CycleInTree(Unprocessable):
    """An organization cannot stand below itself."""


class ClosedBeforeOpened(Unprocessable):
    """An organization closes after it opened."""


def create(command: CreateOrganization, id: UUID, at: datetime) -> Organization:
    """A new organization, with each alias once."""
    values = command.model_dump() | {"aliases": distinct(command.aliases, command.name)}
    return Organization(id=id, version=1, created_at=at, updated_at=at, **values)


def change(organization: Organization, fields: Mapping[str, Any], at: datetime) -> Organization:
    """The organization with these fields; a name that is given up stays as an alias, and in the history of names."""
    check_not_succeeded(organization)
    fields = dict(fields)
    name = fields.get("name", organization.name)
    aliases = list(fields.get("aliases", organization.aliases))
    if name != organization.name:
        aliases.append(organization.name)
        fields["former_names"] = [*organization.former_names, _give_up_name(organization, at)]
    fields["aliases"] = distinct(aliases, name)
    result = changed(organization, at, **fields)
    if result.closed_on and result.opened_on and result.closed_on < result.opened_on:
        raise ClosedBeforeOpened(f"closed_on {result.closed_on} is before opened_on {result.opened_on}")
    return result


def _give_up_name(organization: Organization, at: datetime) -> FormerName:
    earlier = organization.former_names
    since_at = earlier[-1].until_at if earlier else organization.created_at
    return FormerName(name=organization.name, since_at=since_at, until_at=at)


def today(at: datetime) -> date:
    """The day by which units open and close."""
    return at.astimezone(OFFICE_ZONE).date()


def is_closed(closed_on: date | None, on: date) -> bool:
    """Whether a unit with this closing date is closed on that day: from the date itself on."""
    return closed_on is not None and closed_on <= on


def names_of(organization: Organization, on: date) -> list[str]:
    """What resolves to it: its name and aliases, while it is open."""
    return [] if is_closed(organization.closed_on, on) else [organization.name, *organization.aliases]


def check_not_succeeded(organization: Organization) -> None:
    """Refuse to touch what was merged or split."""
    if organization.merged_into_id is not None:
        raise AlreadySucceeded(f"{organization.name} was merged into {organization.merged_into_id}")
    if organization.successor_ids:
        successors = "、".join(map(str, organization.successor_ids))
        raise AlreadySucceeded(f"{organization.name} was split into {successors}")


def check_none_closed(field: str, ids: Sequence[UUID | None], closed: Mapping[UUID, date]) -> None:
    """Refuse closed units, saying where in the list each stands, from 0; `closed` says since when."""
    errors = [
        {"field": f"{field}.{place}", "message": f"{id} closed on {closed[id]}"}
        for place, id in enumerate(ids)
        if id is not None and id in closed
    ]
    if errors:
        first = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
        raise OrganizationClosed(
            f"{len(errors)} of {field} are closed, and expected are open units; {first}", errors=errors
        )


def compare(before: str | None, after: str) -> list[FieldChange]:
    """What differs between two states as the log holds them: their JSON; None before the first."""
    old: dict[str, Any] = {} if before is None else _state(before)
    new = _state(after)
    return [
        FieldChange(field=field, before=old.get(field), after=value)
        for field, value in new.items()
        if field not in _EVERY_VERSION_CHANGES and (before is None or old.get(field) != value)
    ]


def _state(body: str) -> dict[str, Any]:
    # Read again by the model: what an older release wrote has the fields that came since, with their defaults.
    state = Organization.model_validate(json.loads(body)["organization"])
    return state.model_dump(mode="json", exclude={"id", "created_at"})


def refuse_names(names: Iterable[str], bearers: Mapping[str, str]) -> NoReturn:
    """Refuse names that others bear; `bearers` are the names of these, as far as they stand in the register."""
    said = "; ".join(f"{name!r} is {bearers.get(name, 'named twice')!r}" for name in sorted(names)[:5])
    raise NameTaken(f"another open organization has that name or alias, in this writing or another: {said}")


def distinct(aliases: Sequence[str], name: str) -> list[str]:
    """Each alias once, in order, without the name itself."""
    return [alias for alias in dict.fromkeys(aliases) if alias != name]


def check_parent(id: UUID, ancestors: Sequence[UUID]) -> None:
    """`ancestors` are the parent's own line up to the root, itself included."""
    if not ancestors:
        raise ParentUnknown("parent_id names no organization of the register")
    if id in ancestors:
        raise CycleInTree("parent_id names the organization itself or one below it")


def check_searchable(text: str, form: str) -> None:
    """Refuse a search for nothing but spaces and quotes, which stand in every name and in none."""
    if not form:
        raise NothingToSearch(f"q is {text!r}, of which nothing is left; expected a part of a name")


def check_is_known(field: str, id: UUID, missing: Collection[UUID]) -> None:
    """Refuse an id that is missing from the register."""
    if id in missing:
        raise OrganizationUnknown(f"{field} names no organization of the register")


def check_is_open(field: str, id: UUID, closed: Mapping[UUID, date]) -> None:
    """Refuse a closed unit that is named where an open one is expected; `closed` says since when."""
    if id in closed:
        raise OrganizationClosed(f"{field} names a unit that closed on {closed[id]}; expected an open one")


def check_none_missing(field: str, ids: Sequence[UUID | None], missing: Collection[UUID]) -> None:
    """Refuse the ids that are missing, saying where in the list each stands, from 0."""
    errors = [
        {"field": f"{field}.{place}", "message": f"{id} is not in the register"}
        for place, id in enumerate(ids)
        if id is not None and id in missing
    ]
    if errors:
        first = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
        raise OrganizationUnknown(f"{len(errors)} of {field} are not known; {first}", errors=errors)
