"""Urges in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.notifier.urges import Urge
from services.notifier.rules import Sight
from services.notifier.urges.model import Debt

DEBTS = """
    -- What is owed, with a date or without one, and what was returned; `about_id` and `due_at` are those of
    -- `still_owed`, so that what is handed in before a message goes is dropped from it.
    WITH RECURSIVE below AS (
        SELECT $4::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN below ON o.parent_id = below.id
    )
    SELECT a.id AS assignment_id, CASE WHEN s.state = 'returned' THEN s.id END AS submission_id,
           CASE WHEN s.state = 'returned' THEN s.id ELSE a.id END AS about_id, a.organization_id,
           coalesce(o.name, '') AS name, a.title,
           CASE WHEN s.state = 'returned' THEN s.correct_by ELSE a.due_at END AS due_at,
           coalesce(s.state = 'returned', false) AS is_returned, u.urged_at, coalesce(u.urge_count, 0) AS urge_count
      FROM assignment a
      LEFT JOIN submission s ON s.assignment_id = a.id
      LEFT JOIN organization o ON o.id = a.organization_id
      LEFT JOIN urged u ON u.assignment_id = a.id AND u.organization_id = a.organization_id
     WHERE a.campaign_id = $1 AND a.state = 'owed' AND (s.state IS NULL OR s.state IN ('withdrawn', 'returned'))
       AND ($2::uuid IS NULL OR a.deliverable_id = $2)
       AND ($3::uuid[] IS NULL OR a.organization_id = ANY ($3))
       AND ($4 IS NULL OR a.organization_id IN (SELECT id FROM below))
     ORDER BY a.id LIMIT $5
"""


async def read_debts(
    connection: Connection,
    campaign_id: UUID,
    deliverable_id: UUID | None,
    organization_ids: Sequence[UUID] | None,
    head: UUID | None,
    limit: int,
) -> list[Debt]:
    """What can be urged, in the order of their ids; `head`: only of that organization and those below it."""
    rows = await connection.fetch(DEBTS, campaign_id, deliverable_id, organization_ids, head, limit)
    return [Debt(**dict(row)) for row in rows]


CHANNELS = """
    SELECT unit.id AS organization_id, array_agg(DISTINCT ch.kind ORDER BY ch.kind) AS kinds
      FROM unnest($1::uuid[]) AS unit (id) CROSS JOIN LATERAL channels_for(unit.id, 'urged') AS ch
     GROUP BY unit.id
"""


async def read_channels(
    connection: Connection, organization_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[str]]:
    """The kinds of channel over which each of these can be told."""
    rows = await connection.fetch(CHANNELS, organization_ids)
    return {row["organization_id"]: row["kinds"] for row in rows}


INSERT = """
    INSERT INTO urge (id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, urged_by,
                      message, told_count)
    VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert(tx: Transaction, urge: Urge) -> None:
    """Keep that somebody urges."""
    await tx.connection.execute(
        INSERT,
        urge.id,
        tx.now,
        urge.campaign_id,
        urge.deliverable_id,
        urge.organization_id,
        urge.urged_by,
        urge.message,
        urge.told_count,
    )


TAKE = """
    -- Whoever urges at the same moment waits here, and finds that they were urged. In one order, so that two who
    -- urge many wait for each other and never both at once.
    INSERT INTO urged AS last (assignment_id, organization_id, urge_id, urged_at, urge_count)
    SELECT assignment_id, organization_id, $1, $2, 1
      FROM unnest($3::uuid[], $4::uuid[]) AS wanted (assignment_id, organization_id)
     ORDER BY assignment_id, organization_id
    ON CONFLICT (assignment_id, organization_id) DO UPDATE
       SET urge_id = excluded.urge_id, urged_at = excluded.urged_at, urge_count = last.urge_count + 1
     WHERE last.urged_at <= excluded.urged_at - $5::interval
    RETURNING assignment_id, urge_count
"""


async def take(tx: Transaction, urge_id: UUID, debts: Sequence[Debt], every: timedelta) -> Mapping[UUID, int]:
    """Urge these, but for those that somebody urged meanwhile: by assignment, the how-manieth time it is."""
    rows = await tx.connection.fetch(
        TAKE,
        urge_id,
        tx.now,
        [debt.assignment_id for debt in debts],
        [debt.organization_id for debt in debts],
        every,
    )
    return {row["assignment_id"]: row["urge_count"] for row in rows}


LIST = """
    -- The organization's own, and those in campaigns that it issues, or that it and those below issue.
    WITH RECURSIVE issuing AS (
        SELECT $4::uuid AS id WHERE $5 <> 'none'
        UNION
        SELECT o.id FROM organization o JOIN issuing ON o.parent_id = issuing.id WHERE $5 = 'below'
    )
    SELECT u.id, u.version, u.created_at, u.updated_at, u.campaign_id, u.deliverable_id, u.organization_id, u.urged_by,
           u.message, u.told_count
      FROM urge u LEFT JOIN campaign c ON c.id = u.campaign_id
     WHERE u.id > $1 AND ($2::uuid IS NULL OR u.campaign_id = $2)
       AND ($3 OR u.organization_id = $4 OR c.issuer_id IN (SELECT id FROM issuing))
     ORDER BY u.id LIMIT $6
"""


async def read_page(
    connection: Connection, after: UUID, campaign_id: UUID | None, sight: Sight, limit: int
) -> list[Urge]:
    """Urges, as far as they are shown; of all campaigns or of one."""
    shown = (sight.everything, sight.organization_id, sight.campaigns)
    rows = await connection.fetch(LIST, after, campaign_id, *shown, limit)
    return [Urge.model_validate(dict(row)) for row in rows]


NAME = "SELECT name FROM organization WHERE id = $1"


async def read_name(connection: Connection, organization_id: UUID) -> str:
    """Who urges, as those who are urged know it."""
    return str(await connection.fetchval(NAME, organization_id) or "")
