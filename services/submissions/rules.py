"""Who may do what in submissions: plain functions over the principal and the resource, and nothing else decides."""

from dataclasses import dataclass
from uuid import UUID

from chassis.access import Principal
from chassis.refusals import Forbidden, NotFound

HANDS_IN = ("reporter", "overseer", "coordinator")


class NotAllowed(Forbidden):
    """The role may not do this; the message says which one may."""


class NotAssigned(NotFound):
    """The assignment is not there, or not the caller's: the two are told apart nowhere."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the caller stands to what an organization owes: `above` holds that organization and those over it."""

    organization_id: UUID
    issuer_id: UUID | None
    above: tuple[UUID, ...]


def check_may_hand_in(principal: Principal, organization_id: UUID) -> None:
    """A unit hands in for itself, and nobody for another."""
    if principal.organization_id != organization_id:
        raise not_assigned()
    if principal.role not in HANDS_IN:
        raise NotAllowed(f"the role {principal.role} hands in nothing; expected reporter")


def check_may_store(principal: Principal) -> None:
    """Whoever hands in stores what belongs to it."""
    if principal.role not in HANDS_IN:
        raise NotAllowed(f"the role {principal.role} stores no attachments; expected reporter")


def may_keep_attachments(principal: Principal, organization_id: UUID) -> bool:
    """An organization sees what it stored itself; ops sees machines only."""
    return principal.role != "ops" and principal.organization_id == organization_id


def not_assigned() -> NotAssigned:
    """The one answer to whoever asks for what is not the own."""
    return NotAssigned(
        "there is no such assignment, or it is not yours; what the office has just made takes a moment to arrive"
    )


def may_read(principal: Principal, standing: Standing) -> bool:
    """The unit itself, an overseer above it, the issuer's coordinator, and auditors."""
    if principal.role == "auditor":
        return True
    if principal.role == "ops":
        return False
    if principal.organization_id == standing.organization_id:
        return True
    return may_review(principal, standing)


def may_review(principal: Principal, standing: Standing) -> bool:
    """The issuer's coordinator, or an overseer of a unit below the own; never the own unit's."""
    if principal.role == "coordinator":
        return principal.organization_id == standing.issuer_id
    is_above = principal.organization_id in standing.above
    return principal.role == "overseer" and is_above and principal.organization_id != standing.organization_id


def check_may_list(principal: Principal) -> None:
    """All but those who only watch the machines."""
    if principal.role == "ops":
        raise NotAllowed(
            "the role ops reads metrics only; expected reporter, overseer, coordinator or auditor"
        )
