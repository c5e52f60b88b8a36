"""Lists of activities: by any of the filters, only those that the caller sees, and each one's moves."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from contracts.registry.activities import Activity, ActivityMove, MovedBy
from services.registry.activities import store

START = (-1, UUID(int=0))
FEW = 2_000
"""Of so many activities at most the ids are looked up by a part of their names."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; None asks for nothing. The selection `none` is that of those not selected yet."""

    state: str | None = None
    category: str | None = None
    selection: str | None = None
    host_id: UUID | None = None
    q: str | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: whoever runs the campaign sees drafts too, others only those that they host."""

    runs: bool
    organization_id: UUID


FIND_NAMED = """
    -- A text without a letter, only brackets or dashes, is in none.
    SELECT id FROM activity
     WHERE campaign_id = $1 AND plain_text($2) <> '' AND text_pairs(search_text) @> sought_pairs(plain_text($2))
       AND strpos(search_text, plain_text($2)) > 0
     LIMIT $3
"""
FIND_HOSTED = """
    SELECT c.activity_id AS id FROM activity_claim c
     WHERE c.campaign_id = $1
       AND c.claim = ANY (ARRAY (SELECT 'host:' || o.id::text FROM organization o
                                  WHERE strpos(lower(o.name), lower($2)) > 0
                                     OR strpos(lower(o.short_name), lower($2)) > 0))
"""


async def _find_by_text(
    connection: Connection, campaign_id: UUID, q: str | None
) -> tuple[str | None, list[UUID] | None]:
    """What few are named is looked up first; what many are, each row is asked for in the list's own order.

    Either the ids of all that hold `q` and no text, or the text and the ids of those whose hosts hold it.
    """
    if q is None:
        return None, None
    named = await (await connection.prepare(FIND_NAMED)).fetch(campaign_id, q, FEW + 1)
    hosted = [row["id"] for row in await connection.fetch(FIND_HOSTED, campaign_id, q)]
    if len(named) > FEW:
        return q, hosted
    return None, [*(row["id"] for row in named), *hosted]


FIND_IDS = """
    SELECT id FROM activity
     WHERE campaign_id = $1 AND (coalesce(serial_number, 1000000), id) > ($2, $3)
       AND ($5::boolean OR state NOT IN ('draft', 'cancelled') OR (state = 'cancelled' AND state_before <> 'draft')
            OR hosts @> $6::jsonb)
       AND ($7::text IS NULL OR state = $7)
       AND ($8::text IS NULL OR category = $8)
       AND ($9::text IS NULL OR CASE WHEN $9 = 'none' THEN selection IS NULL ELSE selection = $9 END)
       AND ($10::uuid IS NULL
            OR id = ANY (ARRAY (SELECT c.activity_id FROM activity_claim c
                                 WHERE c.campaign_id = $1 AND c.claim = 'host:' || $10::uuid::text)))
       AND ($11::text IS NULL OR strpos(search_text, plain_text($11)) > 0 OR id = ANY ($12))
       AND ($11::text IS NOT NULL OR $12::uuid[] IS NULL OR id = ANY ($12))
       AND ($13::timestamptz IS NULL OR starts_at >= $13)
       AND ($14::timestamptz IS NULL OR starts_at < $14)
     ORDER BY coalesce(serial_number, 1000000), id LIMIT $4
"""


async def find_ids(
    connection: Connection,
    campaign_id: UUID,
    after: tuple[int, UUID],
    limit: int,
    viewer: Viewer,
    filters: Filters,
) -> list[UUID]:
    """Ids of a campaign's activities, by serial number, those without one last."""
    words, named = await _find_by_text(connection, campaign_id, filters.q)
    # Prepared anew each time: a plan for every filter at once would use the index of none.
    statement = await connection.prepare(FIND_IDS)
    rows = await statement.fetch(
        campaign_id,
        *after,
        limit,
        viewer.runs,
        [{"organization_id": str(viewer.organization_id)}],
        filters.state,
        filters.category,
        filters.selection,
        filters.host_id,
        words,
        named,
        filters.starts_from,
        filters.starts_until,
    )
    return [row["id"] for row in rows]


async def read_page(
    connection: Connection,
    campaign_id: UUID,
    after: tuple[int, UUID],
    limit: int,
    viewer: Viewer,
    filters: Filters,
) -> list[Activity]:
    """A campaign's activities by serial number, those without one last."""
    ids = await find_ids(connection, campaign_id, after, limit, viewer, filters)
    return await store.find_these(connection, ids)


MOVES = """
    -- Each move is an event with the state that it led to; the log is never changed.
    SELECT version, fact, before, after, occurred_at, actor, reason, starts_at, place
      FROM (SELECT aggregate_version AS version, split_part(type, '.', 4) AS fact,
                   lag(activity->>'state') OVER (ORDER BY aggregate_version) AS before, activity->>'state' AS after,
                   occurred_at, actor, activity->>'reason' AS reason,
                   (activity->>'starts_at')::timestamptz AS starts_at, activity->>'place' AS place
              FROM events,
                   LATERAL (SELECT convert_from(body, 'UTF8')::jsonb->'activity' AS activity) AS told
             WHERE aggregate_id = $1) AS every
     WHERE version > $2 AND fact IN ('drafted', 'registered', 'confirmed', 'postponed', 'rescheduled', 'cancelled',
                                     'held', 'reported')
     ORDER BY version LIMIT $3
"""
VERBS = {
    "drafted": "draft",
    "registered": "register",
    "confirmed": "confirm",
    "postponed": "postpone",
    "rescheduled": "reschedule",
    "cancelled": "cancel",
    "held": "hold",
    "reported": "report",
}


async def read_moves(connection: Connection, id: UUID, after: int, limit: int) -> list[ActivityMove]:
    """An activity's moves after this version, from the log."""
    return [_move(row) for row in await connection.fetch(MOVES, id, after, limit)]


def _move(row: asyncpg.Record) -> ActivityMove:
    actor = row["actor"] if isinstance(row["actor"], dict) else json.loads(row["actor"])
    return ActivityMove.model_validate(
        {
            "move": VERBS[row["fact"]],
            "version": row["version"],
            "from": row["before"],
            "to": row["after"],
            "at": row["occurred_at"],
            "by": MovedBy.model_validate(actor),
            "reason": row["reason"],
            "starts_at": row["starts_at"],
            "place": row["place"],
        }
    )
