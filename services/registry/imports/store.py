"""Imports and what was decided for them, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.imports import Decision, ImportApplied
from services.registry.imports.verdicts import OutsideParty, Verdict


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


REMEMBER = """
    INSERT INTO decided_name (text, organization_id, outside_party, why, decided_at, decided_by)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (text) DO UPDATE SET organization_id = excluded.organization_id,
           outside_party = excluded.outside_party, why = excluded.why, decided_at = excluded.decided_at,
           decided_by = excluded.decided_by
"""


async def remember(
    tx: Transaction, verdicts: dict[str, Verdict], reasons: dict[str, str | None], by: UUID
) -> None:
    """Have these texts mean the same in every later import."""
    rows: list[tuple[str, UUID | None, str | None, str | None, datetime, UUID]] = [
        (
            text,
            None if isinstance(verdict, OutsideParty) else verdict,
            verdict.name if isinstance(verdict, OutsideParty) else None,
            reasons.get(text),
            tx.now,
            by,
        )
        for text, verdict in verdicts.items()
    ]
    await tx.connection.executemany(REMEMBER, rows)


DECIDED = """
    SELECT d.text, d.organization_id, d.outside_party
      FROM decided_name d LEFT JOIN organization o ON o.id = d.organization_id
     WHERE o.closed_on IS NULL
     ORDER BY d.text
"""


async def read_decided(connection: Connection) -> dict[str, Verdict]:
    """What texts were decided to mean; one that meant a unit closed since is to be decided again."""
    return {
        row["text"]: row["organization_id"] or OutsideParty(row["outside_party"])
        for row in await connection.fetch(DECIDED)
    }


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
