"""Exports in PostgreSQL, and the rows that they are made of."""

from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.reporting.exports import Export
from services.reporting.exports.annex import AnnexRow

INSERT = """
    INSERT INTO export (id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def insert(tx: Transaction, export: Export) -> None:
    """Keep an export that was asked for."""
    await tx.connection.execute(INSERT, *(getattr(export, name) for name in list(Export.model_fields)[:10]))


FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error
      FROM export WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Export:
    """The export, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no export {id}, or it is not yours to see")
    return Export.model_validate(dict(row))


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error
      FROM export WHERE campaign_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def read_page(connection: Connection, campaign_id: UUID, after: UUID, limit: int) -> list[Export]:
    """A campaign's exports, in the order in which they were asked for."""
    return [
        Export.model_validate(dict(row)) for row in await connection.fetch(LIST, campaign_id, after, limit)
    ]


CLAIM = """
    -- One that was claimed long ago belonged to a process that died over it.
    SELECT id, version, created_at, updated_at, campaign_id, kind, as_of, state, progress, rows, url, sha256, error
      FROM export
     WHERE state = 'queued' OR (state = 'running' AND claimed_at < clock_timestamp() - interval '5 minutes')
     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


async def claim(tx: Transaction) -> Export | None:
    """The oldest export that waits, held until the transaction ends; None when none does."""
    row = await tx.connection.fetchrow(CLAIM)
    return None if row is None else Export.model_validate(dict(row))


SAVE = """
    UPDATE export SET version = $2, updated_at = $3, state = $4, progress = $5, rows = $6, url = $7, sha256 = $8,
           error = $9, claimed_at = CASE WHEN $4 = 'running' THEN clock_timestamp() END
     WHERE id = $1
"""


async def save(tx: Transaction, export: Export) -> None:
    """Keep an export as it stands now."""
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
    )


ANNEX_ROWS = """
    -- Activities that were drafted here have no cell of their own: their hosts are written out.
    SELECT a.serial_number, a.category, a.name,
           coalesce(a.hosts_text, (SELECT string_agg(coalesce(o.name, host->>'outside_party'), '、' ORDER BY nth)
                                     FROM jsonb_array_elements(a.hosts) WITH ORDINALITY AS h (host, nth)
                                     LEFT JOIN organization o ON o.id = (host->>'organization_id')::uuid), '')
               AS hosts_text
      FROM activity a WHERE a.campaign_id = $1 ORDER BY coalesce(a.serial_number, 1000000), a.id
"""


async def read_annex_rows(connection: Connection, campaign_id: UUID) -> list[AnnexRow]:
    """All activities of a campaign as the annex shows them."""
    rows: list[asyncpg.Record] = await connection.fetch(ANNEX_ROWS, campaign_id)
    return [AnnexRow(**dict(row)) for row in rows]
