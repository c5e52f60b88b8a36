"""Placements in PostgreSQL, the pasts of units that they are made of, and whose debts they concern."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from services.reporting.history.model import Placement, UnitState

Pair = tuple[UUID, UUID]
"""A campaign and a unit that owes or owed something in it."""

NEW_PAIRS = """
    SELECT DISTINCT campaign_id, organization_id
      FROM unnest($1::uuid[], $2::uuid[]) AS pair (campaign_id, organization_id)
     WHERE NOT EXISTS (SELECT FROM placement p WHERE p.campaign_id = pair.campaign_id
                                                 AND p.organization_id = pair.organization_id)
"""


async def find_new(connection: Connection, pairs: Collection[Pair]) -> list[Pair]:
    """Those that have no placement yet."""
    rows = await connection.fetch(NEW_PAIRS, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    return [(row["campaign_id"], row["organization_id"]) for row in rows]


PAIRS_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM unnest($1::uuid[]) AS id
        UNION
        SELECT past.id FROM organization_past past JOIN below ON past.parent_id = below.id
    )
    SELECT DISTINCT p.campaign_id, p.organization_id FROM placement p JOIN below ON p.organization_id = below.id
"""


async def find_below(connection: Connection, organization_ids: Collection[UUID]) -> list[Pair]:
    """Those of these units and of all that ever stood below them."""
    rows = await connection.fetch(PAIRS_BELOW, list(organization_ids))
    return [(row["campaign_id"], row["organization_id"]) for row in rows]


PAIRS_OF_CAMPAIGNS = """
    SELECT DISTINCT campaign_id, organization_id FROM placement WHERE campaign_id = ANY ($1::uuid[])
"""


async def find_in(connection: Connection, campaign_ids: Collection[UUID]) -> list[Pair]:
    """Those of these campaigns."""
    rows = await connection.fetch(PAIRS_OF_CAMPAIGNS, list(campaign_ids))
    return [(row["campaign_id"], row["organization_id"]) for row in rows]


ISSUERS = "SELECT id, issuer_id FROM campaign WHERE id = ANY ($1::uuid[])"


async def read_issuers(connection: Connection, campaign_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who issues these campaigns, of those that were heard of."""
    return {row["id"]: row["issuer_id"] for row in await connection.fetch(ISSUERS, list(set(campaign_ids)))}


UNIT_PASTS = """
    WITH RECURSIVE line AS (
        SELECT id FROM unnest($1::uuid[]) AS id
        UNION
        SELECT past.parent_id FROM organization_past past JOIN line ON past.id = line.id
         WHERE past.parent_id IS NOT NULL
    )
    SELECT past.id, version, since, parent_id, kind FROM organization_past past JOIN line ON past.id = line.id
"""


async def read_unit_pasts(
    connection: Connection, organization_ids: Collection[UUID]
) -> dict[UUID, list[UnitState]]:
    """All versions of these units and of all that ever stood above them."""
    pasts: dict[UUID, list[UnitState]] = defaultdict(list)
    for row in await connection.fetch(UNIT_PASTS, list(set(organization_ids))):
        pasts[row["id"]].append(UnitState(row["version"], row["since"], row["parent_id"], row["kind"]))
    return pasts


PLACEMENTS = """
    SELECT p.campaign_id, p.organization_id, since, district_id, unit_kind FROM placement p
      JOIN unnest($1::uuid[], $2::uuid[]) AS pair (campaign_id, organization_id) USING (campaign_id, organization_id)
     ORDER BY since
"""


async def read_placements(connection: Connection, pairs: Sequence[Pair]) -> dict[Pair, list[Placement]]:
    """The placements that are kept for these, in order."""
    kept: dict[Pair, list[Placement]] = defaultdict(list)
    for row in await connection.fetch(PLACEMENTS, [p[0] for p in pairs], [p[1] for p in pairs]):
        kept[row["campaign_id"], row["organization_id"]].append(
            Placement(row["since"], row["district_id"], row["unit_kind"])
        )
    return kept


FORGET = """
    DELETE FROM placement p USING unnest($1::uuid[], $2::uuid[]) AS pair (campaign_id, organization_id)
     WHERE p.campaign_id = pair.campaign_id AND p.organization_id = pair.organization_id
"""
KEEP = """
    INSERT INTO placement (campaign_id, organization_id, since, district_id, unit_kind)
    SELECT campaign_id, organization_id, since, district_id, unit_kind
      FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[])
           AS placed (campaign_id, organization_id, since, district_id, unit_kind)
"""


async def keep_placements(connection: Connection, placed: dict[Pair, list[Placement]]) -> None:
    """Put these in the place of what was kept."""
    pairs = list(placed)
    await connection.execute(FORGET, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    rows = [(*pair, each.since, each.district_id, each.unit_kind) for pair in pairs for each in placed[pair]]
    columns: list[list[UUID | datetime | str | None]] = [list(column) for column in zip(*rows, strict=True)]
    await connection.execute(KEEP, *columns)


DEBTS_OF = """
    SELECT DISTINCT id FROM assignment_past
      JOIN unnest($1::uuid[], $2::uuid[]) AS pair (campaign_id, organization_id) USING (campaign_id, organization_id)
"""
ACKNOWLEDGEMENTS_OF = """
    SELECT DISTINCT id FROM acknowledgement_past
      JOIN unnest($1::uuid[], $2::uuid[]) AS pair (campaign_id, organization_id) USING (campaign_id, organization_id)
"""


async def find_debts(connection: Connection, pairs: Sequence[Pair]) -> tuple[list[UUID], list[UUID]]:
    """Assignments and acknowledgements that these owe or ever owed."""
    columns = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    debts = await connection.fetch(DEBTS_OF, *columns)
    acknowledgements = await connection.fetch(ACKNOWLEDGEMENTS_OF, *columns)
    return [row["id"] for row in debts], [row["id"] for row in acknowledgements]
