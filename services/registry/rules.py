"""Who may do what in the registry: plain functions over the principal and the resource, and nothing else decides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound
from contracts.registry.activities import Activity
from contracts.registry.campaigns import Campaign
from contracts.registry.keys import Role
from contracts.registry.notices import Notice
from contracts.registry.organizations import Organization
from services.registry.activities.model import is_hidden

FIXED = ("parent_id", "kind", "closed_on")
"""What no coordinator changes of the own organization: it would take away, or widen, what the coordinator keeps."""
READERS = ("coordinator", "overseer", "reporter", "auditor")


class NotAllowed(Forbidden):
    """The role may not do this; the message says which one may."""


def check_may_read(principal: Principal) -> None:
    """The directory, campaigns, theme days and activities are for every unit: they go out with the notice."""
    if principal.role not in READERS:
        raise NotAllowed(
            f"the role {principal.role} reads metrics only; expected one of {', '.join(READERS)}"
        )


class OutsideSubtree(Forbidden):
    """A coordinator keeps its own organization and those below; the office at the root keeps all."""


class OwnPlace(Forbidden):
    """Nobody moves, closes or turns into another kind the organization of the own key."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the caller stands to one organization: `line` is that one and those above it, empty when there is none.

    `keeps_all`: the caller's own organization is an office at the root of the tree.
    """

    keeps_all: bool
    line: tuple[UUID, ...] = ()


def check_may_keep_register(principal: Principal) -> None:
    """Organizations and keys are kept by a coordinator."""
    if principal.role != "coordinator":
        raise NotAllowed(f"the role {principal.role} may not change the register; expected coordinator")


def keeps(principal: Principal, standing: Standing) -> bool:
    """A coordinator of an office at the root keeps the whole register, any other its own subtree."""
    is_below = principal.organization_id in standing.line
    return principal.role == "coordinator" and (standing.keeps_all or is_below)


def check_keeps(principal: Principal, standing: Standing, noun: str, id: UUID) -> None:
    """What stands elsewhere in the tree is not found there."""
    check_may_keep_register(principal)
    if not keeps(principal, standing):
        raise NotFound(f"there is no {noun} {id}")


def check_may_place(principal: Principal, standing: Standing, field: str = "parent_id") -> None:
    """Nobody puts a unit below one that is not theirs; only the office at the root makes another root."""
    check_may_keep_register(principal)
    if not keeps(principal, standing):
        raise OutsideSubtree(
            f"{field} is not an organization that you keep; expected your own or one below it"
        )


def check_may_change_unit(principal: Principal, unit: Organization, fields: Mapping[str, Any]) -> None:
    """The own organization stays where and what it is; whoever keeps the one above may change that."""
    named = [name for name in FIXED if name in fields and fields[name] != getattr(unit, name)]
    if unit.id == principal.organization_id and named:
        raise OwnPlace(f"{', '.join(named)} of your own organization is not yours to change")


def check_may_issue_key(principal: Principal, standing: Standing, role: Role) -> None:
    """Keys for the own organization and those below; those that look after the system come from the root."""
    check_may_keep_register(principal)
    if not keeps(principal, standing):
        raise OutsideSubtree(
            "organization_id is not an organization that you keep; expected your own or one below it"
        )
    if role == "ops" and not standing.keeps_all:
        raise NotAllowed("keys of the role ops are made by the office at the root of the tree")


def check_may_see_decisions(principal: Principal) -> None:
    """What texts were decided to mean, and why, is the office's own paper."""
    if principal.role not in ("coordinator", "auditor"):
        raise NotAllowed(
            f"the role {principal.role} does not see decisions on names; expected coordinator or auditor"
        )


def check_may_run(principal: Principal, campaign: Campaign) -> None:
    """A campaign is run by the coordinator of the organization that issues it."""
    check_may_keep_register(principal)
    if not runs(principal, campaign):
        raise NotFound("there is no such campaign, or it is not yours to run")


def runs(principal: Principal, campaign: Campaign) -> bool:
    """Whether it is the issuer's coordinator who asks."""
    return principal.role == "coordinator" and principal.organization_id == campaign.issuer_id


