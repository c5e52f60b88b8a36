"""Snapshots in PostgreSQL, which refuses to change one."""

# ruff: noqa: S608 - statements are put together out of constants only

import json
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.reporting.snapshots import ListedSnapshot, Snapshot
from services.reporting.figures.counts import debts_at

STATES = f"""
    WITH owing AS (
        SELECT DISTINCT id FROM assignment_past WHERE campaign_id = $1
    ), debt AS (
        {debts_at("$2", "IS NOT NULL")}
    )
    SELECT deliverable_id,
           CASE WHEN state = 'waived' THEN 'waived'
                WHEN coalesce(handed_in, 'withdrawn') <> 'withdrawn'
                     THEN CASE WHEN handed_in = 'received' AND NOT on_time THEN 'late' ELSE handed_in END
                WHEN due_at < $2 THEN 'overdue' ELSE 'owed' END AS state,
           count(*) AS cell_count
      FROM debt GROUP BY 1, 2 ORDER BY 1, 2
"""


async def count_states(
    connection: Connection, campaign_id: UUID, moment: datetime
) -> dict[UUID, dict[str, int]]:
    """How many cells of the matrix stood in each state at a moment, by deliverable."""
    found: dict[UUID, dict[str, int]] = {}
    for row in await connection.fetch(STATES, campaign_id, moment):
        found.setdefault(row["deliverable_id"], {})[row["state"]] = row["cell_count"]
    return found


NUMBER = "SELECT coalesce(max(number), 0) + 1 FROM snapshot WHERE campaign_id = $1"
INSERT = """
    INSERT INTO snapshot (id, campaign_id, number, title, as_of, taken_at, taken_by, content, sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def next_number(tx: Transaction, campaign_id: UUID) -> int:
    """The number of the next; nobody else may be counting, or taking one, meanwhile."""
    number: int = await tx.connection.fetchval(NUMBER, campaign_id)
    return number


async def insert(tx: Transaction, snapshot: Snapshot, content: str) -> None:
    """Keep it, for good."""
    await tx.connection.execute(
        INSERT,
        snapshot.id,
        snapshot.campaign_id,
        snapshot.number,
        snapshot.title,
        snapshot.as_of,
        snapshot.taken_at,
        snapshot.taken_by,
        content,
        snapshot.sha256,
    )


FIND = """
    SELECT id, campaign_id, number, title, as_of, taken_at, taken_by, content, sha256
      FROM snapshot WHERE campaign_id = $1 AND number = $2
"""


async def find(connection: Connection, campaign_id: UUID, number: int) -> Snapshot:
    """The snapshot, or NotFound."""
    row = await connection.fetchrow(FIND, campaign_id, number)
    if row is None:
        raise NotFound(f"the campaign has no snapshot {number}")
    return Snapshot.model_validate({**row, "content": json.loads(row["content"])})


LIST = """
    SELECT id, campaign_id, number, title, as_of, taken_at, taken_by, sha256
      FROM snapshot WHERE campaign_id = $1 AND number > $2 ORDER BY number LIMIT $3
"""


async def read_page(
    connection: Connection, campaign_id: UUID, after: int, limit: int
) -> list[ListedSnapshot]:
    """A campaign's snapshots by number."""
    return [
        ListedSnapshot.model_validate(dict(row))
        for row in await connection.fetch(LIST, campaign_id, after, limit)
    ]
