"""Attachments in PostgreSQL; their bytes lie in storage."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.attachments import Attachment, State

INSERT = """
    INSERT INTO attachment (id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256,
                            state, finding, scan_after)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now())
"""


async def insert(tx: Transaction, attachment: Attachment) -> None:
    """Keep a new attachment, whose content is claimed in this transaction."""
    await tx.connection.execute(INSERT, *(getattr(attachment, name) for name in Attachment.model_fields))


FIND = """
    SELECT id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding
      FROM attachment WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Attachment | None:
    """The attachment, or None."""
    row = await connection.fetchrow(FIND, id)
    return None if row is None else Attachment.model_validate(dict(row))


LIST = """
    SELECT id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding
      FROM attachment
     WHERE organization_id = $1 AND id > $2 AND ($3::text IS NULL OR state = $3) ORDER BY id LIMIT $4
"""


async def read_page(
    connection: Connection, organization_id: UUID, after: UUID, state: State | None, limit: int
) -> list[Attachment]:
    """What an organization stored, the oldest first."""
    rows = await connection.fetch(LIST, organization_id, after, state, limit)
    return [Attachment.model_validate(dict(row)) for row in rows]


USES = """
    SELECT DISTINCT s.organization_id, s.campaign_id
      FROM submission_attachment u JOIN submission s ON s.id = u.submission_id
     WHERE u.attachment_id = $1
"""


async def read_uses(connection: Connection, id: UUID) -> list[tuple[UUID, UUID]]:
    """Organization and campaign of each submission that names it, in whichever version."""
    return [(row["organization_id"], row["campaign_id"]) for row in await connection.fetch(USES, id)]


COUNT_UNUSED = """
    SELECT count(*) FROM attachment a
     WHERE a.organization_id = $1
       AND NOT EXISTS (SELECT FROM submission_attachment u WHERE u.attachment_id = a.id)
"""


async def count_unused(connection: Connection, organization_id: UUID) -> int:
    """How many of the organization's attachments no submission names."""
    count: int = await connection.fetchval(COUNT_UNUSED, organization_id)
    return count


READ_NAMED = """
    -- Locked against removal until they are named; the scanner's verdict is not kept waiting.
    SELECT id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding
      FROM attachment WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE
"""


async def read_named(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Attachment]:
    """Those of `ids` that are there, by id: one query for however many hand in together, none for none."""
    rows = await tx.connection.fetch(READ_NAMED, ids) if ids else []
    return {row["id"]: Attachment.model_validate(dict(row)) for row in rows}


USE = """
    INSERT INTO submission_attachment (attachment_id, submission_id)
    SELECT attachment_id, submission_id FROM unnest($1::uuid[], $2::uuid[]) AS u (attachment_id, submission_id)
    ON CONFLICT DO NOTHING
"""


async def use(tx: Transaction, uses: Sequence[tuple[UUID, UUID]]) -> None:
    """Have submissions name attachments, as pairs of attachment and submission."""
    if uses:
        await tx.connection.execute(USE, [each for each, _ in uses], [each for _, each in uses])


CLAIM_SCAN = """
    -- One process scans it at a time; one that died leaves it to the next after three minutes.
    UPDATE attachment SET scan_after = now() + interval '3 minutes'
     WHERE id = (SELECT id FROM attachment WHERE state IN ('scanning', 'unscanned') AND scan_after <= now()
                  ORDER BY scan_after LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding
"""


async def claim_scan(connection: Connection) -> Attachment | None:
    """The next attachment that the scanner has not looked at; None when there is none."""
    row = await connection.fetchrow(CLAIM_SCAN)
    return None if row is None else Attachment.model_validate(dict(row))


PUT_OFF_SCAN = "UPDATE attachment SET scan_after = now() + interval '20 seconds' WHERE id = $1"


async def put_off_scan(connection: Connection, id: UUID) -> None:
    """Show it to the scanner again in a while."""
    await connection.execute(PUT_OFF_SCAN, id)


LOCK = """
    SELECT id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding
      FROM attachment WHERE id = $1 FOR NO KEY UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> Attachment | None:
    """The attachment, held until the transaction ends; None when it was removed."""
    row = await tx.connection.fetchrow(LOCK, id)
    return None if row is None else Attachment.model_validate(dict(row))


JUDGE = "UPDATE attachment SET version = $2, updated_at = $3, state = $4, finding = $5 WHERE id = $1"


async def save_verdict(tx: Transaction, judged: Attachment) -> None:
    """Keep what the scanner said."""
    await tx.connection.execute(
        JUDGE, judged.id, judged.version, judged.updated_at, judged.state, judged.finding
    )


LOCK_UNUSED = """
    SELECT a.id FROM attachment a
     WHERE a.created_at < $1 AND NOT EXISTS (SELECT FROM submission_attachment u WHERE u.attachment_id = a.id)
     ORDER BY a.created_at LIMIT 100 FOR UPDATE SKIP LOCKED
"""
DELETE_UNUSED = """
    -- Asked once more under the lock: what was named while it was waited for stays.
    DELETE FROM attachment a
     WHERE a.id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM submission_attachment u WHERE u.attachment_id = a.id)
    RETURNING id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256, state, finding
"""


async def delete_unused(tx: Transaction, before: datetime) -> list[Attachment]:
    """Delete what was stored before then and is not named by anything, at most 100."""
    ids = [row["id"] for row in await tx.connection.fetch(LOCK_UNUSED, before)]
    rows = await tx.connection.fetch(DELETE_UNUSED, ids) if ids else []
    return [Attachment.model_validate(dict(row)) for row in rows]


LOCK_UNNAMED = """
    -- Not what was touched within the grace: a row may be about to name it.
    SELECT c.sha256 FROM stored_content c
     WHERE c.touched_at < now() - make_interval(secs => $1)
       AND NOT EXISTS (SELECT FROM attachment a WHERE a.sha256 = c.sha256)
     ORDER BY c.touched_at LIMIT 1000 FOR UPDATE SKIP LOCKED
"""
RELEASE = """
    -- Asked once more under the lock: what came to be named while it was waited for stays.
    WITH released AS (
        DELETE FROM stored_content c
         WHERE c.sha256 = ANY ($1::text[]) AND NOT EXISTS (SELECT FROM attachment a WHERE a.sha256 = c.sha256)
        RETURNING location
    )
    INSERT INTO leaving_content (location, leave_at) SELECT location, now() FROM released
"""


async def release_contents(tx: Transaction, grace_seconds: float) -> None:
    """Let go of contents that no attachment names, at most 1,000."""
    unnamed = [row["sha256"] for row in await tx.connection.fetch(LOCK_UNNAMED, grace_seconds)]
    if unnamed:
        await tx.connection.execute(RELEASE, unnamed)
