"""Successions: who may succeed whom, and the units as they stand afterwards."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.organizations import CreateOrganization, Organization
from contracts.registry.successions import Successor
from contracts.shapes import changed
from services.registry.organizations import model as organizations


class MergedIntoItself(Unprocessable):
    """A unit cannot take its own place."""


class SuccessorBelow(Unprocessable):
    """What stands below a unit cannot take its place: move it out first."""


class SuccessorTwice(Unprocessable):
    """A successor is named once."""


class ClosedAlready(Conflict):
    """Only an open unit is merged or split."""


class ClosesInTheFuture(Unprocessable):
    """Debts move when it is said, so a merger or a split is told on its day or after it."""


def check_may_be_succeeded(organization: Organization, at: datetime) -> None:
    """Refuse what is closed, or was merged or split before."""
    organizations.check_not_succeeded(organization)
    if organizations.is_closed(organization.closed_on, organizations.today(at)):
        raise ClosedAlready(
            f"{organization.name} closed on {organization.closed_on}; take its closing date back first"
        )


def check_may_succeed(
    organization: Organization, field: str, successor: Organization, line: Sequence[UUID], at: datetime
) -> None:
    """`line` is the successor and those above it; `field` is where it was named."""
    if successor.id == organization.id:
        raise MergedIntoItself(f"{field} names the organization itself; expected another one")
    closed = {successor.id: successor.closed_on} if successor.closed_on else {}
    if organizations.is_closed(successor.closed_on, organizations.today(at)):
        organizations.check_is_open(field, successor.id, closed)
    check_not_below(organization, field, line)


def check_not_below(organization: Organization, field: str, line: Sequence[UUID]) -> None:
    """Refuse a successor in whose line up to the root the organization stands."""
    if organization.id in line:
        raise SuccessorBelow(f"{field} names a unit below {organization.name}; move it out first")


def check_each_once(ids: Sequence[UUID]) -> None:
    """Refuse a split into one unit twice."""
    if len(set(ids)) < len(ids):
        raise SuccessorTwice("into names one organization twice; expected each once")


def merge(
    organization: Organization, into_id: UUID, on: date | None, reason: str, at: datetime
) -> Organization:
    """The unit, closed and gone up into its successor."""
    fields = {"closed_on": _closing_day(organization, on, at), "closed_because": reason}
    return changed(organization, at, merged_into_id=into_id, **fields)


def inherit_names(heir: Organization, merged: Organization, at: datetime) -> Organization:
    """The successor, which bears the names of the merged unit as aliases."""
    aliases = organizations.distinct([*heir.aliases, merged.name, *merged.aliases], heir.name)
    return changed(heir, at, aliases=aliases)


def split(
    organization: Organization, successor_ids: Sequence[UUID], on: date | None, reason: str, at: datetime
) -> Organization:
    """The unit, closed, with others in its place. Its names are nobody's: which of them is meant, nobody knows."""
    fields = {"closed_on": _closing_day(organization, on, at), "closed_because": reason}
    return changed(organization, at, successor_ids=list(successor_ids), **fields)


def stand_below(children: Sequence[Organization], successor_id: UUID, at: datetime) -> list[Organization]:
    """The open units below, moved under the successor; closed ones stay where they were."""
    day = organizations.today(at)
    return [
        changed(child, at, parent_id=successor_id)
        for child in children
        if not organizations.is_closed(child.closed_on, day)
    ]


def new_unit(successor: Successor, organization: Organization) -> CreateOrganization:
    """The unit that a split makes: unless said otherwise under the same parent, in the same place of the order."""
    said = {name: getattr(successor, name) for name in successor.model_fields_set}
    inherited = {"parent_id": organization.parent_id, "sort_order": organization.sort_order}
    return CreateOrganization(**{**inherited, **said})


def _closing_day(organization: Organization, on: date | None, at: datetime) -> date:
    today = organizations.today(at)
    day = on or today
    if day > today:
        raise ClosesInTheFuture(f"on is {day}, and today is {today}; expected no later day")
    if organization.opened_on is not None and day < organization.opened_on:
        raise organizations.ClosedBeforeOpened(f"on is {day}, before opened_on {organization.opened_on}")
    return day
