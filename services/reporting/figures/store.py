"""What figures need beside the counts: the campaign, who stands above its issuer, and how far all this lags."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.refusals import NotFound

CAMPAIGN = """
    SELECT id, name, issuer_id, timezone, annex_titles, annex_remarks, starts_on, ends_on FROM campaign WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class CampaignCopy:
    """What is known here of a campaign."""

    id: UUID
    name: str
    issuer_id: UUID
    timezone: str
    annex_titles: list[str]
    annex_remarks: list[str]
    starts_on: date | None
    ends_on: date | None


async def find_campaign(connection: Connection, id: UUID) -> CampaignCopy:
    """The campaign, or NotFound."""
    row = await connection.fetchrow(CAMPAIGN, id)
    if row is None:
        raise NotFound(f"there is no campaign {id}; one that was just opened takes a moment to arrive")
    return CampaignCopy(**dict(row))


LINE = """
    WITH RECURSIVE line AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.parent_id FROM organization o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL
    )
    SELECT array_agg(id) FROM line
"""


async def read_line(connection: Connection, organization_id: UUID) -> list[UUID]:
    """An organization and those above it."""
    line: list[UUID] = await connection.fetchval(LINE, organization_id)
    return line


OPENED = """
    -- The driver reads -infinity, which a rebuild leaves, as a moment without a zone.
    SELECT c.opened_at,
           CASE f.filled_at WHEN '-infinity' THEN timestamptz '0001-01-02 00:00:00Z' ELSE f.filled_at END AS filled_at
      FROM campaign c LEFT JOIN counting f ON true WHERE c.id = $1
"""


async def read_beginnings(
    connection: Connection, campaign_id: UUID
) -> tuple[datetime | None, datetime | None]:
    """When the campaign was opened, and from when on history is whole; None: not known, not counted yet."""
    row = await connection.fetchrow(OPENED, campaign_id)
    return (None, None) if row is None else (row["opened_at"], row["filled_at"])


BEHIND = """
    -- Nothing waits: as old as the look. Something does: since it was last seen that nothing did.
    SELECT coalesce(max(extract(epoch FROM clock_timestamp()
                                - CASE WHEN pending_count = 0 THEN checked_at ELSE clear_at END)), 0)::float8
      FROM lag
"""


async def read_behind(connection: Connection) -> float:
    """How many seconds, at most, the projections lag behind what the streams hold."""
    return float(await connection.fetchval(BEHIND))


KEEP_LAG = """
    INSERT INTO lag AS known (durable, pending_count, clear_at, checked_at)
    VALUES ($1, $2, clock_timestamp(), clock_timestamp())
    ON CONFLICT (durable) DO UPDATE SET pending_count = excluded.pending_count, checked_at = excluded.checked_at,
           clear_at = CASE WHEN excluded.pending_count = 0 THEN excluded.checked_at ELSE known.clear_at END
"""


async def keep_lag(connection: Connection, durable: str, pending_count: int) -> None:
    """Remember how many events one durable has still to take in."""
    await connection.execute(KEEP_LAG, durable, pending_count)
