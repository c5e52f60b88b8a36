"""Reports of an incident: however many and long they are, one event carries them all, and the final one has room."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.submissions.incidents import (
    REPORTS_LIMIT,
    TEXT_LIMIT,
    AddReport,
    Incident,
    IncidentClosed,
    ReportIncident,
)
from services.submissions.incidents import model
from services.submissions.incidents.model import IncidentTooLong, TooManyReports

NOW = datetime(2024, 9, 1, 1, tzinfo=UTC)
WIDEST = "𠮷"
EVENT_LIMIT = 512 * 1024


def an_incident(summary: str) -> Incident:
    command = ReportIncident(severity="large", occurred_at=NOW, summary=summary)
    return model.report(command, uuid4(), uuid4(), 4, "20240901-ABCDEFGH", NOW)


def follow(incident: Incident, text: str, kind: str = "follow_up") -> Incident:
    command = AddReport.model_validate_json(f'{{"kind": "{kind}", "text": "{text}"}}')
    return model.add_report(incident, command, 4, "20240901-ABCDEFGJ", NOW + timedelta(hours=1))


def test_the_longest_incident_is_closed_within_one_event() -> None:
    incident = an_incident(WIDEST * TEXT_LIMIT)
    for _ in range(8):
        incident = follow(incident, WIDEST * TEXT_LIMIT)
    with pytest.raises(IncidentTooLong):
        follow(incident, WIDEST)
    closed = follow(incident, WIDEST * TEXT_LIMIT, "final")
    assert closed.state == "closed"
    assert len(IncidentClosed(incident=closed).model_dump_json().encode()) < EVENT_LIMIT


def test_the_most_reports_leave_room_for_the_final_one() -> None:
    incident = an_incident("x")
    for _ in range(REPORTS_LIMIT - 1):
        incident = follow(incident, "x")
    with pytest.raises(TooManyReports):
        follow(incident, "x")
    assert follow(incident, "x", "final").state == "closed"
