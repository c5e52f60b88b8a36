"""Editions in PostgreSQL: written once, and never again."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.editions import Edition, EditionRow

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, number, title, note, activity_count, rows_sha256
      FROM edition WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Edition:
    """The edition, or NotFound."""
    return _read(await connection.fetchrow(FIND, id), f"there is no edition {id}")


FIND_NUMBER = """
    SELECT id, version, created_at, updated_at, campaign_id, number, title, note, activity_count, rows_sha256
      FROM edition WHERE campaign_id = $1 AND number = $2
"""


async def find_number(connection: Connection, campaign_id: UUID, number: int) -> Edition:
    """The campaign's edition of this number, or NotFound."""
    row = await connection.fetchrow(FIND_NUMBER, campaign_id, number)
    return _read(row, f"this campaign has no edition {number}")


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, number, title, note, activity_count, rows_sha256
      FROM edition WHERE campaign_id = $1 AND number > $2 ORDER BY number LIMIT $3
"""


async def read_page(connection: Connection, campaign_id: UUID, after: int, limit: int) -> list[Edition]:
    """A campaign's editions by their numbers."""
    return [
        Edition.model_validate(dict(row)) for row in await connection.fetch(LIST, campaign_id, after, limit)
    ]


LAST_NUMBER = "SELECT coalesce(max(number), 0) FROM edition WHERE campaign_id = $1"


async def read_last_number(connection: Connection, campaign_id: UUID) -> int:
    """The number of the newest edition; 0 before the first."""
    number: int = await connection.fetchval(LAST_NUMBER, campaign_id)
    return number


CHOSEN = "SELECT id FROM activity WHERE campaign_id = $1 AND selection = 'key' AND state <> 'cancelled'"


async def find_chosen(connection: Connection, campaign_id: UUID) -> list[UUID]:
    """The activities that stand in the next edition."""
    return [row["id"] for row in await connection.fetch(CHOSEN, campaign_id)]


PRINT = """
    -- Activities that were drafted here have no cell of their own: their hosts are written out.
    SELECT a.id AS activity_id, a.serial_number, a.category, a.name,
           coalesce(a.hosts_text, (SELECT string_agg(coalesce(host->>'written_as', o.name, host->>'outside_party'), '、'
                                                     ORDER BY nth)
                                     FROM jsonb_array_elements(a.hosts) WITH ORDINALITY AS h (host, nth)
                                     LEFT JOIN organization o ON o.id = (host->>'organization_id')::uuid), '')
               AS hosts_text
      FROM activity a WHERE a.id = ANY ($1) ORDER BY coalesce(a.serial_number, 1000000), a.id
"""


async def print_rows(connection: Connection, ids: Sequence[UUID]) -> list[EditionRow]:
    """These activities as the annex prints them, by serial number."""
    return [EditionRow.model_validate(dict(row)) for row in await connection.fetch(PRINT, ids)]


INSERT = """
    INSERT INTO edition (id, version, created_at, updated_at, campaign_id, number, title, note, activity_count,
                         rows_sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
INSERT_ROW = """
    INSERT INTO edition_row (edition_id, nth, activity_id, serial_number, category, name, hosts_text)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def insert(tx: Transaction, edition: Edition, rows: Sequence[EditionRow]) -> None:
    """Keep an edition with its rows."""
    await tx.connection.execute(INSERT, *(getattr(edition, name) for name in Edition.model_fields))
    values = [
        (edition.id, nth, row.activity_id, row.serial_number, row.category, row.name, row.hosts_text)
        for nth, row in enumerate(rows, start=1)
    ]
    await tx.connection.executemany(INSERT_ROW, values)


ROWS = """
    SELECT activity_id, serial_number, category, name, hosts_text FROM edition_row WHERE edition_id = $1 ORDER BY nth
"""


async def read_rows(connection: Connection, id: UUID) -> list[EditionRow]:
    """An edition's rows, as they were frozen."""
    return [EditionRow.model_validate(dict(row)) for row in await connection.fetch(ROWS, id)]


def _read(row: asyncpg.Record | None, otherwise: str) -> Edition:
    if row is None:
        raise NotFound(otherwise)
    return Edition.model_validate(dict(row))
