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
    """A follow-up or the final report, each with a receipt of its own."""

    number: int
    kind: ReportKind
    text: str
    receipt_number: str
    received_at: Instant


class Incident(Aggregate):
    """`summary` is the first report; the final one closes it.

    `report_by` is the last moment in time of the first report, `hours` after `discovered_at`; None: no clock runs.
    Whoever does not say when it was discovered is taken to have known it when it occurred.
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
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "follow_up", "text": "已恢复，正在溯源"}]}
    )

    kind: ReportKind
    text: IncidentText


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
