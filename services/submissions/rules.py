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
    """Where an organization stands: `above` holds it and those over it, itself first and the root last.

    `over_issuer` holds the issuer of the campaign and those over that one.
    """

    organization_id: UUID
    issuer_id: UUID | None
    above: tuple[UUID, ...]
    over_issuer: tuple[UUID, ...] = ()

    @property
    def between(self) -> tuple[UUID, ...]:
        """Those over it and under the issuer: the first of two stages of review is theirs."""
        end = self.above.index(self.issuer_id) if self.issuer_id in self.above else len(self.above)
        return self.above[1:end]


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
    """The unit itself, an overseer above it, the issuer's coordinator, and auditors of the issuer or above it."""
    if principal.role == "ops":
        return False
    if principal.organization_id == standing.organization_id:
        return True
    if principal.role == "auditor":
        return principal.organization_id in standing.over_issuer
    return may_review(principal, standing)


def may_review(principal: Principal, standing: Standing) -> bool:
    """The issuer's coordinator, or an overseer of a unit below the own; never the own unit's."""
    if principal.role == "coordinator":
        return principal.organization_id == standing.issuer_id
    is_above = principal.organization_id in standing.above
    return principal.role == "overseer" and is_above and principal.organization_id != standing.organization_id


def check_may_review(principal: Principal, standing: Standing, review_stages: int) -> None:
    """Not the unit itself; of two stages the first is for those who stand between it and the office."""
    if not may_read(principal, standing):
        raise NotFound("there is no such submission, or it is not yours to see")
    if not may_review(principal, standing):
        raise NotAllowed("only the office and an overseer above the unit review; not the unit itself")
    is_between = principal.organization_id in standing.between
    if review_stages == 2 and not is_between and not is_office(principal, standing):
        raise NotAllowed("of two stages the first is for an overseer between the unit and the office")


def is_office(principal: Principal, standing: Standing) -> bool:
    """Whether the caller reviews for the organization that issued the campaign."""
    return principal.organization_id == standing.issuer_id


def check_may_reopen(principal: Principal, standing: Standing) -> None:
    """What was accepted is opened again by the office alone."""
    if not may_read(principal, standing):
        raise NotFound("there is no such submission, or it is not yours to see")
    if principal.role != "coordinator" or not is_office(principal, standing):
        raise NotAllowed("only the coordinator of the office that issued the campaign reopens")


def check_may_list(principal: Principal) -> None:
    """All but those who only watch the machines."""
    if principal.role == "ops":
        raise NotAllowed(
            "the role ops reads metrics only; expected reporter, overseer, coordinator or auditor"
        )


def check_may_report(principal: Principal) -> None:
    """Whoever hands in for a unit reports its incidents."""
    if principal.role not in HANDS_IN:
        raise NotAllowed(f"the role {principal.role} reports nothing; expected reporter")


def check_may_follow_up(principal: Principal, organization_id: UUID) -> None:
    """Who reads an incident of another unit does not write in it."""
    check_may_report(principal)
    if principal.organization_id != organization_id:
        raise NotAllowed("only the unit that reported an incident follows up on it")


def may_read_incident(principal: Principal, standing: Standing) -> bool:
    """The unit itself, overseers and offices above it, and the issuer's coordinator; auditors do not."""
    if principal.role not in HANDS_IN:
        return False
    if principal.organization_id == standing.organization_id:
        return True
    if principal.role == "coordinator" and principal.organization_id == standing.issuer_id:
        return True
    return principal.role != "reporter" and principal.organization_id in standing.above


def check_may_list_incidents(principal: Principal) -> None:
    """Incidents are for those who act on them."""
    if principal.role not in HANDS_IN:
        raise NotAllowed(
            f"the role {principal.role} reads no incidents; expected reporter, overseer or coordinator"
        )


def check_may_set_limits(principal: Principal, is_root: bool) -> None:
    """The limits hold for all, so they are the root office's."""
    if principal.role != "coordinator" or not is_root:
        raise NotAllowed("only the coordinator of the office over all sets the limits")
