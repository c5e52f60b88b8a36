"""Incidents on their ladder in PostgreSQL."""

from dataclasses import astuple
from uuid import UUID

from chassis.database import Transaction
from contracts.notifier.notifications import Notification
from services.notifier.incidents.model import Climb

LOCK = """
    SELECT id, version, campaign_id, organization_id, receipt_number, severity, occurred_at, discovered_at, report_by,
           in_time, clock_version, clock_set_at, told_up_to, next_at
      FROM incident WHERE id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> Climb | None:
    """What is known of an incident, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    return None if row is None else Climb(**dict(row))


LOCK_DUE = """
    SELECT id, version, campaign_id, organization_id, receipt_number, severity, occurred_at, discovered_at, report_by,
           in_time, clock_version, clock_set_at, told_up_to, next_at
      FROM incident WHERE next_at <= $1 ORDER BY next_at, id LIMIT 100 FOR UPDATE SKIP LOCKED
"""


async def lock_due(tx: Transaction) -> list[Climb]:
    """Those whose next rung has come, held until the transaction ends."""
    return [Climb(**dict(row)) for row in await tx.connection.fetch(LOCK_DUE, tx.now)]


SAVE = """
    INSERT INTO incident AS known (id, version, campaign_id, organization_id, receipt_number, severity, occurred_at,
                                   discovered_at, report_by, in_time, clock_version, clock_set_at, told_up_to, next_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
           severity = excluded.severity, report_by = excluded.report_by, in_time = excluded.in_time,
           clock_version = excluded.clock_version, clock_set_at = excluded.clock_set_at,
           told_up_to = excluded.told_up_to, next_at = excluded.next_at
     WHERE excluded.version >= known.version
"""


async def save(tx: Transaction, climb: Climb) -> None:
    """Keep where an incident stands."""
    await tx.connection.execute(SAVE, *astuple(climb))


SETTLE = """
    UPDATE notification SET version = version + 1, updated_at = $2, state = 'given_up',
           last_error = 'settled before it was sent'
     WHERE about_id = $1 AND starts_with(occasion, 'incident_due_') AND state = 'planned'
    RETURNING id, version, created_at, updated_at, campaign_id, occasion, assignment_id, acknowledgement_id,
              submission_id, activity_id, organization_id, about_organization_id, channel, state, planned_for, sent_at,
              attempts, last_error
"""


async def settle(tx: Transaction, id: UUID) -> list[Notification]:
    """Nothing of an answered incident's ladder goes out any more; what was planned and not sent."""
    rows = await tx.connection.fetch(SETTLE, id, tx.now)
    return [Notification.model_validate(dict(row)) for row in rows]
