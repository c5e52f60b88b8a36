"""Attachments in PostgreSQL; their bytes lie in storage."""

from uuid import UUID

from chassis.connections import Connection

MISSING = "SELECT id FROM unnest($1::uuid[]) AS wanted (id) EXCEPT SELECT id FROM attachment"


async def find_missing(connection: Connection, ids: list[UUID]) -> set[UUID]:
    """Those of `ids` that name no attachment."""
    return {row["id"] for row in await connection.fetch(MISSING, ids)}
