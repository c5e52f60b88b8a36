"""Refilling: a campaign's counters made anew out of history, which begins with what was heard before it was kept."""

# ruff: noqa: S608 - statements are put together out of constants only

from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from services.reporting.counters import timelines
from services.reporting.counters.model import BEGINNING, COUNTS
from services.reporting.counters.store import QUARTER, is_filled, rows_of_units
from services.reporting.history import handlers as history

PATIENCE = """
    -- One goes through a whole campaign at a time, so it may sort in memory; 10,000,000 submissions take some minutes.
    SELECT set_config('statement_timeout', '3600000', true), set_config('work_mem', '64MB', true)
"""

ADOPT_ORGANIZATIONS = """
    INSERT INTO organization_past (id, version, since, name, short_name, kind, parent_id, sort_order)
    SELECT id, version, $1, name, short_name, kind, parent_id, sort_order FROM organization
    ON CONFLICT (id, version) DO NOTHING
"""
ADOPT_DELIVERABLES = """
    INSERT INTO deliverable_past (id, version, since, campaign_id, kind, title, due_at)
    SELECT id, version, $1, campaign_id, kind, title, due_at FROM deliverable
    ON CONFLICT (id, version) DO NOTHING
"""
ADOPT_ACTIVITIES = """
    INSERT INTO activity_past (id, version, since, campaign_id, body)
    SELECT id, version, $1, campaign_id, to_jsonb(activity) FROM activity
    ON CONFLICT (id, version) DO NOTHING
"""
ADOPT_ASSIGNMENTS = """
    INSERT INTO assignment_past (id, version, since, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT id, version, $1, campaign_id, deliverable_id, organization_id, due_at, state
      FROM assignment WHERE campaign_id = $2
    ON CONFLICT (id, version) DO NOTHING
"""
ADOPT_SUBMISSIONS = """
    INSERT INTO submission_past (assignment_id, revision, since, state, on_time, nil_return, review_stages,
                                 review_stage)
    SELECT assignment_id, revision, $1, state, on_time, nil_return, review_stages, review_stage
      FROM submission WHERE assignment_id IN (SELECT id FROM assignment WHERE campaign_id = $2)
    ON CONFLICT (assignment_id, revision) DO NOTHING
"""
ADOPT_ACKNOWLEDGEMENTS = """
    INSERT INTO acknowledgement_past (id, version, since, campaign_id, organization_id, state)
    SELECT id, version, $1, campaign_id, organization_id, state FROM acknowledgement WHERE campaign_id = $2
    ON CONFLICT (id, version) DO NOTHING
"""
PAIRS = """
    SELECT DISTINCT campaign_id, organization_id FROM assignment_past WHERE campaign_id = $1
    UNION SELECT DISTINCT campaign_id, organization_id FROM acknowledgement_past WHERE campaign_id = $1
"""
FORGET_MOVEMENTS = "DELETE FROM movement WHERE campaign_id = $1"
FORGET_COUNTERS = "DELETE FROM counter WHERE campaign_id = $1"
FORGET_CHECKPOINTS = "DELETE FROM checkpoint WHERE campaign_id = $1"
FORGET_QUARTERS = "DELETE FROM quarter WHERE campaign_id = $1"
FORGET_ROWS = "DELETE FROM matrix_row WHERE campaign_id = $1"


def _move(timeline: str) -> str:
    return f"""
    -- In the order of their moments: as they would lie had they been heard in time, and each page is written once.
    WITH moved AS MATERIALIZED (
        SELECT campaign_id, moment, id, deliverable_id, district_id, unit_kind, due_at, {", ".join(COUNTS)}
          FROM ({timeline}) AS every
         WHERE campaign_id = $1 AND ({" OR ".join(f"{name} <> 0" for name in COUNTS)})
         ORDER BY moment, id
    ), known AS (
        INSERT INTO cell (id, campaign_id, deliverable_id, district_id, unit_kind, due_at)
        SELECT DISTINCT id, campaign_id, deliverable_id, district_id, unit_kind, due_at FROM moved
        ON CONFLICT (id) DO NOTHING
    )
    INSERT INTO movement (campaign_id, moment, cell_id, {", ".join(COUNTS)})
    SELECT campaign_id, moment, id, {", ".join(COUNTS)} FROM moved
    """


MOVE_DEBTS = _move(timelines.debts_of("IN (SELECT id FROM assignment_past WHERE campaign_id = $1)"))
MOVE_ACKNOWLEDGEMENTS = _move(
    timelines.acknowledgements_of("IN (SELECT id FROM acknowledgement_past WHERE campaign_id = $1)")
)
SUM_COUNTERS = f"""
    INSERT INTO counter (campaign_id, up_to, cell_id, {", ".join(COUNTS)})
    SELECT campaign_id, timestamptz '9999-12-31 00:00:00Z', cell_id, {", ".join(f"sum({name})" for name in COUNTS)}
      FROM movement WHERE campaign_id = $1 GROUP BY campaign_id, cell_id
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in COUNTS)}
     ORDER BY cell_id
"""
SUM_QUARTERS = f"""
    INSERT INTO quarter (campaign_id, starts_at, district_id, actual, actual_on_time, owed)
    SELECT movement.campaign_id, {QUARTER}, district_id, sum(actual), sum(actual_on_time), sum(owed)
      FROM movement JOIN cell ON cell.id = cell_id WHERE movement.campaign_id = $1 GROUP BY 1, 2, 3
    HAVING sum(actual) <> 0 OR sum(actual_on_time) <> 0 OR sum(owed) <> 0
"""
SHOW_ROWS = f"""
    INSERT INTO matrix_row (campaign_id, organization_id, cells)
    {rows_of_units("a.campaign_id = $1")}
"""


async def refill(tx: Transaction, campaign_id: UUID) -> None:
    """Make the counters of one campaign anew; rows whose past was never heard are true from now on."""
    connection = tx.connection
    await connection.execute(PATIENCE)
    for statement in (ADOPT_ASSIGNMENTS, ADOPT_SUBMISSIONS, ADOPT_ACKNOWLEDGEMENTS):
        await connection.execute(statement, tx.now, campaign_id)
    for statement in (FORGET_MOVEMENTS, FORGET_COUNTERS, FORGET_CHECKPOINTS, FORGET_QUARTERS, FORGET_ROWS):
        await connection.execute(statement, campaign_id)
    pairs = {
        (row["campaign_id"], row["organization_id"]) for row in await connection.fetch(PAIRS, campaign_id)
    }
    await history.place_all(tx, pairs)
    for statement in (MOVE_DEBTS, MOVE_ACKNOWLEDGEMENTS):
        await connection.execute(statement, campaign_id, BEGINNING)
    for statement in (SUM_COUNTERS, SUM_QUARTERS, SHOW_ROWS):
        await connection.execute(statement, campaign_id)


FILLED = "INSERT INTO counting (filled_at) VALUES ($1)"
CAMPAIGNS = "SELECT campaign_id FROM assignment UNION SELECT campaign_id FROM acknowledgement"


async def fill_once(tx: Transaction, since: datetime | None = None) -> None:
    """Begin history with the rows that an earlier release left, if that was not done yet; it is whole `since` then."""
    for statement in (ADOPT_ORGANIZATIONS, ADOPT_DELIVERABLES, ADOPT_ACTIVITIES):
        await tx.connection.execute(statement, tx.now)
    if await is_filled(tx.connection):
        return
    for row in await tx.connection.fetch(CAMPAIGNS):
        await refill(tx, row["campaign_id"])
    await tx.connection.execute(FILLED, since or tx.now)
