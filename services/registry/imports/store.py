"""Imports and what was decided for them, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.imports import Decision, ImportApplied, ImportKind

State = Literal["reading", "previewed", "applied", "failed"]


@dataclass(frozen=True, slots=True)
class Import:
    """A file that came, and how far it is. `findings` are JSON, by the register whose mark was `register`."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    campaign_id: UUID
    kind: ImportKind
    filename: str
    sha256: str
    state: State
    row_count: int
    progress: float
    findings: str | None = None
    register: str | None = None
    problem: dict[str, Any] | None = None


INSERT = """
    INSERT INTO import (id, version, created_at, updated_at, campaign_id, kind, filename, sha256, state, row_count,
                        progress, findings, register, problem, file, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


async def insert(tx: Transaction, imported: Import, file: bytes, by: UUID) -> None:
    """Keep a file that was read, or is to be."""
    await tx.connection.execute(INSERT, *(getattr(imported, name) for name in _NAMES), file, by)


FIND = """
    SELECT id, version, created_at, coalesce(updated_at, created_at) AS updated_at, campaign_id, kind, filename, sha256,
           state, row_count, progress, findings, register, problem
      FROM import WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Import:
    """The import, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no import {id}, or it is not yours to see")
    return Import(**dict(row))


READ_FILE = "SELECT file FROM import WHERE id = $1"


async def read_file(connection: Connection, id: UUID) -> bytes:
    """The file, byte for byte as it came."""
    file: bytes = await connection.fetchval(READ_FILE, id)
    return file


REFIND = """
    -- Not over what another process found by a register that is newer still.
    UPDATE import SET version = version + 1, updated_at = $2, findings = $3, register = $4, row_count = $5
     WHERE id = $1 AND version = $6 AND state IN ('previewed', 'applied')
    RETURNING version
"""


async def save_findings(
    tx: Transaction, imported: Import, findings: str, register: str, row_count: int
) -> int | None:
    """Keep what was found anew; the version that it has now, None when another was quicker."""
    version: int | None = await tx.connection.fetchval(
        REFIND, imported.id, tx.now, findings, register, row_count, imported.version
    )
    return version


APPLY = """
    UPDATE import SET state = 'applied', version = version + 1, updated_at = $2, applied_at = $2, outcome = $3
     WHERE id = $1
"""
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


_NAMES = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "campaign_id",
    "kind",
    "filename",
    "sha256",
    "state",
    "row_count",
    "progress",
    "findings",
    "register",
    "problem",
)
