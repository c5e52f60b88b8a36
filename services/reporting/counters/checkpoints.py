"""Checkpoints: counters kept as of moments in the past, so near each other that what lies between is soon added."""

# ruff: noqa: S608 - statements are put together out of constants only

from datetime import datetime
from uuid import UUID

from chassis.database import Database
from services.reporting.counters import store
from services.reporting.counters.model import COUNTS

EVERY = 2_000
"""Movements between one checkpoint and the next: so many, or as many as there are cells, for each costs that many."""

CAMPAIGNS = "SELECT id FROM campaign ORDER BY id"
NEXT = """
    -- Beginning in the index at the newest one: all movements before it are read once, not each minute.
    SELECT moment FROM movement
     WHERE campaign_id = $1 AND moment <= $2
       AND moment > (SELECT coalesce(max(up_to), timestamptz '0001-01-01 00:00:00Z')
                       FROM checkpoint WHERE campaign_id = $1)
     ORDER BY moment
    OFFSET coalesce($3::bigint, greatest($4::bigint, (SELECT count(*) FROM cell WHERE campaign_id = $1))) LIMIT 1
"""
KEEP = f"""
    -- In the order of the index, by which they are read all together.
    WITH before AS (
        SELECT coalesce(max(up_to), timestamptz '0001-01-01 00:00:00Z') AS up_to FROM checkpoint WHERE campaign_id = $1
    ), kept AS (
        INSERT INTO checkpoint (campaign_id, up_to) VALUES ($1, $2)
    ), counted AS (
        SELECT cell_id, {", ".join(COUNTS)} FROM counter
         WHERE campaign_id = $1 AND up_to = (SELECT up_to FROM before)
        UNION ALL
        SELECT cell_id, {", ".join(COUNTS)} FROM movement
         WHERE campaign_id = $1 AND moment > (SELECT up_to FROM before) AND moment <= $2
    )
    INSERT INTO counter (campaign_id, up_to, cell_id, {", ".join(COUNTS)})
    SELECT $1, $2, cell_id, {", ".join(f"sum({name})" for name in COUNTS)} FROM counted GROUP BY cell_id
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in COUNTS)}
     ORDER BY cell_id
"""


async def keep_checkpoints(database: Database, every: int | None = None) -> None:
    """Keep one after each so many movements, in every campaign, until none is wanting; None: as EVERY says."""
    async with database.reading() as connection:
        campaigns = [row["id"] for row in await connection.fetch(CAMPAIGNS)]
    for campaign_id in campaigns:
        while await _keep_next(database, campaign_id, every):
            pass


async def _keep_next(database: Database, campaign_id: UUID, every: int | None) -> bool:
    async with database.transaction() as tx:
        await store.begin(tx)
        moment: datetime | None = await tx.connection.fetchval(NEXT, campaign_id, tx.now, every, EVERY)
        if moment is not None:
            await tx.connection.execute(KEEP, campaign_id, moment)
    return moment is not None
