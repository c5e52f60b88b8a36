"""Counters in PostgreSQL: movements and the counts that are summed from them, moved by differences."""

# ruff: noqa: S608 - statements are put together out of constants only

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from services.reporting.counters.model import COUNTS, Cell, Movements, read_movements

BEGIN = """
    -- One batch counts at a time: each would wait for another's rows anyhow, and so none waits for a circle. What is
    -- rebuilt beside them has rows, and a turn, of its own.
    SELECT pg_advisory_xact_lock(hashtext('rollcall reporting counters of ' || current_schema()))
"""


async def begin(tx: Transaction) -> None:
    """Wait until nobody else counts; from here on this transaction sees what they have counted."""
    await tx.connection.execute(BEGIN)


IS_FILLED = "SELECT EXISTS (SELECT FROM counting)"


async def is_filled(connection: Connection) -> bool:
    """Whether the counters hold all that was heard so far."""
    return bool(await connection.fetchval(IS_FILLED))


async def read(
    tx: Transaction, timeline: str, ids: Sequence[UUID], since: datetime
) -> dict[tuple[datetime, Cell], tuple[int, ...]]:
    """How these debts move the counts from a moment on; `timeline` is one of the module timelines."""
    return read_movements([dict(row) for row in await tx.connection.fetch(timeline, ids, since)])


_MOVED = f"""
    moved AS (
        SELECT campaign_id, moment, cell_id, district_id, {", ".join(COUNTS)}
          FROM jsonb_to_recordset($1) AS net (campaign_id uuid, moment timestamptz, cell_id uuid, district_id uuid,
                                              {", ".join(f"{name} integer" for name in COUNTS)})
    )"""
_ADD = ", ".join(f"{name} = known.{name} + net.{name}" for name in COUNTS)
_NOTHING = " AND ".join(f"known.{name} + net.{name} = 0" for name in COUNTS)
_ANY = " OR ".join(f"sum({name}) <> 0" for name in COUNTS)
_SUMS = ", ".join(f"sum({name})::integer AS {name}" for name in COUNTS)
_NET = ", ".join(f"net.{name}" for name in COUNTS)

KEEP_CELLS = """
    INSERT INTO cell (id, campaign_id, deliverable_id, district_id, unit_kind, due_at)
    SELECT cell_id, campaign_id, deliverable_id, district_id, unit_kind, due_at
      FROM jsonb_to_recordset($1) AS net (cell_id uuid, campaign_id uuid, deliverable_id uuid, district_id uuid,
                                          unit_kind text, due_at timestamptz)
    ON CONFLICT (id) DO NOTHING
"""
KEEP_MOVEMENTS = f"""
    WITH {_MOVED}
    MERGE INTO movement AS known USING moved AS net
       ON known.campaign_id = net.campaign_id AND known.moment = net.moment AND known.cell_id = net.cell_id
    WHEN MATCHED AND {_NOTHING} THEN DELETE
    WHEN MATCHED THEN UPDATE SET {_ADD}
    WHEN NOT MATCHED THEN INSERT (campaign_id, moment, cell_id, {", ".join(COUNTS)})
         VALUES (net.campaign_id, net.moment, net.cell_id, {_NET})
"""
KEEP_COUNTERS = f"""
    WITH {_MOVED}, kept AS (
        SELECT campaign_id, up_to FROM checkpoint WHERE campaign_id IN (SELECT campaign_id FROM moved)
        UNION ALL
        SELECT DISTINCT campaign_id, timestamptz '9999-12-31 00:00:00Z' FROM moved
    ), summed AS (
        SELECT campaign_id, up_to, cell_id, {_SUMS}
          FROM moved JOIN kept USING (campaign_id) WHERE up_to >= moment GROUP BY campaign_id, up_to, cell_id
        HAVING {_ANY}
    )
    MERGE INTO counter AS known USING summed AS net
       ON known.campaign_id = net.campaign_id AND known.up_to = net.up_to AND known.cell_id = net.cell_id
    WHEN MATCHED AND {_NOTHING} THEN DELETE
    WHEN MATCHED THEN UPDATE SET {_ADD}
    WHEN NOT MATCHED THEN INSERT (campaign_id, up_to, cell_id, {", ".join(COUNTS)})
         VALUES (net.campaign_id, net.up_to, net.cell_id, {_NET})
"""
QUARTER = "date_bin('15 minutes', moment, timestamptz '2000-01-01 00:00:00Z')"
KEEP_QUARTERS = f"""
    WITH {_MOVED}, summed AS (
        SELECT campaign_id, {QUARTER} AS starts_at, district_id, sum(actual)::integer AS actual,
               sum(actual_on_time)::integer AS actual_on_time, sum(owed)::integer AS owed
          FROM moved GROUP BY 1, 2, 3
    )
    MERGE INTO quarter AS known USING summed AS net
       ON known.campaign_id = net.campaign_id AND known.starts_at = net.starts_at
          AND known.district_id IS NOT DISTINCT FROM net.district_id
    WHEN MATCHED AND known.actual + net.actual = 0 AND known.actual_on_time + net.actual_on_time = 0
                 AND known.owed + net.owed = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET actual = known.actual + net.actual,
         actual_on_time = known.actual_on_time + net.actual_on_time, owed = known.owed + net.owed
    WHEN NOT MATCHED AND NOT (net.actual = 0 AND net.actual_on_time = 0 AND net.owed = 0)
         THEN INSERT (campaign_id, starts_at, district_id, actual, actual_on_time, owed)
              VALUES (net.campaign_id, net.starts_at, net.district_id, net.actual, net.actual_on_time, net.owed)
"""


