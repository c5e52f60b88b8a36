"""Incidents: the clock of the first report, the reports that follow, and the end. Pure."""

from datetime import datetime, timedelta
from typing import Any
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
    Severity,
)

GRADES: tuple[Severity, ...] = ("general", "large", "major", "extraordinary")
"""The slightest first."""
SKEW = timedelta(minutes=5)
"""By how much a unit's clock may be ahead: nobody is refused in an emergency for that."""


class CampaignUnknown(Unprocessable):
    """The campaign is not there, or the unit has no part in it; an incident needs none."""


class ActivityUnknown(Unprocessable):
    """The activity is not there, or of another campaign; an incident needs none."""


class GradedTooEarly(Unprocessable):
    """Nobody knew how grave it is before it was discovered."""


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
    clock = run_clock(command.severity, discovered_at, hours, at)
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
        **clock,
    )


def run_clock(severity: Severity, known_at: datetime, hours: int, at: datetime) -> dict[str, Any]:
    """From large (较大) up, what is reported `at` had to be there `hours` after it was known; else no clock runs."""
    if severity == "general":
        return {"hours": None, "report_by": None, "in_time": None}
    report_by = known_at + timedelta(hours=hours)
    return {"hours": hours, "report_by": report_by, "in_time": at <= report_by}


def check_past(name: str, moment: datetime | None, at: datetime) -> None:
    """Refuse a moment that has not come yet."""
    if moment is not None and moment > at + SKEW:
        raise InTheFuture(f"{name} {moment.isoformat()} is after now, {at.isoformat()}")


def add_report(
    incident: Incident, command: AddReport, hours: int, receipt_number: str, at: datetime
) -> Incident:
    """The incident with one more report; the final one closes it, and always finds room. One that raises the severity
    starts the clock anew: the unit has `hours` from when it knew.
    """
    if incident.state == "closed":
        raise ClosedAlready(f"the final report came at {incident.updated_at.isoformat()}; nothing follows it")
    check_room(incident, command)
    corrected = correct_severity(incident, command, hours, at)
    is_corrected = command.severity not in (None, incident.severity)
    added = IncidentReport(
        number=len(incident.reports) + 1,
        kind=command.kind,
        text=command.text,
        receipt_number=receipt_number,
        received_at=at,
        severity=corrected.get("severity", incident.severity),
        severity_before=incident.severity if is_corrected else None,
        report_by=corrected.get("report_by", incident.report_by),
        in_time=corrected.get("in_time", incident.in_time),
    )
    ended = {"state": "closed", "closed_at": at} if command.kind == "final" else {}
    return changed(incident, at, reports=[*incident.reports, added], **corrected, **ended)


def correct_severity(incident: Incident, command: AddReport, hours: int, at: datetime) -> dict[str, Any]:
    """What a report changes in severity and clock: raised, it runs anew; lowered, it stays as it was met or missed,
    and for general (一般) there is none.
    """
    severity, known_at = command.severity, command.discovered_at
    check_past("discovered_at", known_at, at)
    if known_at is not None and known_at < incident.discovered_at:
        raise GradedTooEarly(
            f"discovered_at {known_at.isoformat()} is before the incident was discovered,"
            f" {incident.discovered_at.isoformat()}"
        )
    if severity is None or severity == incident.severity:
        return {}
    if GRADES.index(severity) > GRADES.index(incident.severity):
        known_at = known_at or incident.discovered_at
        return {"severity": severity, "graded_at": known_at, **run_clock(severity, known_at, hours, at)}
    if severity == "general":
        return {"severity": severity, "graded_at": None, **run_clock(severity, at, hours, at)}
    return {"severity": severity}


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
