"""Checks: the counters beside a plain GROUP BY over the present rows; what has drifted is named and counted anew."""

# ruff: noqa: S608 - statements are put together out of constants only

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from chassis.connections import Connection
from chassis.database import Database, Transaction
from services.reporting.counters import refilling, store
from services.reporting.counters.metrics import CounterMetrics
from services.reporting.counters.model import COUNTS
from services.reporting.counters.store import rows_of_units
from services.reporting.counters.timelines import CELL_ID

log = structlog.get_logger()
_CELL = "campaign_id, deliverable_id, district_id, unit_kind, due_at"

CAMPAIGNS = """
    SELECT campaign_id FROM assignment UNION SELECT campaign_id FROM acknowledgement
    UNION SELECT campaign_id FROM counter ORDER BY campaign_id
"""
DRIFTS = f"""
    WITH placed AS (
        SELECT DISTINCT ON (organization_id) organization_id, district_id, unit_kind FROM placement
         WHERE campaign_id = $1 ORDER BY organization_id, since DESC
    ), debt AS (
        SELECT a.campaign_id, a.deliverable_id, district_id, coalesce(unit_kind, '') AS unit_kind, a.due_at,
               a.state <> 'waived' AS owes, a.state = 'waived' AS waived, s.state, s.on_time, s.nil_return
          FROM assignment a
          LEFT JOIN submission s ON s.assignment_id = a.id AND s.state <> 'withdrawn'
          LEFT JOIN placed USING (organization_id)
         WHERE a.campaign_id = $1
    ), expected AS (
        SELECT {_CELL}, count(*) FILTER (WHERE owes) AS expected,
               count(*) FILTER (WHERE owes AND state IS NOT NULL) AS actual,
               count(*) FILTER (WHERE owes AND on_time) AS actual_on_time,
               count(*) FILTER (WHERE owes AND state = 'accepted') AS accepted,
               count(*) FILTER (WHERE owes AND state = 'returned') AS returned,
               count(*) FILTER (WHERE owes AND nil_return) AS nil_returns,
               count(*) FILTER (WHERE waived) AS waived,
               count(*) FILTER (WHERE owes AND state IS NULL) AS owed,
               0::bigint AS acknowledgements_owed, 0::bigint AS acknowledgements_given
          FROM debt GROUP BY {_CELL}
        UNION ALL
        SELECT campaign_id, NULL, district_id, coalesce(unit_kind, ''), NULL, 0, 0, 0, 0, 0, 0, 0, 0,
               count(*) FILTER (WHERE state <> 'replaced'), count(*) FILTER (WHERE state = 'acknowledged')
          FROM acknowledgement LEFT JOIN placed USING (organization_id)
         WHERE campaign_id = $1 GROUP BY campaign_id, district_id, coalesce(unit_kind, '')
    ), account AS (
        SELECT {CELL_ID} AS cell_id, 'expected' AS side, {", ".join(COUNTS)} FROM expected
        UNION ALL
        SELECT cell_id, 'counted', {", ".join(COUNTS)} FROM counter
         WHERE campaign_id = $1 AND up_to = timestamptz '9999-12-31 00:00:00Z'
    )
    SELECT cell_id, {
    ", ".join(
        f"coalesce(sum({name}) FILTER (WHERE side = '{side}'), 0)::integer AS {side}_{name}"
        for side in ("expected", "counted")
        for name in COUNTS
    )
}
      FROM account GROUP BY cell_id
    HAVING {
    " OR ".join(
        f"coalesce(sum({name}) FILTER (WHERE side = 'expected'), 0)"
        f" <> coalesce(sum({name}) FILTER (WHERE side = 'counted'), 0)"
        for name in COUNTS
    )
}
     ORDER BY cell_id
"""
WRONG_ROWS = f"""
    WITH expected AS (
        {rows_of_units("a.campaign_id = $1")}
    ), kept AS (
        SELECT organization_id, cells FROM matrix_row WHERE campaign_id = $1
    )
    SELECT organization_id FROM expected FULL JOIN kept USING (organization_id)
     WHERE expected.cells IS DISTINCT FROM kept.cells ORDER BY organization_id
"""
KEEP = """
    INSERT INTO drift (campaign_id, found_at, cell_id, counted, expected) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (campaign_id, found_at, cell_id) DO NOTHING
"""
LIST = """
    SELECT campaign_id, found_at, cell_id, counted, expected FROM drift ORDER BY found_at DESC, cell_id LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """A cell whose counts are not what the rows come to, or the matrix row of a unit, named by the unit's id."""

    cell_id: UUID
    counted: dict[str, Any]
    expected: dict[str, Any]


async def find_drifts(connection: Connection, campaign_id: UUID) -> list[Drift]:
    """What differs in a campaign; looking through a million rows may take longer than a request would."""
    await connection.execute(refilling.PATIENCE)
    drifts = []
    for row in await connection.fetch(DRIFTS, campaign_id):
        sides = [{name: row[f"{side}_{name}"] for name in COUNTS} for side in ("counted", "expected")]
        differing = [name for name in COUNTS if sides[0][name] != sides[1][name]]
        counted, expected = ({name: side[name] for name in differing} for side in sides)
        drifts.append(Drift(row["cell_id"], counted, expected))
    wrong = await connection.fetch(WRONG_ROWS, campaign_id)
    return drifts + [Drift(row["organization_id"], {"row": "wrong"}, {"row": "as kept"}) for row in wrong]


async def check(database: Database, metrics: CounterMetrics) -> None:
    """Fill the counters when they never were; then check every campaign, and count anew what has drifted."""
    async with database.transaction() as tx:
        await store.begin(tx)
        await refilling.fill_once(tx)
    async with database.reading() as connection:
        campaigns = [row["campaign_id"] for row in await connection.fetch(CAMPAIGNS)]
    for campaign_id in campaigns:
        async with database.looking() as connection:
            drifts = await find_drifts(connection, campaign_id)
        if drifts:
            await mend(database, campaign_id, metrics)
    metrics.checked.set_to_current_time()


async def mend(database: Database, campaign_id: UUID, metrics: CounterMetrics) -> None:
    """Count a campaign anew, and keep what was wrong: seen again under the lock, for it may be mended already."""
    async with database.transaction() as tx:
        await store.begin(tx)
        drifts = await find_drifts(tx.connection, campaign_id)
        await refilling.refill(tx, campaign_id)
        await _keep(tx, campaign_id, drifts, tx.now)
    metrics.drifted.inc(len(drifts))
    for drift in drifts[:20]:
        log.error(
            "counters_drifted",
            campaign_id=str(campaign_id),
            cell_id=str(drift.cell_id),
            counted=drift.counted,
            expected=drift.expected,
            drift_count=len(drifts),
        )


async def _keep(tx: Transaction, campaign_id: UUID, drifts: Sequence[Drift], at: datetime) -> None:
    await tx.connection.executemany(
        KEEP, [(campaign_id, at, drift.cell_id, drift.counted, drift.expected) for drift in drifts[:200]]
    )


async def read_drifts(connection: Connection) -> list[dict[str, Any]]:
    """The newest drifts that were found."""
    return [dict(row) for row in await connection.fetch(LIST)]
