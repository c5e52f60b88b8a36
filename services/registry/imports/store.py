"""Imports and what was decided for them, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.imports import Decision, ImportApplied


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file as it came."""

    id: UUID
    campaign_id: UUID
    kind: Literal["activities"]
    filename: str
    file: bytes
    sha256: str
    state: Literal["previewed", "applied"]


INSERT = """
    INSERT INTO import (id, campaign_id, kind, filename, file, sha256, state, created_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def insert(tx: Transaction, imported: ImportedFile, by: UUID) -> None:
    """Keep a file that was read."""
    await tx.connection.execute(
        INSERT,
        imported.id,
        imported.campaign_id,
        imported.kind,
        imported.filename,
        imported.file,
        imported.sha256,
        imported.state,
        tx.now,
        by,
    )


FIND = "SELECT id, campaign_id, kind, filename, file, sha256, state FROM import WHERE id = $1"


async def find(connection: Connection, id: UUID) -> ImportedFile:
    """The import, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no import {id}")
    return ImportedFile(**dict(row))


APPLY = "UPDATE import SET state = 'applied', applied_at = $2, outcome = $3 WHERE id = $1"
DECIDE = """
    INSERT INTO import_decision (import_id, nth, decision, decided_at, decided_by)
    SELECT $1, coalesce(max(nth), 0) + 1, $2, $3, $4 FROM import_decision WHERE import_id = $1
"""


async def save_applied(
    tx: Transaction, id: UUID, outcome: ImportApplied, decisions: Sequence[Decision], by: UUID
) -> None:
    """Keep what came of it, and each decision with who and when."""
    await tx.connection.execute(APPLY, id, tx.now, outcome.model_dump(mode="json"))
    rows = [(id, decision.model_dump(mode="json"), tx.now, by) for decision in decisions]
    await tx.connection.executemany(DECIDE, rows)


CATEGORIES = """
    SELECT (d.decision->>'row')::int AS row, d.decision->>'category' AS category
      FROM import i JOIN import_decision d ON d.import_id = i.id
     WHERE i.campaign_id = $1 AND i.sha256 = $2 AND d.decision->>'category' IS NOT NULL
     ORDER BY d.decided_at, d.nth
"""


async def read_categories(connection: Connection, campaign_id: UUID, sha256: str) -> dict[int, str]:
    """What was decided for rows of this very file when it was applied before."""
    rows = await connection.fetch(CATEGORIES, campaign_id, sha256)
    return {row["row"]: row["category"] for row in rows}
