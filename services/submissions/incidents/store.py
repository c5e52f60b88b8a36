"""Incidents in PostgreSQL."""

from typing import Any
from uuid import UUID

import asyncpg

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.submissions.incidents import Incident, Severity, State

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, activity_id, organization_id, severity, state, occurred_at,
           discovered_at, summary, receipt_number, received_at, hours, report_by, in_time, reports, closed_at, graded_at
      FROM incident WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Incident:
    """The incident, or NotFound."""
    return _read(await connection.fetchrow(FIND, id), id)


LOCK = """
    SELECT id, version, created_at, updated_at, campaign_id, activity_id, organization_id, severity, state, occurred_at,
           discovered_at, summary, receipt_number, received_at, hours, report_by, in_time, reports, closed_at, graded_at
      FROM incident WHERE id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> Incident:
    """The incident, held until the transaction ends, or NotFound."""
    return _read(await tx.connection.fetchrow(LOCK, id), id)


SAVE = """
    INSERT INTO incident (id, version, created_at, updated_at, campaign_id, activity_id, organization_id, severity,
                          state, occurred_at, discovered_at, summary, receipt_number, received_at, hours, report_by,
                          in_time, reports, closed_at, graded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
           state = excluded.state, reports = excluded.reports, closed_at = excluded.closed_at,
           severity = excluded.severity, hours = excluded.hours, report_by = excluded.report_by,
           in_time = excluded.in_time, graded_at = excluded.graded_at
"""


async def save(tx: Transaction, incident: Incident) -> None:
    """Keep an incident as it stands now."""
    await tx.connection.execute(SAVE, *(_value(incident, name) for name in Incident.model_fields))


TAKES_PART = """
    SELECT EXISTS (SELECT FROM assignment WHERE organization_id = $1 AND campaign_id = $2)
"""


async def takes_part(connection: Connection, organization_id: UUID, campaign_id: UUID) -> bool:
    """Whether the unit owes anything in this campaign."""
    return bool(await connection.fetchval(TAKES_PART, organization_id, campaign_id))


ZONE = "SELECT timezone FROM campaign WHERE id = $1"


async def read_zone(connection: Connection, campaign_id: UUID | None) -> str | None:
    """The campaign's zone; None where there is no campaign."""
    zone: str | None = await connection.fetchval(ZONE, campaign_id)
    return zone


LIST = """
    -- The own unit's, those of all units below an overseer or coordinator, and those of campaigns that it issues.
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $2
    )
    SELECT i.id, i.version, i.created_at, i.updated_at, i.campaign_id, i.activity_id, i.organization_id, i.severity,
           i.state, i.occurred_at, i.discovered_at, i.summary, i.receipt_number, i.received_at, i.hours, i.report_by,
           i.in_time, i.reports, i.closed_at, i.graded_at
      FROM incident i LEFT JOIN campaign c ON c.id = i.campaign_id
     WHERE i.id > $4
       AND (i.organization_id IN (SELECT id FROM seen) OR ($3 AND c.issuer_id = $1))
       AND ($5::uuid IS NULL OR i.campaign_id = $5)
       AND ($6::uuid IS NULL OR i.organization_id = $6)
       AND ($7::text IS NULL OR i.severity = $7)
       AND ($8::text IS NULL OR i.state = $8)
     ORDER BY i.id LIMIT $9
"""


async def read_page(
    connection: Connection,
    caller: Principal,
    after: UUID,
    filters: tuple[UUID | None, UUID | None, Severity | None, State | None],
    limit: int,
) -> list[Incident]:
    """What this caller may see; `filters` are campaign, organization, severity and state."""
    rows = await connection.fetch(
        LIST,
        caller.organization_id,
        caller.role in ("overseer", "coordinator"),
        caller.role == "coordinator",
        after,
        *filters,
        limit,
    )
    return [_read(row) for row in rows]


def not_seen(id: object) -> NotFound:
    """The one answer for what is not there and for what is not the caller's to see."""
    return NotFound(f"there is no incident {id}, or it is not yours to see")


def _value(incident: Incident, name: str) -> Any:
    if name == "reports":
        return [each.model_dump(mode="json") for each in incident.reports]
    return getattr(incident, name)


def _read(row: asyncpg.Record | None, id: UUID | None = None) -> Incident:
    if row is None:
        raise not_seen(id)
    return Incident.model_validate(dict(row))
