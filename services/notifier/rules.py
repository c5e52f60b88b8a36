"""Who may do what in the notifier: plain functions over the principal and the resource, and nothing else decides."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound

READERS = ("coordinator", "overseer", "reporter", "auditor")


class NotAllowed(Forbidden):
    """The role may not do this; the message says which one may."""


def check_may_read(principal: Principal) -> None:
    """All but those who only watch the machines."""
    if principal.role not in READERS:
        raise NotAllowed(
            f"the role {principal.role} reads metrics only; expected one of {', '.join(READERS)}"
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the caller stands to one organization: `line` is that one and those above it.

    `keeps_all`: the caller's own organization is an office at the root of the tree.
    """

    keeps_all: bool
    line: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown of contacts and notifications: all; or those of an organization, and of those below it.

    `campaigns`: also what is told in campaigns that it issues, or that it and those below issue.
    """

    everything: bool
    organization_id: UUID
    contacts_below: bool = False
    told_below: bool = False
    campaigns: Literal["none", "own", "below"] = "none"
    incidents: bool = True


def check_may_set_contact(principal: Principal, organization_id: UUID, standing: Standing) -> None:
    """An office at the root sets everybody's, another coordinator those of its subtree, a unit its own."""
    if principal.role == "coordinator":
        if not standing.keeps_all and principal.organization_id not in standing.line:
            raise not_yours_to_set()
        return
    if principal.role not in ("reporter", "overseer"):
        raise NotAllowed(f"the role {principal.role} sets no contacts; expected coordinator or reporter")
    if principal.organization_id != organization_id:
        raise not_yours_to_set()


def check_may_test_channels(principal: Principal) -> None:
    """Who answers for a contact or for the machines; each tries its own organization's."""
    if principal.role not in ("coordinator", "ops"):
        raise NotAllowed(f"the role {principal.role} tests no channels; expected coordinator or ops")


def check_may_run(principal: Principal, issuer_id: UUID) -> None:
    """A campaign's reminders are the business of its issuer's coordinator."""
    if principal.role != "coordinator":
        raise NotAllowed(f"the role {principal.role} may not do this; expected coordinator")
    if principal.organization_id != issuer_id:
        raise NotFound("there is no such campaign, or it is not yours to run")


def not_yours_to_set() -> NotFound:
    """The one answer for an organization that is not there and for one of others."""
    return NotFound(
        "there is no such organization, or its contact is not yours to set; one that was just made takes a moment to"
        " arrive"
    )


def check_may_see_unreachable(principal: Principal, issuer_id: UUID, line: Collection[UUID]) -> None:
    """The issuer's coordinator, and auditors of the issuer and of those above it, who are `line`."""
    if principal.role != "auditor":
        check_may_run(principal, issuer_id)
    elif principal.organization_id not in line:
        raise NotFound("there is no such campaign, or it is not yours to see")


def sight_of(principal: Principal, standing: Standing) -> Sight:
    """A coordinator sees its subtree and its campaigns, at the root all; an auditor the campaigns of its subtree.

    A unit sees its own. That there is an incident is nothing for auditors.
    """
    check_may_read(principal)
    own = principal.organization_id
    if principal.role == "coordinator":
        return Sight(standing.keeps_all, own, contacts_below=True, told_below=True, campaigns="own")
    if principal.role == "auditor":
        return Sight(False, own, contacts_below=True, campaigns="below", incidents=False)
    return Sight(False, own)


def check_may_ask(principal: Principal, asked: UUID | None, standing: Standing) -> None:
    """What others are told is not found; `standing` is the caller's to the organization that is asked for."""
    sight = sight_of(principal, standing)
    if asked is None or sight.everything or asked == principal.organization_id:
        return
    if not sight.contacts_below or principal.organization_id not in standing.line:
        raise NotFound("there is no such organization, or what it is told is not yours to see")


def check_may_see_texts(principal: Principal) -> None:
    """An office's own texts are shown to its coordinators and auditors."""
    if principal.role not in ("coordinator", "auditor"):
        raise NotAllowed(f"the role {principal.role} sees no texts; expected coordinator or auditor")


def check_may_set_texts(principal: Principal) -> None:
    """Each office for the campaigns that it issues."""
    if principal.role != "coordinator":
        raise NotAllowed(f"the role {principal.role} sets no texts; expected coordinator")


def check_may_urge(principal: Principal, issuer_id: UUID) -> UUID | None:
    """The issuer's coordinator urges everybody; an overseer those below it: the head of its subtree."""
    if principal.role == "overseer":
        return principal.organization_id
    check_may_run(principal, issuer_id)
    return None


def check_may_see_urges(principal: Principal) -> None:
    """Coordinators, overseers and auditors: those who urge, and those who look after them."""
    if principal.role not in ("coordinator", "overseer", "auditor"):
        raise NotAllowed(
            f"the role {principal.role} sees no urges; expected coordinator, overseer or auditor"
        )
