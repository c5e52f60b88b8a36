"""Activities in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connections import Connection
from contracts.registry.activities import Activity

KEEP = """
    INSERT INTO activity AS known (id, version, campaign_id)
    SELECT id, version, campaign_id FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS a (id, version, campaign_id)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id
     WHERE excluded.version > known.version
"""


async def keep(connection: Connection, activities: Sequence[Activity]) -> None:
    """Keep those that are newer than what is known; each id at most once."""
    await connection.execute(
        KEEP,
        [each.id for each in activities],
        [each.version for each in activities],
        [each.campaign_id for each in activities],
    )


CAMPAIGN = "SELECT campaign_id FROM activity WHERE id = $1"


async def find_campaign(connection: Connection, id: UUID) -> UUID | None:
    """The campaign that the activity is of; None when it was not heard of yet."""
    campaign_id: UUID | None = await connection.fetchval(CAMPAIGN, id)
    return campaign_id