def sees_all(principal: Principal, campaign: Campaign, line: Collection[UUID] = ()) -> bool:
    """Coordinators and auditors of the issuer, and of those above it, see what every unit owes.

    `line` is the issuer and those above it. Drafts are another matter: sees_drafts.
    """
    is_of_line = principal.organization_id == campaign.issuer_id or principal.organization_id in line
    return principal.role in ("coordinator", "auditor") and is_of_line


def sees_drafts(principal: Principal, campaign: Campaign) -> bool:
    """What is not said yet is known to the issuer alone: to its coordinator and its auditors."""
    is_issuers = principal.organization_id == campaign.issuer_id
    return principal.role in ("coordinator", "auditor") and is_issuers


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


def check_may_store(principal: Principal) -> None:
    """Whoever writes notices or hosts activities stores what they name."""
    if principal.role not in ("coordinator", "overseer", "reporter"):
        raise NotAllowed(f"the role {principal.role} stores no attachments; expected reporter or coordinator")


def may_read_notice(principal: Principal, campaign: Campaign, notice: Notice) -> bool:
    """The office, the auditors, and once it is issued its addressees."""
    is_told = notice.state == "issued" and principal.organization_id in notice.addressee_ids
    return is_told or sees_all(principal, campaign)


def may_read_activity(principal: Principal, campaign: Campaign, activity: Activity) -> bool:
    """Everybody; a draft is for the office, the auditors and its hosts."""
    hosts = [host.organization_id for host in activity.hosts]
    return not is_hidden(activity) or principal.organization_id in hosts or sees_drafts(principal, campaign)


def check_may_see_activity(principal: Principal, campaign: Campaign, activity: Activity) -> None:
    """A draft is its campaign's and its hosts' alone; everything else is for every unit."""
    check_may_read(principal)
    hosts = {host.organization_id for host in activity.hosts}
    if is_hidden(activity) and not (sees_drafts(principal, campaign) or principal.organization_id in hosts):
        raise NotFound(f"there is no activity {activity.id}")


def check_may_host(principal: Principal) -> None:
    """Units draft and change what they host; of all others the coordinators alone do."""
    if principal.role not in ("overseer", "reporter"):
        check_may_keep_register(principal)


def check_may_draft_anywhere(principal: Principal, first_host: UUID | None, names_number: bool) -> None:
    """Before a campaign is looked up: who runs none is told the same of every one, and of those that are not there."""
    if principal.role != "coordinator":
        _check_drafts_as_unit(principal, first_host, names_number)


def check_may_draft_activity(
    principal: Principal, campaign: Campaign, first_host: UUID | None, names_number: bool
) -> None:
    """The issuer's coordinator, and every unit what it hosts itself, first of all hosts; numbers are the issuer's."""
    if runs(principal, campaign):
        return
    if principal.role == "coordinator" and first_host != principal.organization_id:
        check_may_run(principal, campaign)
    _check_drafts_as_unit(principal, first_host, names_number)


def _check_drafts_as_unit(principal: Principal, first_host: UUID | None, names_number: bool) -> None:
    check_may_host(principal)
    if first_host != principal.organization_id:
        raise NotAllowed(
            "a unit drafts the activities that it hosts; expected your own unit as the first host"
        )
    if names_number:
        raise NotAllowed("serial numbers are given by the organization that issues the campaign")


def check_may_change_activity(
    principal: Principal, campaign: Campaign, activity: Activity, changes: Mapping[str, Any]
) -> None:
    """The issuer's coordinator; a unit its own draft, in which it stays the first host.

    To a unit that hosts it not at all it is not there to be changed, whether it may be read or not.
    """
    check_may_host(principal)
    if runs(principal, campaign):
        return
    hosts = [host.organization_id for host in activity.hosts]
    if principal.organization_id not in hosts:
        raise NotFound(f"there is no activity {activity.id}, or it is not yours to change")
    if activity.state != "draft" or hosts[0] != principal.organization_id:
        check_may_run(principal, campaign)
    first = changes["hosts"][0].organization_id if "hosts" in changes else hosts[0]
    check_may_draft_activity(principal, campaign, first, "serial_number" in changes)
