"""Incidents: follow one, and tell of those whose limit runs out."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from chassis.database import Database, Transaction
from chassis.events import System
from contracts.notifier.notifications import NO_CAMPAIGN, NotificationGivenUp
from contracts.submissions.incidents import Incident
from services.notifier.incidents import store
from services.notifier.incidents.model import STALE, Climb, RungName, follow, newest, told
from services.notifier.notifications import store as notifications
from services.notifier.notifications.incidents import NotHeardOfYet, find_recipients
from services.notifier.notifications.store import FactToTell

log = structlog.get_logger()

ACTOR = System("notifier")
AGAIN = timedelta(seconds=30)
"""Whoever the register has not told of yet is looked for again after this."""


async def follow_incident(tx: Transaction, incident: Incident) -> None:
    """Keep where it stands on its ladder; an older event changes nothing."""
    known = await store.lock(tx, incident.id)
    if known is not None and known.version >= incident.version:
        return
    climb = follow(known, incident)
    await store.save(tx, climb)
    if climb.next_at is None or climb.clock_version == climb.version:
        dropped = await store.settle(tx, incident.id)
        await tx.record_all([NotificationGivenUp(notification=each) for each in dropped], ACTOR)


async def tell_of_incidents(database: Database) -> int:
    """Plan the newest rung of each incident whose next has come; of how many. At once: in quiet hours, on any day."""
    async with database.transaction() as tx:
        due = await store.lock_due(tx)
        for climb in due:
            await _tell_of(tx, climb)
    return len(due)


async def _tell_of(tx: Transaction, climb: Climb) -> None:
    rung = newest(climb, tx.now)
    assert rung is not None, "its next rung has come"
    name, at = rung
    if tx.now - at > STALE or await _plan(tx, climb, name, at):
        await store.save(tx, told(climb, at))
    else:
        await store.save(tx, replace(climb, next_at=tx.now + AGAIN))


async def _plan(tx: Transaction, climb: Climb, name: RungName, at: datetime) -> bool:
    """Whether all whom the rung is for were known; the unit itself is told in any case."""
    known = True
    try:
        recipients = await _recipients(tx, climb, name)
    except NotHeardOfYet as missing:
        log.warning("incident_waits_for_the_register", incident_id=str(climb.id), reason=str(missing))
        recipients, known = [climb.organization_id], False
    facts = [
        FactToTell(
            occasion=name,
            campaign_id=climb.campaign_id or NO_CAMPAIGN,
            about_id=climb.id,
            revision=climb.clock_version,
            organization_id=organization_id,
            about_organization_id=climb.organization_id,
            title=climb.receipt_number,
            details={
                "severity": climb.severity,
                "occurred_at": climb.occurred_at.isoformat(),
                "report_by": None if climb.report_by is None else climb.report_by.isoformat(),
                "in_time": climb.in_time,
            },
            planned_for=at,
        )
        for organization_id in recipients
    ]
    await notifications.plan_facts(tx, facts)
    return known


async def _recipients(tx: Transaction, climb: Climb, name: RungName) -> list[UUID]:
    """The unit that must report; at 80 % the one above it too, at 100 % everybody above and the campaign's issuer."""
    unit = climb.organization_id
    if name == "incident_due_50":
        return [unit]
    above = await find_recipients(tx, unit, climb.campaign_id)
    return list(dict.fromkeys([unit, *(above[:1] if name == "incident_due_80" else above)]))
