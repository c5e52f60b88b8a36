"""The reading of long files as jobs in PostgreSQL: claimed by one process, kept alive, given up with a reason."""

from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from services.registry.imports import store
from services.registry.imports.store import Import

MOST_TRIES = 3

CLAIM = """
    -- One whose claim has gone stale belonged to a process that died over it.
    UPDATE import SET claimed_at = clock_timestamp(), claimed_by = $1, tries = tries + 1, progress = 0
     WHERE id = (SELECT id FROM import
                  WHERE state = 'reading' AND tries < $2
                    AND (claimed_at IS NULL OR claimed_at < clock_timestamp() - interval '15 seconds')
                  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


async def claim(tx: Transaction, claimed_by: UUID) -> Import | None:
    """The oldest import that waits to be read, taken under this claim; None when none does."""
    id = await tx.connection.fetchval(CLAIM, claimed_by, MOST_TRIES)
    return None if id is None else await store.find(tx.connection, id)


BEAT = """
    UPDATE import SET claimed_at = clock_timestamp(), progress = greatest(progress, $3)
     WHERE id = $1 AND claimed_by = $2 AND state = 'reading'
"""


async def beat(connection: Connection, id: UUID, claimed_by: UUID, progress: float) -> None:
    """Say that it is still being read, and how far it is."""
    await connection.execute(BEAT, id, claimed_by, progress)


FINISH = """
    UPDATE import SET state = 'previewed', version = version + 1, updated_at = $3, progress = 1, findings = $4,
           register = $5, row_count = $6
     WHERE id = $1 AND claimed_by = $2 AND state = 'reading'
"""


async def finish(
    tx: Transaction, id: UUID, claimed_by: UUID, findings: str, register: str, row_count: int
) -> None:
    """Keep what was found; nothing is done when the claim went to another process meanwhile."""
    await tx.connection.execute(FINISH, id, claimed_by, tx.now, findings, register, row_count)


FAIL = """
    UPDATE import SET state = 'failed', version = version + 1, updated_at = $3, problem = $4
     WHERE id = $1 AND claimed_by = $2 AND state = 'reading'
"""


async def fail(tx: Transaction, id: UUID, claimed_by: UUID, problem: dict[str, Any]) -> None:
    """Keep why it cannot be read."""
    await tx.connection.execute(FAIL, id, claimed_by, tx.now, problem)


NOTE = """
    UPDATE import SET last_error = $3, claimed_at = NULL WHERE id = $1 AND claimed_by = $2 AND state = 'reading'
"""


async def note(tx: Transaction, id: UUID, claimed_by: UUID, error: str) -> None:
    """Keep what went wrong in a try that was not the last, and leave the import to the next."""
    await tx.connection.execute(NOTE, id, claimed_by, error)


GIVE_UP = """
    UPDATE import SET state = 'failed', version = version + 1, updated_at = $1,
           problem = jsonb_build_object(
               'type', 'urn:rollcall:problem:given_up', 'title', 'Given up', 'status', 500, 'code', 'given_up',
               'detail', concat('the file was tried ', tries, ' times and not read: ',
                                coalesce(last_error, 'the process that read it ended each time')))
     WHERE state = 'reading' AND tries >= $2
       AND (claimed_at IS NULL OR claimed_at < clock_timestamp() - interval '15 seconds')
    RETURNING id
"""


async def give_up(tx: Transaction) -> list[UUID]:
    """Give up what was tried often enough, with the last reason; the ids of those."""
    return [row["id"] for row in await tx.connection.fetch(GIVE_UP, tx.now, MOST_TRIES)]
