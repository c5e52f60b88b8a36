"""Who may do what in the registry: plain functions over the principal and the resource, and nothing else decides."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound
from contracts.registry.activities import Activity
from contracts.registry.campaigns import Campaign
from services.registry.activities.model import is_hidden

READERS = ("coordinator", "overseer", "reporter", "auditor")


class NotAllowed(Forbidden):
    """The role may not do this; the message says which one may."""


def check_may_read(principal: Principal) -> None:
    """The directory, campaigns, theme days and activities are for every unit: they go out with the notice."""
    if principal.role not in READERS:
        raise NotAllowed(
            f"the role {principal.role} reads metrics only; expected one of {', '.join(READERS)}"
        )


def check_may_keep_register(principal: Principal) -> None:
    """Organizations and keys are kept by a coordinator."""
    if principal.role != "coordinator":
        raise NotAllowed(f"the role {principal.role} may not change the register; expected coordinator")


def check_may_run(principal: Principal, campaign: Campaign) -> None:
    """A campaign is run by the coordinator of the organization that issues it."""
    check_may_keep_register(principal)
    if not runs(principal, campaign):
        raise NotFound("there is no such campaign, or it is not yours to run")


def runs(principal: Principal, campaign: Campaign) -> bool:
    """Whether it is the issuer's coordinator who asks."""
    return principal.role == "coordinator" and principal.organization_id == campaign.issuer_id


def sees_all(principal: Principal, campaign: Campaign) -> bool:
    """The issuer's coordinator and the auditors see what every unit owes."""
    return principal.role == "auditor" or runs(principal, campaign)


def check_may_acknowledge(principal: Principal, organization_id: UUID) -> None:
    """Only an addressee acknowledges, and only for itself."""
    if principal.role not in ("coordinator", "overseer", "reporter"):
        raise NotAllowed(f"the role {principal.role} acknowledges nothing; expected reporter")
    if principal.organization_id != organization_id:
        raise NotFound("there is no such notice, or it is not addressed to you")


def only_own(asked: UUID | None, principal: Principal) -> UUID:
    """The caller's own organization; asking for another's finds nothing."""
    check_oversees(principal, [asked or principal.organization_id])
    return principal.organization_id


def check_oversees(principal: Principal, line: Collection[UUID]) -> None:
    """`line` is an organization and those above it: whoever is not of it finds nothing there."""
    if principal.organization_id not in line:
        raise NotFound("there is no such organization, or its assignments are not yours to see")


def check_may_see_activity(principal: Principal, campaign: Campaign, activity: Activity) -> None:
    """A draft is its campaign's and its hosts' alone; everything else is for every unit."""
    check_may_read(principal)
    hosts = {host.organization_id for host in activity.hosts}
    if is_hidden(activity) and not (runs(principal, campaign) or principal.organization_id in hosts):
        raise NotFound(f"there is no activity {activity.id}")


def check_may_draft_activity(
    principal: Principal, campaign: Campaign, first_host: UUID | None, names_number: bool
) -> None:
    """The issuer's coordinator, and every unit what it hosts itself, first of all hosts; numbers are the issuer's."""
    if runs(principal, campaign):
        return
    if principal.role not in ("coordinator", "overseer", "reporter"):
        check_may_keep_register(principal)
    if first_host != principal.organization_id:
        if principal.role == "coordinator":
            check_may_run(principal, campaign)
        raise NotAllowed(
            "a unit drafts the activities that it hosts; expected your own unit as the first host"
        )
    if names_number:
        raise NotAllowed("serial numbers are given by the organization that issues the campaign")


def check_may_change_activity(
    principal: Principal, campaign: Campaign, activity: Activity, changes: Mapping[str, Any]
) -> None:
    """The issuer's coordinator; a unit its own draft, in which it stays the first host."""
    first = activity.hosts[0].organization_id if activity.hosts else None
    if runs(principal, campaign) or activity.state != "draft" or first != principal.organization_id:
        check_may_run(principal, campaign)
        return
    first = changes["hosts"][0].organization_id if "hosts" in changes else first
    check_may_draft_activity(principal, campaign, first, "serial_number" in changes)
