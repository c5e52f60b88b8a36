"""Organizations: the rules of names and of the tree."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.organizations import CreateOrganization, Organization
from contracts.shapes import changed


class NameTaken(Conflict):
    """Another open organization has that name or alias."""


class ParentUnknown(Unprocessable):
    """The parent is not in the register."""


class OrganizationUnknown(Unprocessable):
    """An id names no organization of the register."""


class CycleInTree(Unprocessable):
    """An organization cannot stand below itself."""


class ClosedBeforeOpened(Unprocessable):
    """An organization closes after it opened."""


def create(command: CreateOrganization, id: UUID, at: datetime) -> Organization:
    """A new organization, with each alias once."""
    values = command.model_dump() | {"aliases": distinct(command.aliases, command.name)}
    return Organization(id=id, version=1, created_at=at, updated_at=at, **values)


def change(organization: Organization, fields: Mapping[str, Any], at: datetime) -> Organization:
    """The organization with these fields; a name that is given up stays as an alias."""
    fields = dict(fields)
    name = fields.get("name", organization.name)
    aliases = list(fields.get("aliases", organization.aliases))
    if name != organization.name:
        aliases.append(organization.name)
    fields["aliases"] = distinct(aliases, name)
    result = changed(organization, at, **fields)
    if result.closed_on and result.opened_on and result.closed_on < result.opened_on:
        raise ClosedBeforeOpened(f"closed_on {result.closed_on} is before opened_on {result.opened_on}")
    return result


def names_of(organization: Organization) -> list[str]:
    """What resolves to it: its name and aliases, while it is open."""
    return [] if organization.closed_on else [organization.name, *organization.aliases]


def distinct(aliases: Sequence[str], name: str) -> list[str]:
    """Each alias once, in order, without the name itself."""
    return [alias for alias in dict.fromkeys(aliases) if alias != name]


def check_parent(id: UUID, ancestors: Sequence[UUID]) -> None:
    """`ancestors` are the parent's own line up to the root, itself included."""
    if not ancestors:
        raise ParentUnknown("parent_id names no organization of the register")
    if id in ancestors:
        raise CycleInTree("parent_id names the organization itself or one below it")


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
