"""Exports in PostgreSQL: asked for, claimed, under way, finished, gone."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.reporting.exports import Export

LEASE_SECONDS = 30
"""A running export that was not told of for so long belonged to a process that died."""
MOST_TRIES = 3

INSERT = """
    INSERT INTO export (id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def insert(tx: Transaction, export: Export) -> None:
    """Keep an export that was asked for."""
    await tx.connection.execute(INSERT, *(getattr(export, name) for name in list(Export.model_fields)[:10]))


FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error,
           row_total, size, filename, expires_at
      FROM export WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Export:
    """The export, or NotFound."""
    return _read(id, await connection.fetchrow(FIND, id))


LOCK = """
    -- Locked so that it is not finished while it is cancelled.
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error,
           row_total, size, filename, expires_at
      FROM export WHERE id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> Export:
    """The export, held until the transaction ends; or NotFound."""
    return _read(id, await tx.connection.fetchrow(LOCK, id))


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error,
           row_total, size, filename, expires_at
      FROM export WHERE campaign_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def read_page(connection: Connection, campaign_id: UUID, after: UUID, limit: int) -> list[Export]:
    """A campaign's exports, in the order in which they were asked for."""
    return [
        Export.model_validate(dict(row)) for row in await connection.fetch(LIST, campaign_id, after, limit)
    ]


ONE_CLAIMS = "SELECT pg_advisory_xact_lock(7655221)"
CLAIM = """
    -- Those under way count in every process together; one that was not told of for long is free again.
    WITH live AS (
        SELECT count(*) AS running_count FROM export
         WHERE state = 'running' AND claimed_at >= clock_timestamp() - make_interval(secs => $1)
    )
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error,
           row_total, size, filename, expires_at, tries
      FROM export
     WHERE (state = 'queued'
            OR (state = 'running' AND claimed_at < clock_timestamp() - make_interval(secs => $1)))
       AND (SELECT running_count FROM live) < $2
     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


async def claim(tx: Transaction, at_once: int) -> tuple[Export, int] | None:
    """The oldest export that waits and how often it was tried, held until the transaction ends; None when none does,
    or when `at_once` are under way.
    """
    await tx.connection.execute(ONE_CLAIMS)
    row = await tx.connection.fetchrow(CLAIM, LEASE_SECONDS, at_once)
    return None if row is None else (Export.model_validate(dict(row)), row["tries"])


SAVE = """
    UPDATE export SET version = $2, updated_at = $3, state = $4, progress = $5, rows = $6, url = $7, sha256 = $8,
           error = $9, row_total = $10, size = $11, filename = $12, expires_at = $13,
           tries = tries + ($4 = 'running')::integer, claimed_by = $14,
           claimed_at = CASE WHEN $4 = 'running' THEN clock_timestamp() END
     WHERE id = $1
"""


async def save(tx: Transaction, export: Export, claimed_by: UUID | None = None) -> None:
    """Keep an export as it stands now; the file of a finished one is told by who made it."""
    await tx.connection.execute(
        SAVE,
        export.id,
        export.version,
        export.updated_at,
        export.state,
        export.progress,
        export.rows,
        export.url,
        export.sha256,
        export.error,
        export.row_total,
        export.size,
        export.filename,
        export.expires_at,
        claimed_by,
    )


BEAT = """
    UPDATE export SET rows = $3, row_total = $4, progress = $5, claimed_at = clock_timestamp()
     WHERE id = $1 AND claimed_by = $2 AND state = 'running' RETURNING true
"""


async def beat(
    tx: Transaction, id: UUID, claimed_by: UUID, rows: int, row_total: int | None, progress: float
) -> bool:
    """Say how far it is; whether it still is the caller's to make."""
    return bool(await tx.connection.fetchval(BEAT, id, claimed_by, rows, row_total, progress))


MAKER = "SELECT claimed_by FROM export WHERE id = $1"


async def find_maker(connection: Connection, id: UUID) -> UUID | None:
    """Who makes or made it; None for one of the releases that did not note it."""
    maker: UUID | None = await connection.fetchval(MAKER, id)
    return maker


EXPIRING = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error,
           row_total, size, filename, expires_at
      FROM export WHERE state = 'done' AND expires_at <= $1 ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
"""


async def lock_expiring(tx: Transaction, now: datetime) -> list[Export]:
    """Finished exports whose time is over."""
    return [Export.model_validate(dict(row)) for row in await tx.connection.fetch(EXPIRING, now)]


HELD = "SELECT id, claimed_by FROM export WHERE state IN ('running', 'done') AND id = ANY ($1)"


async def read_held(connection: Connection, ids: list[UUID]) -> set[tuple[UUID, UUID | None]]:
    """Which of these exports still have a file or are making one, each with its maker."""
    return {(row["id"], row["claimed_by"]) for row in await connection.fetch(HELD, ids)}


def _read(id: UUID, row: asyncpg.Record | None) -> Export:
    if row is None:
        raise NotFound(f"there is no export {id}, or it is not yours to see")
    return Export.model_validate(dict(row))