async def fold(connection: Connection, moved: Movements) -> None:
    """Move the counters by differences; a count that comes to nothing leaves no row."""
    if not moved:
        return
    rows: list[dict[str, Any]] = [
        {
            "campaign_id": str(cell.campaign_id),
            "moment": moment.isoformat(),
            "cell_id": str(cell.id),
            "deliverable_id": cell.deliverable_id and str(cell.deliverable_id),
            "district_id": cell.district_id and str(cell.district_id),
            "unit_kind": cell.unit_kind,
            "due_at": cell.due_at and cell.due_at.isoformat(),
            **dict(zip(COUNTS, counts, strict=True)),
        }
        for (moment, cell), counts in moved.items()
    ]
    for statement in (KEEP_CELLS, KEEP_MOVEMENTS, KEEP_COUNTERS, KEEP_QUARTERS):
        await connection.execute(statement, rows)


def rows_of_units(among: str) -> str:
    """Rows of the matrix out of the assignments that `among` tells of."""
    return f"""
    SELECT a.campaign_id, a.organization_id,
           jsonb_object_agg(a.id, jsonb_build_array(a.deliverable_id, a.due_at, a.state, s.state, s.on_time,
                                                    s.nil_return, s.review_stages, s.review_stage)) AS cells
      FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
     WHERE {among} GROUP BY a.campaign_id, a.organization_id
    """


KEEP_ROWS = f"""
    INSERT INTO matrix_row AS known (campaign_id, organization_id, cells)
    {rows_of_units("a.id = ANY ($1::uuid[])")}
    ON CONFLICT (campaign_id, organization_id) DO UPDATE SET cells = known.cells || excluded.cells
"""
LEAVE_ROWS = """
    WITH gone AS (
        SELECT p.campaign_id, p.organization_id, array_agg(DISTINCT p.id::text) AS ids
          FROM assignment_past p JOIN assignment a USING (id)
         WHERE p.id = ANY ($1::uuid[]) AND (p.campaign_id, p.organization_id) <> (a.campaign_id, a.organization_id)
         GROUP BY 1, 2
    )
    MERGE INTO matrix_row AS known USING gone
       ON known.campaign_id = gone.campaign_id AND known.organization_id = gone.organization_id
    WHEN MATCHED AND known.cells - gone.ids = '{}' THEN DELETE
    WHEN MATCHED AND known.cells ?| gone.ids THEN UPDATE SET cells = known.cells - gone.ids
"""


async def show(connection: Connection, assignment_ids: Sequence[UUID]) -> None:
    """Bring the cells of these assignments in the matrix up to their rows, under whoever owes them now."""
    if not await is_filled(connection):
        return
    await connection.execute(KEEP_ROWS, assignment_ids)
    await connection.execute(LEAVE_ROWS, assignment_ids)
