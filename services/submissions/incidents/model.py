"""Incidents: the clock of the first report, the reports that follow, and the end. Pure."""

from datetime import datetime, timedelta
from uuid import UUID

from chassis.refusals import Conflict, TooLarge, Unprocessable
from contracts.shapes import changed
from contracts.submissions.incidents import (
    REPORTS_LIMIT,
    TEXT_LIMIT,
    TEXTS_LIMIT,
    AddReport,
    Incident,
    IncidentReport,
    ReportIncident,
)

SKEW = timedelta(minutes=5)
"""By how much a unit's clock may be ahead: nobody is refused in an emergency for that."""


class CampaignUnknown(Unprocessable):
    """The campaign is not there, or the unit has no part in it; an incident needs none."""


class InTheFuture(Unprocessable):
    """What is reported has happened already."""


class ClosedAlready(Conflict):
    """The final report is the last one."""


class TooManyReports(Conflict):
    """No more follow-ups are taken: the final report is still to come."""


class IncidentTooLong(TooLarge):
    """All texts of an incident together are longer than one event carries."""


def report(
    command: ReportIncident, id: UUID, organization_id: UUID, hours: int, receipt_number: str, at: datetime
) -> Incident:
    """The incident by its first report. From large (较大) up the unit has `hours` from discovery."""
    for name in ("occurred_at", "discovered_at"):
        check_past(name, getattr(command, name), at)
    discovered_at = command.discovered_at or command.occurred_at
    is_clocked = command.severity != "general"
    report_by = discovered_at + timedelta(hours=hours) if is_clocked else None
    return Incident(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=command.campaign_id,
        activity_id=command.activity_id,
        organization_id=organization_id,
        severity=command.severity,
        state="open",
        occurred_at=command.occurred_at,
        discovered_at=discovered_at,
        summary=command.summary,
        receipt_number=receipt_number,
        received_at=at,
        hours=hours if is_clocked else None,
        report_by=report_by,
        in_time=None if report_by is None else at <= report_by,
    )


def check_past(name: str, moment: datetime | None, at: datetime) -> None:
    """Refuse a moment that has not come yet."""
    if moment is not None and moment > at + SKEW:
        raise InTheFuture(f"{name} {moment.isoformat()} is after now, {at.isoformat()}")


def add_report(incident: Incident, command: AddReport, receipt_number: str, at: datetime) -> Incident:
    """The incident with one more report; the final one closes it, and always finds room."""
    if incident.state == "closed":
        raise ClosedAlready(f"the final report came at {incident.updated_at.isoformat()}; nothing follows it")
    check_room(incident, command)
    added = IncidentReport(
        number=len(incident.reports) + 1,
        kind=command.kind,
        text=command.text,
        receipt_number=receipt_number,
        received_at=at,
    )
    ended = {"state": "closed", "closed_at": at} if command.kind == "final" else {}
    return changed(incident, at, reports=[*incident.reports, added], **ended)


def check_room(incident: Incident, command: AddReport) -> None:
    """Room for the final report is kept free."""
    if command.kind == "final":
        return
    if len(incident.reports) >= REPORTS_LIMIT - 1:
        raise TooManyReports(f"{REPORTS_LIMIT - 1} follow-ups came already; expected the final report")
    length = len(incident.summary) + sum(len(each.text) for each in incident.reports) + len(command.text)
    if length > TEXTS_LIMIT - TEXT_LIMIT:
        raise IncidentTooLong(
            f"all texts together would be {length:,} characters; expected at most {TEXTS_LIMIT - TEXT_LIMIT:,}"
        )
