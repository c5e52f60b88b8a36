"""Who sees which figures: plain functions over the principal and the campaign, and nothing else decides."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound

READERS = ("coordinator", "overseer", "reporter", "auditor")


class NotAllowed(Forbidden):
    """The role may not do this; the message says which one may."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures are shown: all of a campaign, or an organization's own with or without those below it."""

    everything: bool
    organization_id: UUID
    with_those_below: bool


def scope_of(principal: Principal, line: Collection[UUID]) -> Scope:
    """Coordinators and auditors of the issuer, and of those above it, see all; an overseer its subtree; a unit itself.

    `line` is the issuer and those above it.
    """
    check_may_read(principal)
    everything = principal.role in ("coordinator", "auditor") and principal.organization_id in line
    return Scope(everything, principal.organization_id, principal.role == "overseer")


def check_may_read(principal: Principal) -> None:
    """All but those who only watch the machines."""
    if principal.role not in READERS:
        raise NotAllowed(
            f"the role {principal.role} reads metrics only; expected one of {', '.join(READERS)}"
        )


def check_sees_all(principal: Principal, line: Collection[UUID]) -> None:
    """Snapshots hold the whole of a campaign."""
    if not scope_of(principal, line).everything:
        raise NotFound("there is no such campaign, or its snapshots are not yours to see")


def check_may_take_snapshot(principal: Principal, issuer_id: UUID) -> None:
    """What is reported upward is frozen by the office that reports it."""
    check_may_read(principal)
    if principal.organization_id != issuer_id:
        raise NotFound("there is no such campaign, or its snapshots are not yours to take")
    if principal.role != "coordinator":
        raise NotAllowed(f"the role {principal.role} takes no snapshots; expected coordinator")


def check_may_watch(principal: Principal) -> None:
    """What the machinery found wrong is for those who run it."""
    if principal.role != "ops":
        raise NotAllowed(f"the role {principal.role} may not read this; expected ops")


def check_may_export(principal: Principal, issuer_id: UUID) -> None:
    """The annex is the office's document: drafts may stand in it."""
    check_may_read(principal)
    if not sees_drafts(principal, issuer_id):
        raise NotFound("there is no such campaign, or its exports are not yours to make")


def sees_drafts(principal: Principal, issuer_id: UUID) -> bool:
    """Drafts of activities are the issuer's, its coordinator's and its auditors'; others see those that they host."""
    return principal.role in ("coordinator", "auditor") and principal.organization_id == issuer_id
