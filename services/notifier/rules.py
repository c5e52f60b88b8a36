"""Who may do what in the notifier: plain functions over the principal and the resource, and nothing else decides."""

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


def check_may_set_contact(principal: Principal, organization_id: UUID) -> None:
    """The office sets everybody's, a unit its own."""
    if principal.role == "coordinator":
        return
    if principal.role not in ("reporter", "overseer"):
        raise NotAllowed(f"the role {principal.role} sets no contacts; expected coordinator or reporter")
    if principal.organization_id != organization_id:
        raise NotFound("there is no such organization, or its contact is not yours to set")


def check_may_run(principal: Principal, issuer_id: UUID) -> None:
    """A campaign's reminders are the business of its issuer's coordinator."""
    if principal.role != "coordinator":
        raise NotAllowed(f"the role {principal.role} may not do this; expected coordinator")
    if principal.organization_id != issuer_id:
        raise NotFound("there is no such campaign, or it is not yours to run")


def only_told(principal: Principal, asked: UUID | None) -> UUID | None:
    """Whose contacts and notifications are shown: a unit's own; the office and auditors see all (None)."""
    check_may_read(principal)
    if principal.role in ("coordinator", "auditor"):
        return asked
    if asked is not None and asked != principal.organization_id:
        raise NotFound("there is no such organization, or what it is told is not yours to see")
    return principal.organization_id
