"""The directory in PostgreSQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.refusals import NotFound
from services.notifier.rules import Standing

KEEP_ORGANIZATIONS = """
    INSERT INTO organization AS known (id, version, name, parent_id, body)
    SELECT id, version, name, parent_id, body
      FROM jsonb_array_elements($1) AS body,
           jsonb_to_record(body) AS heard (id uuid, version integer, name text, parent_id uuid)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, parent_id = excluded.parent_id,
           body = excluded.body
     WHERE excluded.version > known.version
"""
KEEP_CAMPAIGNS = """
    INSERT INTO campaign AS known (id, version, name, issuer_id, timezone)
    SELECT id, version, name, issuer_id, timezone
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, name text, issuer_id uuid, timezone text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, issuer_id = excluded.issuer_id,
           timezone = excluded.timezone
     WHERE excluded.version > known.version
"""
KEEP_DELIVERABLES = """
    INSERT INTO deliverable AS known (id, version, campaign_id, title, due_at, cancelled_at)
    SELECT id, version, campaign_id, title, due_at, cancelled_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, title text, due_at timestamptz,
                                            cancelled_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, due_at = excluded.due_at,
           cancelled_at = excluded.cancelled_at
     WHERE excluded.version > known.version
"""


@dataclass(frozen=True, slots=True)
class CampaignCopy:
    """What is known here of a campaign."""

    id: UUID
    name: str
    issuer_id: UUID
    timezone: str


FIND_CAMPAIGN = "SELECT id, name, issuer_id, timezone FROM campaign WHERE id = $1"


async def find_campaign(connection: Connection, id: UUID) -> CampaignCopy:
    """The campaign, or NotFound."""
    row = await connection.fetchrow(FIND_CAMPAIGN, id)
    if row is None:
        raise NotFound(f"there is no campaign {id}; one that was just opened takes a moment to arrive")
    return CampaignCopy(**dict(row))


FIND_DELIVERABLE = "SELECT campaign_id FROM deliverable WHERE id = $1"


async def find_campaign_of(connection: Connection, deliverable_id: UUID) -> UUID:
    """The campaign that a deliverable is of, or NotFound."""
    found: UUID | None = await connection.fetchval(FIND_DELIVERABLE, deliverable_id)
    if found is None:
        raise NotFound(
            f"there is no deliverable {deliverable_id}; one that was just defined takes a moment to arrive"
        )
    return found


CAMPAIGNS = """
    SELECT id, name, issuer_id, timezone FROM campaign WHERE $1::uuid[] IS NULL OR id = ANY ($1) ORDER BY id
"""


async def read_campaigns(connection: Connection, ids: Iterable[UUID] | None = None) -> list[CampaignCopy]:
    """These campaigns, as far as they were heard of; or all."""
    wanted = None if ids is None else list(ids)
    return [CampaignCopy(**dict(row)) for row in await connection.fetch(CAMPAIGNS, wanted)]


FIND = "SELECT body FROM organization WHERE id = $1"


async def describe(connection: Connection, id: UUID) -> Mapping[str, Any] | None:
    """The organization as registry showed it; None when it was not heard of yet."""
    found: Mapping[str, Any] | None = await connection.fetchval(FIND, id)
    return found


LINE = """
    WITH RECURSIVE line AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.parent_id FROM organization o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL
    )
    SELECT array_agg(id) FROM line WHERE id IS NOT NULL
"""


async def read_line(connection: Connection, organization_id: UUID | None) -> tuple[UUID, ...]:
    """An organization and those above it; nobody above None."""
    return tuple(await connection.fetchval(LINE, organization_id) or ())


KEEPS_ALL = "SELECT parent_id IS NULL AND body->>'kind' = 'office' FROM organization WHERE id = $1"


async def read_standing(
    connection: Connection, principal: Principal, organization_id: UUID | None
) -> Standing:
    """Where the caller stands to an organization."""
    keeps_all = bool(await connection.fetchval(KEEPS_ALL, principal.organization_id))
    return Standing(keeps_all, await read_line(connection, organization_id))
