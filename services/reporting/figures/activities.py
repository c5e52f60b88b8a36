"""Activities as they stood at a moment: listed, and counted by what they cover."""

# ruff: noqa: S608 - statements are put together out of constants only

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from services.reporting.figures.tree import NEWEST

# $1 the campaign, $2 the moment, $3 whether drafts are shown, $4 the host whose drafts are shown to it all the same.
_SHOWN = """
    RECURSIVE shown AS (
        SELECT id, body, body->>'state' AS state, coalesce((body->>'serial_number')::integer, 1000000) AS place,
               (body->>'starts_at')::timestamptz AS starts_at
          FROM (SELECT DISTINCT ON (id) id, body FROM activity_past
                 WHERE campaign_id = $1 AND since <= $2 ORDER BY id, version DESC) AS at
         WHERE $3 OR (body->>'state' <> 'draft' AND coalesce(body->>'state_before', '') <> 'draft')
            OR body->'hosts' @> $4::jsonb
    )"""

COVERAGE = f"""
    WITH {_SHOWN}, covering AS (SELECT id, body FROM shown WHERE state NOT IN ('cancelled', 'postponed'))
    SELECT 'category' AS what, body->>'category' AS name, count(*) AS activity_count, min(place) AS place
      FROM shown GROUP BY body->>'category'
    UNION ALL
    SELECT 'state', state, count(*), 0 FROM shown GROUP BY state
    UNION ALL
    SELECT what, name, count(DISTINCT id), 0
      FROM covering, unnest(ARRAY['settings', 'audiences', 'products', 'carriers']) AS what,
           jsonb_array_elements_text(coalesce(body->what, '[]')) AS name
     GROUP BY what, name
     ORDER BY what, place, name
"""


async def count_activities(
    connection: Connection, campaign_id: UUID, up_to: datetime, sees_drafts: bool, organization_id: UUID
) -> Sequence[tuple[str, str, int]]:
    """How many by category (in the annex's order), state, settings, audiences, products and carriers."""
    rows = await connection.fetch(COVERAGE, campaign_id, up_to, sees_drafts, _host(organization_id))
    return [(row["what"], row["name"], row["activity_count"]) for row in rows]


THEME_DAYS = f"""
    -- A theme day that was first heard of in a later version is taken to have been like that one before.
    WITH {_SHOWN}, day AS (
        SELECT date, name FROM theme_day WHERE campaign_id = $1 AND $2 = timestamptz '9999-12-31 00:00:00Z'
        UNION ALL
        SELECT (body->>'date')::date, body->>'name'
          FROM (SELECT DISTINCT ON (id) body FROM export_source_past past
                 WHERE campaign_id = $1 AND noun = 'theme_day' AND $2 <> timestamptz '9999-12-31 00:00:00Z'
                   AND (since <= $2 OR (version > 1 AND version = (SELECT min(version) FROM export_source_past first
                                                                    WHERE first.id = past.id)))
                 ORDER BY id, version DESC) AS known
    ), today AS (
        SELECT day.date, day.name, shown.id AS activity_id, shown.body
          FROM day
          LEFT JOIN shown ON (shown.starts_at AT TIME ZONE $5)::date = day.date
                         AND shown.state NOT IN ('cancelled', 'postponed')
    ), climbing AS (
        SELECT DISTINCT (host->>'organization_id')::uuid AS host_id, (host->>'organization_id')::uuid AS id
          FROM today, jsonb_array_elements(body->'hosts') AS host WHERE host->>'organization_id' IS NOT NULL
        UNION
        SELECT host_id, unit.parent_id FROM climbing JOIN organization_past unit USING (id)
         WHERE unit.parent_id IS NOT NULL AND unit.version = {NEWEST.format(moment="$2", id="unit.id")}
    ), district AS (
        SELECT host_id, climbing.id AS district_id FROM climbing JOIN organization_past unit USING (id)
         WHERE unit.version = {NEWEST.format(moment="$2", id="unit.id")}
           AND (unit.parent_id = $6 OR (unit.id = $6 AND host_id = $6))
    )
    SELECT today.date, today.name, district_id, count(DISTINCT activity_id) AS activity_count,
           grouping(district_id) = 1 AS whole
      FROM today
      LEFT JOIN LATERAL jsonb_array_elements(body->'hosts') AS host ON true
      LEFT JOIN district ON district.host_id = (host->>'organization_id')::uuid
     GROUP BY GROUPING SETS ((today.date, today.name), (today.date, today.name, district_id))
     ORDER BY today.date, today.name, district_id
"""


async def count_theme_days(
    connection: Connection,
    campaign_id: UUID,
    up_to: datetime,
    sees_drafts: bool,
    organization_id: UUID,
    timezone: str,
    issuer_id: UUID,
) -> Sequence[tuple[date, str, UUID | None, int, bool]]:
    """How many activities start on each theme day, in all and by the district of their hosts."""
    rows = await connection.fetch(
        THEME_DAYS, campaign_id, up_to, sees_drafts, _host(organization_id), timezone, issuer_id
    )
    return [tuple(row) for row in rows]


LIST_ACTIVITIES = f"""
    WITH {_SHOWN}
    SELECT id, body, ARRAY (
               SELECT coalesce(unit.name, host->>'outside_party', host->>'written_as')
                 FROM jsonb_array_elements(body->'hosts') WITH ORDINALITY AS h (host, nth)
                 LEFT JOIN organization_past unit ON unit.id = (host->>'organization_id')::uuid
                  AND unit.version = {NEWEST.format(moment="$2", id="unit.id")}
                ORDER BY nth) AS hosts
      FROM shown WHERE (place, id) > ($5, $6) ORDER BY place, id LIMIT $7
"""


async def read_activities(
    connection: Connection,
    campaign_id: UUID,
    up_to: datetime,
    sees_drafts: bool,
    organization_id: UUID,
    after: tuple[int, UUID],
    limit: int,
) -> list[dict[str, Any]]:
    """Activities by serial number, their hosts by name; of drafts, those that the organization hosts."""
    rows: list[asyncpg.Record] = await connection.fetch(
        LIST_ACTIVITIES, campaign_id, up_to, sees_drafts, _host(organization_id), *after, limit
    )
    return [{**row["body"], "hosts": row["hosts"]} for row in rows]


def _host(organization_id: UUID) -> list[dict[str, str]]:
    return [{"organization_id": str(organization_id)}]
