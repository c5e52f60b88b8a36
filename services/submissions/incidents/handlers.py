"""Incidents: report, follow up, close; and who may read one."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.submissions.incidents import (
    AddReport,
    Incident,
    IncidentClosed,
    IncidentFollowedUp,
    IncidentReported,
    ReportIncident,
)
from services.submissions import rules
from services.submissions.activities import store as activities
from services.submissions.directory import store as directory
from services.submissions.incident_limits import store as limits
from services.submissions.incidents import model, store
from services.submissions.submissions.model import make_receipt_number

OWN_ZONE = "Asia/Shanghai"
"""The zone of a receipt's day where no campaign has one."""


async def report_incident(database: Database, command: ReportIncident, actor: Principal) -> Incident:
    """Take in the first report, which is told at once; a campaign need not be running."""
    rules.check_may_report(actor)
    async with database.transaction() as tx:
        await _check_campaign(tx, command.campaign_id, actor)
        await _check_activity(tx, command)
        hours = await limits.read_hours(tx.connection, actor.organization_id)
        number = await _make_number(tx, command.campaign_id)
        incident = model.report(command, new_id(), actor.organization_id, hours, number, tx.now)
        await store.save(tx, incident)
        await tx.record(IncidentReported(incident=incident), actor)
        return tx.answer(incident)


async def add_report(
    database: Database, id: UUID, command: AddReport, expected: int | None, actor: Principal
) -> Incident:
    """Take in a follow-up, or the final report, which closes it; either may correct the severity."""
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        await _check_may_read(tx.connection, present, actor)
        rules.check_may_follow_up(actor, present.organization_id)
        check_version(present.version, expected)
        number = await _make_number(tx, present.campaign_id)
        hours = await limits.read_hours(tx.connection, present.organization_id)
        incident = model.add_report(present, command, hours, number, tx.now)
        fact = IncidentClosed if incident.state == "closed" else IncidentFollowedUp
        await store.save(tx, incident)
        await tx.record(fact(incident=incident), actor)
        return tx.answer(incident)


async def find_incident(connection: Connection, id: UUID, actor: Principal) -> Incident:
    """The incident, if the caller may see it."""
    incident = await store.find(connection, id)
    await _check_may_read(connection, incident, actor)
    return incident


async def _check_may_read(connection: Connection, incident: Incident, actor: Principal) -> None:
    standing = await directory.read_standing(connection, incident.organization_id, incident.campaign_id)
    if not rules.may_read_incident(actor, standing):
        raise store.not_seen(incident.id)


async def _check_campaign(tx: Transaction, campaign_id: UUID | None, actor: Principal) -> None:
    """A unit names a campaign of an office above it, or one in which it owes something."""
    if campaign_id is None:
        return
    standing = await directory.read_standing(tx.connection, actor.organization_id, campaign_id)
    is_below = standing.issuer_id in standing.above
    if not is_below and not await store.takes_part(tx.connection, actor.organization_id, campaign_id):
        raise model.CampaignUnknown(
            f"there is no campaign {campaign_id}, or your unit has no part in it; a new one takes a moment to"
            " arrive, and an incident can be reported without one: send null"
        )


async def _check_activity(tx: Transaction, command: ReportIncident) -> None:
    """An incident is of an activity of its own campaign."""
    if command.activity_id is None:
        return
    if await activities.find_campaign(tx.connection, command.activity_id) != command.campaign_id:
        raise model.ActivityUnknown(
            f"there is no activity {command.activity_id} in this campaign; a new one takes a moment to arrive, and an"
            " incident can be reported without one: send null"
        )


async def _make_number(tx: Transaction, campaign_id: UUID | None) -> str:
    zone = await store.read_zone(tx.connection, campaign_id)
    return make_receipt_number(zone or OWN_ZONE, tx.now)
