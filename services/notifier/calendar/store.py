"""The calendar in PostgreSQL."""

from collections.abc import Sequence

from chassis.calendar import WorkingCalendar
from chassis.connections import Connection
from contracts.registry.calendar_days import CalendarDay

KEEP = """
    INSERT INTO calendar_day AS known (id, version, date, kind, name, cleared_at)
    SELECT id, version, date, kind, name, cleared_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, date date, kind text, name text,
                                            cleared_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, date = excluded.date, kind = excluded.kind,
           name = excluded.name, cleared_at = excluded.cleared_at
     WHERE excluded.version > known.version
"""


async def keep(connection: Connection, days: Sequence[CalendarDay]) -> None:
    """Keep those that are newer than what is known; each id at most once."""
    await connection.execute(KEEP, [each.model_dump(mode="json") for each in days])


STANDING = "SELECT date, kind, name FROM calendar_day WHERE cleared_at IS NULL"


async def read_calendar(connection: Connection) -> WorkingCalendar:
    """The calendar that holds: the office's table over the published one."""
    rows = await connection.fetch(STANDING)
    return WorkingCalendar(
        days_off={row["date"]: row["name"] or "" for row in rows if row["kind"] == "day_off"},
        working_days=frozenset(row["date"] for row in rows if row["kind"] == "working_day"),
    )
