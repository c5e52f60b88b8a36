"""What names attachments, in PostgreSQL; their own rows are the chassis'."""

from uuid import UUID

from chassis.connections import Connection
from chassis.files.rows import write_statements

STATEMENTS = write_statements(
    "attachment", naming="SELECT FROM attachment_use u WHERE u.attachment_id = f.id"
)

MISSING = "SELECT id FROM unnest($1::uuid[]) AS wanted (id) EXCEPT SELECT id FROM attachment"


async def find_missing(connection: Connection, ids: list[UUID]) -> set[UUID]:
    """Those of `ids` that name no attachment."""
    return {row["id"] for row in await connection.fetch(MISSING, ids)}


USES = "SELECT noun, used_by FROM attachment_use WHERE attachment_id = $1"


async def read_uses(connection: Connection, id: UUID) -> list[tuple[str, UUID]]:
    """What names it: `notice` or `activity`, and its id."""
    return [(row["noun"], row["used_by"]) for row in await connection.fetch(USES, id)]
