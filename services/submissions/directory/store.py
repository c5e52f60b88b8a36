"""The directory in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from contracts.registry.campaigns import Campaign
from contracts.registry.organizations import Organization
from services.submissions.rules import Standing

KEEP_ORGANIZATIONS = """
    INSERT INTO organization AS known (id, version, parent_id, body)
    SELECT id, version, parent_id, body FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::jsonb[])
           AS o (id, version, parent_id, body)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, parent_id = excluded.parent_id, body = excluded.body
     WHERE excluded.version > known.version
"""


async def keep_organizations(connection: Connection, units: Sequence[Organization]) -> None:
    """Keep those that are newer than what is known; each id at most once."""
    await connection.execute(
        KEEP_ORGANIZATIONS,
        [unit.id for unit in units],
        [unit.version for unit in units],
        [unit.parent_id for unit in units],
        [unit.model_dump(mode="json") for unit in units],
    )


KEEP_CAMPAIGNS = """
    -- A name that is not known yet is taken from the same version too: so a replay brings the names of campaigns
    -- that were heard of by a release that kept none.
    INSERT INTO campaign AS known (id, version, issuer_id, timezone, name)
    SELECT id, version, issuer_id, timezone, name
      FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[])
           AS c (id, version, issuer_id, timezone, name)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, issuer_id = excluded.issuer_id,
           timezone = excluded.timezone, name = excluded.name
     WHERE excluded.version > known.version OR (excluded.version = known.version AND known.name IS NULL)
"""


async def keep_campaigns(connection: Connection, campaigns: Sequence[Campaign]) -> None:
    """Keep those that are newer than what is known; each id at most once."""
    await connection.execute(
        KEEP_CAMPAIGNS,
        [each.id for each in campaigns],
        [each.version for each in campaigns],
        [each.issuer_id for each in campaigns],
        [each.timezone for each in campaigns],
        [each.name for each in campaigns],
    )


FIND = "SELECT body FROM organization WHERE id = $1"


async def describe(connection: Connection, id: UUID) -> Mapping[str, Any] | None:
    """The organization as registry showed it; None when it was not heard of yet."""
    found: Mapping[str, Any] | None = await connection.fetchval(FIND, id)
    return found


STANDINGS = """
    WITH RECURSIVE asked AS (
        SELECT DISTINCT organization_id, campaign_id
          FROM unnest($1::uuid[], $2::uuid[]) AS a (organization_id, campaign_id)
    ), line AS (
        SELECT organization_id, organization_id AS id, 1 AS height
          FROM (SELECT organization_id FROM asked
                UNION
                SELECT c.issuer_id FROM asked a JOIN campaign c ON c.id = a.campaign_id) AS each
        UNION ALL
        SELECT line.organization_id, o.parent_id, line.height + 1 FROM organization o JOIN line ON o.id = line.id
         WHERE o.parent_id IS NOT NULL AND line.height < 100
    )
    SELECT a.organization_id, a.campaign_id, c.issuer_id,
           (SELECT array_agg(id ORDER BY height) FROM line l WHERE l.organization_id = a.organization_id) AS above,
           (SELECT array_agg(id ORDER BY height) FROM line l WHERE l.organization_id = c.issuer_id) AS over_issuer
      FROM asked a LEFT JOIN campaign c ON c.id = a.campaign_id
"""


async def read_standings(
    connection: Connection, pairs: Sequence[tuple[UUID, UUID | None]]
) -> dict[tuple[UUID, UUID | None], Standing]:
    """Of each organization those above it, the nearest first, and who issues the campaign."""
    rows = await connection.fetch(STANDINGS, [one for one, _ in pairs], [other for _, other in pairs])
    return {
        (row["organization_id"], row["campaign_id"]): Standing(
            row["organization_id"], row["issuer_id"], tuple(row["above"]), tuple(row["over_issuer"] or ())
        )
        for row in rows
    }


async def read_standing(connection: Connection, organization_id: UUID, campaign_id: UUID | None) -> Standing:
    """The organization with those above it, and who issues the campaign."""
    pair = (organization_id, campaign_id)
    return (await read_standings(connection, [pair]))[pair]
