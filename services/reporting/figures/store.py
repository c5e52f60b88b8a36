"""Figures out of the projections. $1 is the campaign, $2 to $4 the scope of who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.refusals import NotFound
from services.reporting.figures.model import Counts
from services.reporting.rules import Scope

CAMPAIGN = "SELECT id, name, issuer_id, timezone, annex_titles, annex_remarks FROM campaign WHERE id = $1"


@dataclass(frozen=True, slots=True)
class CampaignCopy:
    """What is known here of a campaign."""

    id: UUID
    name: str
    issuer_id: UUID
    timezone: str
    annex_titles: list[str]
    annex_remarks: list[str]


async def find_campaign(connection: Connection, id: UUID) -> CampaignCopy:
    """The campaign, or NotFound."""
    row = await connection.fetchrow(CAMPAIGN, id)
    if row is None:
        raise NotFound(f"there is no campaign {id}; one that was just opened takes a moment to arrive")
    return CampaignCopy(**dict(row))


LINE = """
    WITH RECURSIVE line AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.parent_id FROM organization o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL
    )
    SELECT array_agg(id) FROM line
"""


async def read_line(connection: Connection, organization_id: UUID) -> list[UUID]:
    """An organization and those above it."""
    line: list[UUID] = await connection.fetchval(LINE, organization_id)
    return line


COUNTS = """
    WITH RECURSIVE seen AS (
        SELECT $3::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $4
    ), owed AS (
        SELECT a.deliverable_id, a.state AS assigned, a.due_at, s.state, s.on_time, s.nil_return
          FROM assignment a
          LEFT JOIN submission s ON s.assignment_id = a.id AND s.state <> 'withdrawn'
         WHERE a.campaign_id = $1 AND ($2 OR a.organization_id IN (SELECT id FROM seen))
    )
    SELECT owed.deliverable_id, coalesce(d.title, '') AS title,
           count(*) FILTER (WHERE assigned <> 'waived') AS expected,
           count(*) FILTER (WHERE assigned <> 'waived' AND owed.state IS NOT NULL) AS actual,
           count(*) FILTER (WHERE assigned <> 'waived' AND owed.on_time) AS actual_on_time,
           count(*) FILTER (WHERE assigned <> 'waived' AND owed.state = 'accepted') AS accepted,
           count(*) FILTER (WHERE assigned <> 'waived' AND owed.state = 'returned') AS returned,
           count(*) FILTER (WHERE assigned <> 'waived' AND owed.state IS NULL AND owed.due_at < $5) AS overdue,
           count(*) FILTER (WHERE assigned = 'waived') AS waived,
           count(*) FILTER (WHERE assigned <> 'waived' AND owed.nil_return) AS nil_returns
      FROM owed LEFT JOIN deliverable d ON d.id = owed.deliverable_id
     GROUP BY owed.deliverable_id, d.title ORDER BY owed.deliverable_id
"""


async def count(connection: Connection, campaign_id: UUID, scope: Scope, now: datetime) -> list[Counts]:
    """Counts by deliverable."""
    rows = await connection.fetch(COUNTS, campaign_id, *_scope(scope), now)
    return [Counts(**dict(row)) for row in rows]


ACKNOWLEDGED = """
    WITH RECURSIVE seen AS (
        SELECT $3::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $4
    )
    SELECT count(*) FILTER (WHERE state <> 'replaced') AS owed, count(*) FILTER (WHERE state = 'acknowledged') AS given
      FROM acknowledgement
     WHERE campaign_id = $1 AND ($2 OR organization_id IN (SELECT id FROM seen))
"""


async def count_acknowledgements(connection: Connection, campaign_id: UUID, scope: Scope) -> tuple[int, int]:
    """How many are owed, given ones included, and how many are given."""
    row = await connection.fetchrow(ACKNOWLEDGED, campaign_id, *_scope(scope))
    assert row is not None
    return row["owed"], row["given"]


ACTIVITIES = """
    SELECT category, state, count(*) AS activity_count FROM activity
     WHERE campaign_id = $1
       AND ($2 OR (state <> 'draft' AND coalesce(state_before, '') <> 'draft') OR hosts @> $3::jsonb)
     GROUP BY category, state, coalesce(serial_number, 1000000) > 1000000 ORDER BY min(coalesce(serial_number, 1000000))
"""


async def count_activities(
    connection: Connection, campaign_id: UUID, sees_drafts: bool, organization_id: UUID
) -> list[tuple[str, str, int]]:
    """Activities by category and state, in the annex's order; of drafts, those that the organization hosts."""
    rows = await connection.fetch(ACTIVITIES, campaign_id, sees_drafts, _host(organization_id))
    return [(row["category"], row["state"], row["activity_count"]) for row in rows]


