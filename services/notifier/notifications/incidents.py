"""Incidents, told at once to everybody above the unit: no quiet hours, before whatever else waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from contracts.notifier.notifications import NO_CAMPAIGN
from contracts.submissions.incidents import Incident, IncidentClosed, IncidentFollowedUp, IncidentReported
from services.notifier.notifications import store
from services.notifier.notifications.store import FactToTell
from services.notifier.texts.occasions import FactName


class NotHeardOfYet(Exception):
    """Who is to be told is not known before the register is: it is tried again, and nobody is left out."""


async def on_incident_reported(tx: Transaction, events: Sequence[IncidentReported]) -> None:
    """All above are told that there is an incident, how grave, and whether it was reported in time."""
    await _tell_all_above(tx, "incident_reported", [event.incident for event in events])


async def on_incident_followed_up(tx: Transaction, events: Sequence[IncidentFollowedUp]) -> None:
    """All above are told that there is more to read."""
    await _tell_all_above(tx, "incident_followed_up", [event.incident for event in events])


async def on_incident_closed(tx: Transaction, events: Sequence[IncidentClosed]) -> None:
    """All above are told that the final report is there."""
    await _tell_all_above(tx, "incident_closed", [event.incident for event in events])


async def _tell_all_above(tx: Transaction, occasion: FactName, incidents: Sequence[Incident]) -> None:
    facts = [
        FactToTell(
            occasion=occasion,
            campaign_id=incident.campaign_id or NO_CAMPAIGN,
            about_id=incident.id,
            revision=incident.version,
            organization_id=organization_id,
            about_organization_id=incident.organization_id,
            title=incident.receipt_number,
            details=_describe(incident),
            planned_for=tx.now,
        )
        for incident in incidents
        for organization_id in await find_recipients(tx, incident.organization_id, incident.campaign_id)
    ]
    await store.plan_facts(tx, facts)


def _describe(incident: Incident) -> Mapping[str, object]:
    """What may leave the house: that it happened and how grave it is. What happened is read in the system."""
    return {
        "severity": incident.severity,
        "occurred_at": incident.occurred_at.isoformat(),
        "report_by": _write(incident.report_by),
        "in_time": incident.in_time,
    }


def _write(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


ABOVE = """
    WITH RECURSIVE line AS (
        SELECT id, parent_id, 1 AS height FROM organization WHERE id = $1
        UNION ALL
        SELECT o.id, o.parent_id, line.height + 1 FROM organization o JOIN line ON o.id = line.parent_id
         WHERE line.height < 100
    )
    SELECT id, parent_id FROM line ORDER BY height
"""
ISSUER = "SELECT issuer_id FROM campaign WHERE id = $1"


async def find_recipients(tx: Transaction, organization_id: UUID, campaign_id: UUID | None) -> list[UUID]:
    """Everybody above the unit, and the campaign's issuer; the unit itself only where nobody is above it."""
    line = await tx.connection.fetch(ABOVE, organization_id)
    if not line or line[-1]["parent_id"] is not None:
        raise NotHeardOfYet(f"organization {organization_id}, or one above it, was not heard of yet")
    above = [row["id"] for row in line[1:]]
    if campaign_id is not None:
        issuer_id = await tx.connection.fetchval(ISSUER, campaign_id)
        if issuer_id is None:
            raise NotHeardOfYet(f"campaign {campaign_id} was not heard of yet")
        above.append(issuer_id)
    return list(dict.fromkeys(above or [organization_id]))
