"""How the debts moved from day to day, in the campaign's zone."""

# ruff: noqa: S608 - statements are put together out of constants only

from datetime import date, datetime
from uuid import UUID

from chassis.connections import Connection
from services.reporting.counters.model import BEGINNING
from services.reporting.counters.timelines import DEBTS
from services.reporting.figures.counts import debts_at
from services.reporting.figures.tree import seen_at
from services.reporting.rules import Scope

DAYS = """
    WITH counted AS (
        SELECT starts_at AS moment, district_id, actual, actual_on_time, owed FROM quarter
         WHERE campaign_id = $1 AND starts_at < date_bin('15 minutes', $2, timestamptz '2000-01-01 00:00:00Z')
        UNION ALL
        SELECT moment, district_id, actual, actual_on_time, owed
          FROM movement JOIN cell ON cell.id = movement.cell_id
         WHERE movement.campaign_id = $1 AND moment <= $2
           AND moment >= date_bin('15 minutes', $2, timestamptz '2000-01-01 00:00:00Z')
    )
    SELECT (moment AT TIME ZONE $3)::date AS day, sum(actual) AS received, sum(actual_on_time) AS on_time,
           sum(owed) AS owed
      FROM counted WHERE $4::uuid IS NULL OR district_id = $4 GROUP BY 1 ORDER BY 1
"""
UNITS_DEBTS = f"""
    {seen_at("$2", "$3", "$4")}
    , owing AS (
        SELECT DISTINCT id FROM assignment_past WHERE campaign_id = $1 AND organization_id IN (SELECT id FROM seen)
    ), debt AS (
        {debts_at("$4", "IN (SELECT id FROM seen)")}
    )
    SELECT id FROM debt
"""
UNITS_DAYS = f"""
    SELECT (moment AT TIME ZONE $3)::date AS day, sum(actual) AS received, sum(actual_on_time) AS on_time,
           sum(owed) AS owed
      FROM ({DEBTS}) AS moved WHERE moment <= $4 AND campaign_id = $5 GROUP BY 1 ORDER BY 1
"""


async def read_days(
    connection: Connection,
    campaign_id: UUID,
    scope: Scope,
    district_id: UUID | None,
    moment: datetime,
    timezone: str,
) -> list[tuple[date, int, int, int]]:
    """By day until a moment: received, on time, and by how much what is owed moved.

    Of single units: of what they owe at that moment, with all of its past.
    """
    if scope.everything or district_id is not None:
        rows = await connection.fetch(DAYS, campaign_id, moment, timezone, district_id)
    else:
        owed = await connection.fetch(
            UNITS_DEBTS, campaign_id, scope.organization_id, scope.with_those_below, moment
        )
        ids = [row["id"] for row in owed]
        rows = await connection.fetch(UNITS_DAYS, ids, BEGINNING, timezone, moment, campaign_id)
    return [tuple(row) for row in rows]
