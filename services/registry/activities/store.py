"""Activities in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.activities import Activity
from services.registry.activities.model import SerialNumberTaken

LAST = 1_000_000
"""Where an activity without a serial number stands."""

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts, hosts_text,
           starts_at, ends_at, place, mode, settings, audiences, products, carriers, state, selection, reason
      FROM activity WHERE id = $1
"""
LOCK = FIND + " FOR UPDATE"


async def find(connection: Connection, id: UUID) -> Activity:
    """The activity, or NotFound."""
    return _read(await connection.fetchrow(FIND, id), id)


async def lock(tx: Transaction, id: UUID) -> Activity:
    """The activity, held until the transaction ends."""
    return _read(await tx.connection.fetchrow(LOCK, id), id)


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts, hosts_text,
           starts_at, ends_at, place, mode, settings, audiences, products, carriers, state, selection, reason
      FROM activity
     WHERE campaign_id = $1 AND (coalesce(serial_number, 1000000), id) > ($2, $3)
       -- A draft is shown to those who run the campaign (null) and to its hosts.
       AND (state <> 'draft' OR $5::uuid IS NULL
            OR hosts @> jsonb_build_array(jsonb_build_object('organization_id', $5::uuid)))
     ORDER BY coalesce(serial_number, 1000000), id LIMIT $4
"""


async def read_page(
    connection: Connection,
    campaign_id: UUID,
    after: tuple[int, UUID],
    limit: int,
    drafts_of: UUID | None = None,
) -> list[Activity]:
    """A campaign's activities by serial number, those without one last; `drafts_of` sees no drafts but its own."""
    rows = await connection.fetch(LIST, campaign_id, *after, limit, drafts_of)
    return [Activity.model_validate(dict(row)) for row in rows]


LOCK_ALL = """
    SELECT id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts, hosts_text,
           starts_at, ends_at, place, mode, settings, audiences, products, carriers, state, selection, reason
      FROM activity WHERE campaign_id = $1 ORDER BY id FOR UPDATE
"""


async def lock_all(tx: Transaction, campaign_id: UUID) -> list[Activity]:
    """All of a campaign's activities, held until the transaction ends."""
    return [Activity.model_validate(dict(row)) for row in await tx.connection.fetch(LOCK_ALL, campaign_id)]


async def lock_these(tx: Transaction, campaign_id: UUID, ids: Collection[UUID]) -> dict[UUID, Activity]:
    """Those of `ids`, by id; all of the campaign's are held, and fetched a few at a time, for they may be many."""
    rows = tx.connection.cursor(LOCK_ALL, campaign_id, prefetch=200)
    return {row["id"]: Activity.model_validate(dict(row)) async for row in rows if row["id"] in ids}


INSERT = """
    INSERT INTO activity (id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts,
                          hosts_text, starts_at, ends_at, place, mode, settings, audiences, products, carriers, state,
                          selection, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
"""


async def insert(tx: Transaction, activities: Sequence[Activity]) -> None:
    """Keep new activities."""
    await _write(tx, INSERT, activities)


SAVE = """
    UPDATE activity SET version = $2, created_at = $3, updated_at = $4, campaign_id = $5, serial_number = $6,
           category = $7, name = $8, hosts = $9, hosts_text = $10, starts_at = $11, ends_at = $12, place = $13,
           mode = $14, settings = $15, audiences = $16, products = $17, carriers = $18, state = $19, selection = $20,
           reason = $21
     WHERE id = $1
"""


async def save(tx: Transaction, activities: Sequence[Activity]) -> None:
    """Keep changed activities."""
    await _write(tx, SAVE, activities)


async def _write(tx: Transaction, statement: str, activities: Sequence[Activity]) -> None:
    rows = [[_value(each, name) for name in Activity.model_fields] for each in activities]
    try:
        await tx.connection.executemany(statement, rows)
    except asyncpg.UniqueViolationError as taken:
        raise SerialNumberTaken(f"another activity has that serial number: {taken.detail}") from None


def _value(activity: Activity, name: str) -> Any:
    if name == "hosts":
        return [host.model_dump(mode="json") for host in activity.hosts]
    return getattr(activity, name)


def _read(row: asyncpg.Record | None, id: UUID) -> Activity:
    if row is None:
        raise NotFound(f"there is no activity {id}")
    return Activity.model_validate(dict(row))
