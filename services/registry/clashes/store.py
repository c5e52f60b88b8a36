"""Clashes in PostgreSQL: found among what activities claim, host by host and place by place."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from contracts.registry.clashes import Clash, ClashingActivity


class Place(NamedTuple):
    """Where a page ends: when each of the two starts, and their ids."""

    first_starts_at: datetime
    first_id: UUID
    second_starts_at: datetime
    second_id: UUID


class Asked(NamedTuple):
    """Clashes of this host with whomever, that last into this period; None asks for nothing."""

    host_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


_FIRST = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)
START = Place(*_FIRST, *_FIRST)

FIND = """
    -- One pass over what is claimed, in the index's own order: an activity is the first of a pair if the next that
    -- claims the same begins while it lasts. Only these are joined. That two last into the period and into each other
    -- makes all three meet.
    WITH hosted AS MATERIALIZED (
        SELECT activity_id FROM activity_claim WHERE campaign_id = $1 AND claim = 'host:' || $6::uuid::text
    ), claimed AS (
        SELECT activity_id, claim, starts_at, until,
               lead(starts_at) OVER (PARTITION BY claim ORDER BY starts_at, activity_id) AS next_starts_at
          FROM activity_claim
         WHERE campaign_id = $1 AND starts_at IS NOT NULL
           AND ($6::uuid IS NULL
                OR claim = ANY (ARRAY (SELECT c.claim FROM activity_claim c JOIN hosted USING (activity_id))))
           AND ($7::timestamptz IS NULL OR until > $7) AND ($8::timestamptz IS NULL OR starts_at < $8)
    )
    SELECT f.starts_at AS first_starts_at, f.activity_id AS first_id, s.starts_at AS second_starts_at,
           s.activity_id AS second_id, array_agg(f.claim ORDER BY f.claim) AS claims
      FROM claimed f
      JOIN activity_claim s
        ON s.campaign_id = $1 AND s.claim = f.claim AND s.starts_at < f.until
       AND (s.starts_at, s.activity_id) > (f.starts_at, f.activity_id)
     WHERE f.next_starts_at < f.until
       AND (f.starts_at, f.activity_id, s.starts_at, s.activity_id) > ($2, $3, $4, $5)
       AND ($7::timestamptz IS NULL OR s.until > $7) AND ($8::timestamptz IS NULL OR s.starts_at < $8)
       AND ($6::uuid IS NULL OR EXISTS (SELECT FROM hosted h WHERE h.activity_id IN (f.activity_id, s.activity_id)))
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT $9
"""


async def read_page(
    connection: Connection, campaign_id: UUID, after: Place, asked: Asked, limit: int
) -> list[Clash]:
    """Pairs by when the first starts, then the second; each pair once."""
    # Prepared anew each time: a plan for every filter at once would use the index of none.
    statement = await connection.prepare(FIND)
    pairs = await statement.fetch(campaign_id, *after, *asked, limit)
    ids = {pair[name] for pair in pairs for name in ("first_id", "second_id")}
    activities = await _find_activities(connection, list(ids))
    return [_clash(pair, activities) for pair in pairs]


ACTIVITIES = """
    SELECT id, serial_number, category, name, state, starts_at, ends_at, place FROM activity WHERE id = ANY ($1)
"""


async def _find_activities(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ClashingActivity]:
    rows = await connection.fetch(ACTIVITIES, ids)
    return {row["id"]: ClashingActivity.model_validate(dict(row)) for row in rows}


def _clash(pair: asyncpg.Record, activities: dict[UUID, ClashingActivity]) -> Clash:
    claims = [claim.split(":", 1) for claim in pair["claims"]]
    return Clash(
        first=activities[pair["first_id"]],
        second=activities[pair["second_id"]],
        host_ids=[UUID(value) for kind, value in claims if kind == "host"],
        outside_parties=[value for kind, value in claims if kind == "party"],
        same_place=any(kind == "place" for kind, _ in claims),
    )
