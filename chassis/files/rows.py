"""Rows of stored files in PostgreSQL: the statements are the same over each service's own table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Generic
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.files.stored import AnyFile

_COLUMNS = (
    "id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding"
)
_STATEMENTS: Mapping[str, str] = {
    "insert": """
        INSERT INTO {files} ({columns}, scan_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now())
    """,
    "find": "SELECT {columns} FROM {files} WHERE id = $1",
    "page": """
        SELECT {columns} FROM {files}
         WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR state = $3) ORDER BY id LIMIT $4
    """,
    "count_unused": "SELECT count(*) FROM {files} f WHERE f.organization_id = $1 AND NOT EXISTS ({naming})",
    "claim_scan": """
        -- One process scans it at a time; one that died leaves it to the next after three minutes.
        UPDATE {files} SET scan_after = now() + interval '3 minutes'
         WHERE id = (SELECT id FROM {files} WHERE state IN ('scanning', 'unscanned') AND scan_after <= now()
                      ORDER BY scan_after LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {columns}
    """,
    "put_off_scan": "UPDATE {files} SET scan_after = now() + interval '20 seconds' WHERE id = $1",
    "lock": "SELECT {columns} FROM {files} WHERE id = $1 FOR NO KEY UPDATE",
    "judge": "UPDATE {files} SET version = $2, updated_at = $3, state = $4, finding = $5 WHERE id = $1",
    "lock_unused": """
        SELECT f.id FROM {files} f WHERE f.created_at < $1 AND NOT EXISTS ({naming})
         ORDER BY f.created_at LIMIT 100 FOR UPDATE SKIP LOCKED
    """,
    "delete_unused": """
        -- Asked once more under the lock: what was named while it was waited for stays.
        DELETE FROM {files} f WHERE f.id = ANY ($1::uuid[]) AND NOT EXISTS ({naming}) RETURNING {columns}
    """,
    "lock_unnamed": """
        -- Not what was touched within the grace: a row may be about to name it.
        SELECT c.sha256 FROM stored_content c
         WHERE c.touched_at < now() - make_interval(secs => $1)
           AND NOT EXISTS (SELECT FROM {files} f WHERE f.sha256 = c.sha256)
         ORDER BY c.touched_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    """,
    "release": """
        -- Asked once more under the lock: what came to be named while it was waited for stays.
        WITH released AS (
            DELETE FROM stored_content c
             WHERE c.sha256 = ANY ($1::text[]) AND NOT EXISTS (SELECT FROM {files} f WHERE f.sha256 = c.sha256)
            RETURNING location
        )
        INSERT INTO leaving_content (location, leave_at) SELECT location, now() FROM released
    """,
}


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements over one table of files."""

    insert: str
    find: str
    page: str
    count_unused: str
    claim_scan: str
    put_off_scan: str
    lock: str
    judge: str
    lock_unused: str
    delete_unused: str
    lock_unnamed: str
    release: str


def write_statements(table: str, naming: str) -> Statements:
    """The statements over `table`; `naming` is a query that finds what names the file `f`."""
    marks = {"{files}": table, "{naming}": naming, "{columns}": _COLUMNS}
    written = dict(_STATEMENTS)
    for mark, text in marks.items():
        written = {name: statement.replace(mark, text) for name, statement in written.items()}
    return Statements(**{each.name: written[each.name] for each in fields(Statements)})


class Rows(Generic[AnyFile]):
    """The rows of one service's files, each read as its `model`."""

    def __init__(self, model: type[AnyFile], statements: Statements) -> None:
        self.model = model
        self.statements = statements

    def read(self, row: Any) -> AnyFile:
        """A file out of its columns."""
        file: AnyFile = self.model.model_validate(dict(row))
        return file

    async def insert(self, tx: Transaction, file: AnyFile) -> None:
        """Keep a new file, whose content is claimed in this transaction."""
        values = (getattr(file, name) for name in _COLUMNS.split(", "))
        await tx.connection.execute(self.statements.insert, *values)

    async def find(self, connection: Connection, id: UUID) -> AnyFile | None:
        """The file, or None."""
        row = await connection.fetchrow(self.statements.find, id)
        return None if row is None else self.read(row)

    async def read_page(
        self, connection: Connection, organization_id: UUID, after: UUID, state: str | None, limit: int
    ) -> list[AnyFile]:
        """What an organization stored, the oldest first."""
        rows = await connection.fetch(self.statements.page, organization_id, after, state, limit)
        return [self.read(row) for row in rows]

    async def count_unused(self, connection: Connection, organization_id: UUID) -> int:
        """How many of the organization's files nothing names."""
        count: int = await connection.fetchval(self.statements.count_unused, organization_id)
        return count

    async def claim_scan(self, connection: Connection) -> AnyFile | None:
        """The next file that the scanner has not looked at; None when there is none."""
        row = await connection.fetchrow(self.statements.claim_scan)
        return None if row is None else self.read(row)

    async def put_off_scan(self, connection: Connection, id: UUID) -> None:
        """Show it to the scanner again in a while."""
        await connection.execute(self.statements.put_off_scan, id)

    async def lock(self, tx: Transaction, id: UUID) -> AnyFile | None:
        """The file, held until the transaction ends; None when it was removed."""
        row = await tx.connection.fetchrow(self.statements.lock, id)
        return None if row is None else self.read(row)

    async def save_verdict(self, tx: Transaction, judged: AnyFile) -> None:
        """Keep what the scanner said."""
        values = (judged.id, judged.version, judged.updated_at, judged.state, judged.finding)
        await tx.connection.execute(self.statements.judge, *values)

    async def delete_unused(self, tx: Transaction, before: datetime) -> Sequence[AnyFile]:
        """Delete what was stored before then and is not named by anything, at most 100."""
        ids = [row["id"] for row in await tx.connection.fetch(self.statements.lock_unused, before)]
        rows = await tx.connection.fetch(self.statements.delete_unused, ids) if ids else []
        return [self.read(row) for row in rows]

    async def release_contents(self, tx: Transaction, grace_seconds: float) -> None:
        """Let go of contents that no file names, at most 1,000."""
        rows = await tx.connection.fetch(self.statements.lock_unnamed, grace_seconds)
        if unnamed := [row["sha256"] for row in rows]:
            await tx.connection.execute(self.statements.release, unnamed)
