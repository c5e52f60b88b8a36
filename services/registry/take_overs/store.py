"""Take-overs in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.deliverables import Deliverable
from services.registry.deliverables import store as deliverables
from services.registry.take_overs.model import Taken

READ = """
    SELECT part, above_id, here_id, taken, taken_at, taken_by FROM take_over WHERE campaign_id = $1
"""


async def read_taken(connection: Connection, campaign_id: UUID) -> list[Taken]:
    """What the campaign has from the one above."""
    return [Taken(**dict(row)) for row in await connection.fetch(READ, campaign_id)]


INSERT = """
    INSERT INTO take_over (campaign_id, part, above_id, here_id, taken, taken_at, taken_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def insert(tx: Transaction, campaign_id: UUID, taken: Sequence[Taken]) -> None:
    """Keep what was taken; each part is taken once."""
    rows = [
        (campaign_id, each.part, each.above_id, each.here_id, each.taken, each.taken_at, each.taken_by)
        for each in taken
    ]
    await tx.connection.executemany(INSERT, rows)


LIMIT = 10_000


async def read_deliverables(connection: Connection, campaign_id: UUID) -> list[Deliverable]:
    """All that a campaign asks for."""
    return await deliverables.read_page(connection, campaign_id, UUID(int=0), LIMIT)
