"""What names attachments, in PostgreSQL; their own rows are the chassis'."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.files.rows import write_statements
from contracts.attachments import Attachment

STATEMENTS = write_statements(
    "attachment", naming="SELECT FROM submission_attachment u WHERE u.attachment_id = f.id"
)

USES = """
    SELECT DISTINCT s.organization_id, s.campaign_id
      FROM submission_attachment u JOIN submission s ON s.id = u.submission_id
     WHERE u.attachment_id = $1
"""


async def read_uses(connection: Connection, id: UUID) -> list[tuple[UUID, UUID]]:
    """Organization and campaign of each submission that names it, in whichever version."""
    return [(row["organization_id"], row["campaign_id"]) for row in await connection.fetch(USES, id)]


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
