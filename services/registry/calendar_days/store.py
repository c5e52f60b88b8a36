"""Calendar days in PostgreSQL."""

from datetime import date

from chassis.calendar import WorkingCalendar
from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.calendar_days import CalendarDay
from services.registry.calendar_days import model

STANDING = """
    SELECT id, version, created_at, updated_at, date, kind, name, cleared_at
      FROM calendar_day WHERE cleared_at IS NULL ORDER BY date
"""


async def read_standing(connection: Connection) -> list[CalendarDay]:
    """Every date of which the office says something."""
    return [CalendarDay.model_validate(dict(row)) for row in await connection.fetch(STANDING)]


async def read_calendar(connection: Connection) -> WorkingCalendar:
    """The calendar that holds: the office's table over the published one."""
    return model.calendar_of(await read_standing(connection))


LOCK = """
    SELECT id, version, created_at, updated_at, date, kind, name, cleared_at
      FROM calendar_day WHERE date = $1 FOR UPDATE
"""


async def lock(tx: Transaction, day: date) -> CalendarDay | None:
    """What the office says, or once said, of a date; None when it never did."""
    row = await tx.connection.fetchrow(LOCK, day)
    return None if row is None else CalendarDay.model_validate(dict(row))


INSERT = """
    INSERT INTO calendar_day (id, version, created_at, updated_at, date, kind, name, cleared_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (date) DO NOTHING
"""


async def insert(tx: Transaction, day: CalendarDay) -> bool:
    """Keep what is said of a date; False when somebody else said something of it in the same moment."""
    values = [getattr(day, name) for name in CalendarDay.model_fields]
    return await tx.connection.execute(INSERT, *values) == "INSERT 0 1"


SAVE = "UPDATE calendar_day SET version = $2, updated_at = $3, kind = $4, name = $5, cleared_at = $6 WHERE id = $1"


async def save(tx: Transaction, day: CalendarDay) -> None:
    """Keep what is said of a date now."""
    await tx.connection.execute(SAVE, day.id, day.version, day.updated_at, day.kind, day.name, day.cleared_at)
