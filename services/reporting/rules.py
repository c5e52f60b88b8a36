"""Who sees which figures: plain functions over the principal and the campaign, and nothing else decides."""

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


def scope_of(principal: Principal, issuer_id: UUID) -> Scope:
    """The issuer's coordinator and auditors see all; an overseer its subtree; a unit itself."""
    check_may_read(principal)
    everything = principal.role == "auditor" or (
        principal.role == "coordinator" and principal.organization_id == issuer_id
    )
    return Scope(everything, principal.organization_id, principal.role == "overseer")


def check_may_read(principal: Principal) -> None:
    """All but those who only watch the machines."""
    if principal.role not in READERS:
        raise NotAllowed(
            f"the role {principal.role} reads metrics only; expected one of {', '.join(READERS)}"
        )


def check_may_export(principal: Principal, issuer_id: UUID) -> None:
    """The annex is the office's document."""
    if not scope_of(principal, issuer_id).everything:
        raise NotFound("there is no such campaign, or its exports are not yours to make")


def runs(principal: Principal, issuer_id: UUID) -> bool:
    """Whether it is the issuer's coordinator, who sees drafts of activities; others see those that they host."""
    return principal.role == "coordinator" and principal.organization_id == issuer_id
