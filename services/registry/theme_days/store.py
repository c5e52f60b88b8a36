"""Theme days in PostgreSQL."""

from datetime import date
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import Conflict
from contracts.registry.theme_days import ThemeDay


class ThemeDaySetAlready(Conflict):
    """The campaign has this theme on this day."""


INSERT = """
    INSERT INTO theme_day (id, version, created_at, updated_at, campaign_id, date, name, organiser_ids,
                           taken_from_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def insert(tx: Transaction, theme_day: ThemeDay) -> None:
    """Keep a new theme day."""
    try:
        await tx.connection.execute(INSERT, *(getattr(theme_day, name) for name in ThemeDay.model_fields))
    except asyncpg.UniqueViolationError:
        raise ThemeDaySetAlready(f"{theme_day.name!r} on {theme_day.date} is set already") from None


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, date, name, organiser_ids, taken_from_id
      FROM theme_day WHERE campaign_id = $1 AND (date, id) > ($2, $3) ORDER BY date, id LIMIT $4
"""


async def read_page(
    connection: Connection, campaign_id: UUID, after: tuple[date, UUID], limit: int
) -> list[ThemeDay]:
    """A campaign's theme days by date."""
    rows = await connection.fetch(LIST, campaign_id, *after, limit)
    return [ThemeDay.model_validate(dict(row)) for row in rows]


ALL = """
    SELECT id, version, created_at, updated_at, campaign_id, date, name, organiser_ids, taken_from_id
      FROM theme_day WHERE campaign_id = $1 ORDER BY date, id
"""


async def read_all(connection: Connection, campaign_id: UUID) -> list[ThemeDay]:
    """All of a campaign's theme days, by date: there are never many."""
    return [ThemeDay.model_validate(dict(row)) for row in await connection.fetch(ALL, campaign_id)]
