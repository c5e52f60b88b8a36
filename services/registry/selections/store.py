"""What selections and numbers are made of, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connections import Connection

NUMBERED = (
    "SELECT id FROM activity WHERE campaign_id = $1 AND (selection = 'key' OR serial_number IS NOT NULL)"
)


async def find_numbered(connection: Connection, campaign_id: UUID) -> list[UUID]:
    """The activities that have a number or may get one."""
    return [row["id"] for row in await connection.fetch(NUMBERED, campaign_id)]


PLACES = "SELECT id, sort_order FROM organization WHERE id = ANY ($1)"


async def read_places(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Where these organizations stand in the office's order."""
    return {row["id"]: row["sort_order"] for row in await connection.fetch(PLACES, ids)}
