"""The texts of the matrix's rows, written anew by the clock wherever the rows have changed or fallen due."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from chassis.connections import Connection
from chassis.database import Database
from services.reporting.figures.cells import FORM, write_cells
from services.reporting.figures.matrix import debts_of_cells

AT_ONCE = 25
"""Rows a transaction."""

log = structlog.get_logger()

Key = tuple[UUID, UUID]
"""A campaign and a unit that owes something in it."""

STALE = """
    -- xmin, the transaction that wrote a row, changes with it, whoever writes it. A later release's text is left alone.
    SELECT r.campaign_id, r.organization_id
      FROM matrix_row r JOIN campaign c ON c.id = r.campaign_id
      LEFT JOIN matrix_text t ON t.campaign_id = r.campaign_id AND t.organization_id = r.organization_id
     WHERE (t.made_of = r.xmin AND t.form >= $2 AND t.zone = c.timezone AND $1 BETWEEN t.since AND t.until) IS NOT TRUE
     LIMIT 1000
"""


async def find_stale(connection: Connection, now: datetime) -> list[Key]:
    """Rows without a text that holds now, a thousand at most."""
    return [(row["campaign_id"], row["organization_id"]) for row in await connection.fetch(STALE, now, FORM)]


CELLS = """
    SELECT r.campaign_id, r.organization_id, r.xmin::text AS made_of, $3::integer AS form, c.timezone AS zone, r.cells
      FROM unnest($1::uuid[], $2::uuid[]) AS stale (campaign_id, organization_id)
      JOIN matrix_row r USING (campaign_id, organization_id) JOIN campaign c ON c.id = r.campaign_id
     ORDER BY r.campaign_id, r.organization_id
"""


async def read_cells(connection: Connection, keys: Sequence[Key]) -> list[dict[str, Any]]:
    """The cells of these rows, with what their text will hold for."""
    rows = await connection.fetch(CELLS, [key[0] for key in keys], [key[1] for key in keys], FORM)
    return [dict(row) for row in rows]


KEEP = """
    INSERT INTO matrix_text (campaign_id, organization_id, made_of, form, zone, since, until, body)
    VALUES ($1, $2, $3::text::xid, $4, $5, $6, $7, $8)
    ON CONFLICT (campaign_id, organization_id) DO UPDATE SET made_of = excluded.made_of, form = excluded.form,
           zone = excluded.zone, since = excluded.since, until = excluded.until, body = excluded.body
"""
FORGET = """
    DELETE FROM matrix_text t
     WHERE NOT EXISTS (SELECT FROM matrix_row r
                        WHERE r.campaign_id = t.campaign_id AND r.organization_id = t.organization_id)
"""


async def keep_texts(database: Database) -> None:
    """Write the texts that are wanting, until none is that can be written."""
    written = 1
    while written:
        now, written = database.clock.now(), 0
        async with database.reading() as connection:
            stale = await find_stale(connection, now)
        for start in range(0, len(stale), AT_ONCE):
            written += await _keep(database, stale[start : start + AT_ONCE], now)
    async with database.transaction() as tx:
        await tx.connection.execute(FORGET)


async def _keep(database: Database, keys: Sequence[Key], now: datetime) -> int:
    async with database.transaction() as tx:
        texts = []
        for row in await read_cells(tx.connection, keys):
            texts += _write(row, now)
            # One row at a time is long enough for whoever else is to be answered.
            await asyncio.sleep(0)
        await tx.connection.executemany(KEEP, texts)
    return len(texts)


def _write(row: dict[str, Any], now: datetime) -> list[tuple[Any, ...]]:
    """The text of one row; none where it cannot be written, which is no fault of the others."""
    try:
        text = write_cells(debts_of_cells(row.pop("cells")), now, ZoneInfo(row["zone"]))
    except (OverflowError, ZoneInfoNotFoundError) as error:
        log.error("matrix_text_failed", organization_id=str(row["organization_id"]), error=repr(error))
        return []
    return [(*row.values(), text.since, text.until, text.body)]
