"""The ladder of an incident: 50, 80 and 100 % of its legal limit, whatever the hour and the day. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts.submissions.incidents import Incident

RungName = Literal["incident_due_50", "incident_due_80", "incident_due_100"]
RUNGS: tuple[tuple[RungName, int], ...] = (
    ("incident_due_50", 50),
    ("incident_due_80", 80),
    ("incident_due_100", 100),
)

STALE = timedelta(days=7)
"""What has passed so long ago is no alarm any more: it is heard of by a replay, say."""


@dataclass(frozen=True, slots=True)
class Climb:
    """Where an incident stands: told of up to a moment, and next at another (None: nothing is to be told any more).

    The clock counts from `clock_version`, at which the limit that runs was first heard of.
    """

    id: UUID
    version: int
    campaign_id: UUID | None
    organization_id: UUID
    receipt_number: str
    severity: str
    occurred_at: datetime
    discovered_at: datetime
    report_by: datetime | None
    in_time: bool | None
    clock_version: int
    clock_set_at: datetime
    told_up_to: datetime
    next_at: datetime | None = None


def follow(known: Climb | None, incident: Incident) -> Climb:
    """Where the incident stands after this event, which is newer than what is `known`.

    The first report within the limit may leave out what cannot be told yet; what is missing is to be supplemented
    without delay (国家网络安全事件报告管理办法). So the ladder ends with the next report, follow-up or final. One that
    raises the severity brings another `report_by`: the ladder starts anew, from there on.
    """
    is_set_anew = known is None or known.report_by != incident.report_by
    set_at = incident.received_at if known is None else incident.updated_at
    climb = Climb(
        id=incident.id,
        version=incident.version,
        campaign_id=incident.campaign_id,
        organization_id=incident.organization_id,
        receipt_number=incident.receipt_number,
        severity=incident.severity,
        occurred_at=incident.occurred_at,
        discovered_at=incident.discovered_at,
        report_by=incident.report_by,
        in_time=incident.in_time,
        clock_version=incident.version if known is None or is_set_anew else known.clock_version,
        clock_set_at=set_at if known is None or is_set_anew else known.clock_set_at,
        told_up_to=set_at if known is None or is_set_anew else known.told_up_to,
    )
    return climb if is_answered(climb, incident) else replace(climb, next_at=next_after(climb))


def is_answered(climb: Climb, incident: Incident) -> bool:
    """Whether a report has come since the clock was set, or none is to come."""
    return incident.state == "closed" or any(
        report.received_at > climb.clock_set_at for report in incident.reports
    )


def rungs(climb: Climb) -> list[tuple[RungName, datetime]]:
    """Every rung with its moment, in their order; none where no clock runs."""
    if climb.report_by is None:
        return []
    limit = climb.report_by - climb.discovered_at
    return [(name, climb.discovered_at + limit * percent / 100) for name, percent in RUNGS]


def next_after(climb: Climb) -> datetime | None:
    """When the next rung comes that was not told of."""
    return min((at for _, at in rungs(climb) if at > climb.told_up_to), default=None)


def newest(climb: Climb, now: datetime) -> tuple[RungName, datetime] | None:
    """The newest rung that has come and was not told of: what an outage has passed over is not made up for."""
    come = [rung for rung in rungs(climb) if climb.told_up_to < rung[1] <= now]
    return come[-1] if come else None


def told(climb: Climb, at: datetime) -> Climb:
    """The incident after the rung of this moment was told."""
    after = replace(climb, told_up_to=at)
    return replace(after, next_at=next_after(after))
