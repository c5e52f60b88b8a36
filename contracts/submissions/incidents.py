"""Incident 事件: what a unit reports when something has happened, against a clock: first, follow-up, final report."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from contracts.envelope import Event
from contracts.registry.organizations import Kind
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Shape, keep_prose

Severity = Literal["extraordinary", "major", "large", "general"]
"""特别重大, 重大, 较大, 一般: from large (较大) up a clock runs."""
ReportKind = Literal["follow_up", "final"]
State = Literal["open", "closed"]
TEXT_LIMIT = 10_000
TEXTS_LIMIT = 100_000
"""Characters of all texts of an incident together: an event is at most 512 KiB."""
REPORTS_LIMIT = 100
IncidentText = Annotated[
    str, StringConstraints(min_length=1, max_length=TEXT_LIMIT), AfterValidator(keep_prose)
]


class IncidentReport(Shape):
    """A follow-up or the final report, each with a receipt of its own.

    `severity`, `report_by` and `in_time` are the incident's once this report was in: the clock that ran, and
    whether it was met. `severity_before` is only there where the report corrected the severity.
    """

    number: int
    kind: ReportKind
    text: str
    receipt_number: str
    received_at: Instant
    severity: Severity | None = None
    severity_before: Severity | None = None
    report_by: Instant | None = None
    in_time: bool | None = None


class Incident(Aggregate):
    """`summary` is the first report; the final one closes it.

    `report_by` is the last moment in time of the first report, `hours` after `discovered_at`; None: no clock runs.
    Whoever does not say when it was discovered is taken to have known it when it occurred.

    Where a report raises the severity the clock starts anew: `graded_at` is when it was known to be so grave,
    `report_by` is `hours` after that, and `in_time` is whether the report that raised it came by then.
    """

    campaign_id: UUID | None = None
    activity_id: UUID | None = None
    organization_id: UUID
    severity: Severity
    state: State
    occurred_at: Instant
    discovered_at: Instant
    summary: str
    receipt_number: str
    received_at: Instant
    hours: int | None = None
    report_by: Instant | None = None
    in_time: bool | None = None
    reports: list[IncidentReport] = []
    closed_at: Instant | None = None
    graded_at: Instant | None = None


class ReportIncident(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "campaign_id": None,
                    "activity_id": None,
                    "severity": "large",
                    "occurred_at": "2024-09-10T08:30:00+08:00",
                    "discovered_at": "2024-09-10T09:00:00+08:00",
                    "summary": "门户网站被篡改，已下线处置",
                }
            ]
        }
    )

    campaign_id: UUID | None = None
    activity_id: UUID | None = None
    severity: Severity
    occurred_at: GivenInstant
    discovered_at: GivenInstant | None = None
    summary: IncidentText

    @model_validator(mode="after")
    def _names_the_campaign_of_its_activity(self) -> Self:
        if self.activity_id is not None and self.campaign_id is None:
            raise ValueError("activity_id without campaign_id; expected the campaign that the activity is of")
        if self.discovered_at is not None and self.discovered_at < self.occurred_at:
            raise ValueError("discovered_at is before occurred_at; expected the same moment or a later one")
        return self


class AddReport(Command):
    """`severity` corrects the grade. `discovered_at` is when the unit knew that it is graver than was reported, from
    when the clock of the new grade runs; without it, from the discovery of the incident.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "follow_up", "text": "已恢复，正在溯源"},
                {
                    "kind": "follow_up",
                    "text": "影响扩大，上调等级",
                    "severity": "major",
                    "discovered_at": "2024-09-10T11:00:00+08:00",
                },
            ]
        }
    )

    kind: ReportKind
    text: IncidentText
    severity: Severity | None = None
    discovered_at: GivenInstant | None = None

    @model_validator(mode="after")
    def _is_discovered_with_a_grade(self) -> Self:
        if self.discovered_at is not None and self.severity is None:
            raise ValueError("discovered_at without severity; expected the grade that was discovered")
        return self


class IncidentLimit(Aggregate):
    """How many hours a kind of unit has for its first report, from discovery."""

    kind: Kind
    hours: int = Field(ge=1, le=72)


class SetIncidentLimit(Command):
    model_config = ConfigDict(json_schema_extra={"examples": [{"hours": 1}]})

    hours: int = Field(ge=1, le=72)


class IncidentReported(Event, type="rollcall.submissions.incident.reported.v1"):
    incident: Incident


class IncidentFollowedUp(Event, type="rollcall.submissions.incident.followed_up.v1"):
    incident: Incident


class IncidentClosed(Event, type="rollcall.submissions.incident.closed.v1"):
    incident: Incident


class IncidentLimitSet(Event, type="rollcall.submissions.incident_limit.set.v1"):
    incident_limit: IncidentLimit


FACTS = (IncidentReported, IncidentFollowedUp, IncidentClosed)
LIMIT_FACTS = (IncidentLimitSet,)