DELIVERABLES = """
    SELECT id, kind, title, due_at FROM deliverable WHERE campaign_id = $1 ORDER BY id
"""


async def read_deliverables(connection: Connection, campaign_id: UUID) -> list[asyncpg.Record]:
    """The matrix's columns."""
    return await connection.fetch(DELIVERABLES, campaign_id)


ROWS = """
    WITH RECURSIVE seen AS (
        SELECT $3::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $4
    )
    SELECT o.id, o.name, o.short_name, o.kind, o.parent_id, o.sort_order
      FROM organization o
     WHERE (o.sort_order, o.id) > ($5, $6) AND ($7::uuid IS NULL OR o.parent_id = $7)
       AND ($2 OR o.id IN (SELECT id FROM seen))
       AND EXISTS (SELECT FROM assignment a WHERE a.campaign_id = $1 AND a.organization_id = o.id)
     ORDER BY o.sort_order, o.id LIMIT $8
"""


async def read_rows(
    connection: Connection,
    campaign_id: UUID,
    scope: Scope,
    after: tuple[int, UUID],
    parent_id: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """The matrix's rows: who owes anything, in the office's order."""
    return await connection.fetch(ROWS, campaign_id, *_scope(scope), *after, parent_id, limit)


CELLS = """
    SELECT a.organization_id, a.id AS assignment_id, a.deliverable_id, a.due_at, a.state AS assigned, s.state,
           s.on_time, coalesce(s.nil_return, false) AS nil_return, s.review_stages, s.review_stage
      FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
     WHERE a.campaign_id = $1 AND a.organization_id = ANY ($2) ORDER BY a.deliverable_id
"""


async def read_cells(
    connection: Connection, campaign_id: UUID, organization_ids: list[UUID]
) -> list[asyncpg.Record]:
    """The cells of these rows."""
    return await connection.fetch(CELLS, campaign_id, organization_ids)


LIST_ACTIVITIES = """
    SELECT a.id, a.serial_number, a.category, a.name, a.hosts_text, a.starts_at, a.ends_at, a.place, a.state,
           ARRAY (SELECT coalesce(o.name, host->>'outside_party', host->>'written_as')
                    FROM jsonb_array_elements(a.hosts) WITH ORDINALITY AS h (host, nth)
                    LEFT JOIN organization o ON o.id = (host->>'organization_id')::uuid ORDER BY nth) AS hosts
      FROM activity a
     WHERE a.campaign_id = $1 AND (coalesce(a.serial_number, 1000000), a.id) > ($2, $3)
       AND ($5 OR (a.state <> 'draft' AND coalesce(a.state_before, '') <> 'draft') OR a.hosts @> $6::jsonb)
     ORDER BY coalesce(a.serial_number, 1000000), a.id LIMIT $4
"""


async def read_activities(
    connection: Connection,
    campaign_id: UUID,
    after: tuple[int, UUID],
    limit: int,
    sees_drafts: bool,
    organization_id: UUID,
) -> list[asyncpg.Record]:
    """Activities by serial number, their hosts by name; of drafts, those that the organization hosts."""
    host = _host(organization_id)
    return await connection.fetch(LIST_ACTIVITIES, campaign_id, *after, limit, sees_drafts, host)


BEHIND = """
    -- Nothing waits: as old as the look. Something does: since it was last seen that nothing did.
    SELECT coalesce(max(extract(epoch FROM clock_timestamp()
                                - CASE WHEN pending_count = 0 THEN checked_at ELSE clear_at END)), 0)::float8
      FROM lag
"""


async def read_behind(connection: Connection) -> float:
    """How many seconds, at most, the projections lag behind what the streams hold."""
    return float(await connection.fetchval(BEHIND))


KEEP_LAG = """
    INSERT INTO lag AS known (durable, pending_count, clear_at, checked_at)
    VALUES ($1, $2, clock_timestamp(), clock_timestamp())
    ON CONFLICT (durable) DO UPDATE SET pending_count = excluded.pending_count, checked_at = excluded.checked_at,
           clear_at = CASE WHEN excluded.pending_count = 0 THEN excluded.checked_at ELSE known.clear_at END
"""


async def keep_lag(connection: Connection, durable: str, pending_count: int) -> None:
    """Remember how many events one durable has still to take in."""
    await connection.execute(KEEP_LAG, durable, pending_count)


def _scope(scope: Scope) -> tuple[Any, ...]:
    return scope.everything, scope.organization_id, scope.with_those_below


def _host(organization_id: UUID) -> list[dict[str, str]]:
    return [{"organization_id": str(organization_id)}]
