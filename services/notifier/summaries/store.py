"""Summaries in PostgreSQL: whom they go to, and what they say."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.notifier.summaries import Undated
from services.notifier.directory.store import CampaignCopy
from services.notifier.reminders.ladder import REACH

OCCASION: Final = "daily_summary"

RECIPIENTS = """
    -- The issuer, and every organization below it that has an overseer's key; not those who had this day's already.
    WITH RECURSIVE below AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN below ON o.parent_id = below.id
    ), wanted AS (
        SELECT $1::uuid AS id
        UNION
        SELECT organization_id FROM access_key JOIN below ON below.id = organization_id
         WHERE role = 'overseer' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5)
    )
    SELECT id FROM wanted
     WHERE NOT EXISTS (SELECT FROM told
                        WHERE about_id = $2 AND due_at IS NULL AND occasion = $3 AND about_revision = $4
                          AND recipient = wanted.id::text)
     ORDER BY id
"""


async def read_recipients(
    connection: Connection, campaign: CampaignCopy, day: date, now: datetime
) -> list[UUID]:
    """Who is still to be told of this day."""
    rows = await connection.fetch(RECIPIENTS, campaign.issuer_id, campaign.id, OCCASION, day.toordinal(), now)
    return [row["id"] for row in rows]


MARK = """
    INSERT INTO told (about_id, occasion, about_revision, recipient, planned_for)
    VALUES ($1, $2, $3, ($4::uuid)::text, $5) ON CONFLICT DO NOTHING
"""


async def mark(tx: Transaction, campaign_id: UUID, day: date, recipient: UUID, at: datetime) -> None:
    """This day has nothing to say to this one."""
    await tx.connection.execute(MARK, campaign_id, OCCASION, day.toordinal(), recipient, at)


_SEEN = """
    RECURSIVE seen AS (
        SELECT $2::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE NOT $3
    )
"""

OWED = (
    "WITH"  # noqa: S608 - its parts stand here
    + _SEEN
    + """
    -- By what is owed: how many owe it, how many are late with it, and whose names come first: those who were handed
    -- up to the coordinator, then those who are longest late.
    , owed AS (
        SELECT o.title, o.due_at, o.due_at < $4 AS is_overdue, coalesce(u.name, '') AS name,
               EXISTS (SELECT FROM told t WHERE t.about_id = o.about_id AND t.due_at = o.due_at
                                            AND t.recipient = 'coordinator') AS is_escalated
          FROM still_owed o LEFT JOIN organization u ON u.id = o.organization_id
         WHERE o.campaign_id = $1 AND o.due_at > $4::timestamptz - $5::interval
           AND ($3 OR o.organization_id IN (SELECT id FROM seen))
    )
    SELECT title, count(*) AS owed_count, count(*) FILTER (WHERE is_overdue) AS overdue_count,
           count(*) FILTER (WHERE is_escalated) AS escalated_count,
           min(due_at) FILTER (WHERE NOT is_overdue) AS next_due_at,
           (array_agg(name ORDER BY is_escalated DESC, due_at, name))[1:$6] AS names
      FROM owed GROUP BY title ORDER BY count(*) FILTER (WHERE is_overdue) DESC, min(due_at), title LIMIT $7
"""
)
NAMES, TITLES = 10, 20


async def read_owed(
    connection: Connection, campaign: CampaignCopy, recipient: UUID, now: datetime
) -> list[dict[str, Any]]:
    """What is still owed in the campaign, or below an overseer, title by title."""
    shown = (campaign.id, recipient, recipient == campaign.issuer_id)
    rows = await connection.fetch(OWED, *shown, now, REACH, NAMES, TITLES)
    return [dict(row) for row in rows]


UNDATED = (
    "WITH"  # noqa: S608 - its parts stand here
    + _SEEN
    + """
    , owed AS (
        SELECT a.deliverable_id, max(a.title) AS title, count(*) AS assignment_count FROM assignment a
         WHERE a.campaign_id = $1 AND a.state = 'owed' AND a.due_at IS NULL AND a.due_set_at > $4
           AND ($3 OR a.organization_id IN (SELECT id FROM seen))
           AND NOT EXISTS (SELECT FROM submission s WHERE s.assignment_id = a.id AND s.state <> 'withdrawn')
         GROUP BY a.deliverable_id
    ), defined AS (
        SELECT id, title FROM deliverable WHERE $3 AND campaign_id = $1 AND due_at IS NULL AND cancelled_at IS NULL
    )
    SELECT coalesce(d.id, o.deliverable_id) AS deliverable_id, coalesce(d.title, o.title) AS title,
           coalesce(o.assignment_count, 0) AS assignment_count
      FROM owed o FULL JOIN defined d ON d.id = o.deliverable_id
     WHERE $5 OR o.assignment_count > 0
     ORDER BY 1
"""
)


async def read_undated(
    connection: Connection, campaign: CampaignCopy, recipient: UUID, made_after: datetime, all_of_them: bool
) -> list[Undated]:
    """Deliverables without a date; `all_of_them`: also those that nobody owes any more."""
    shown = (campaign.id, recipient, recipient == campaign.issuer_id)
    rows = await connection.fetch(UNDATED, *shown, made_after, all_of_them)
    return [Undated.model_validate(dict(row)) for row in rows]


GIVEN_UP = (
    "WITH"  # noqa: S608 - its parts stand here
    + _SEEN
    + """
    SELECT count(*) FROM notification
     WHERE campaign_id = $1 AND state IN ('failed', 'given_up') AND updated_at > $4
       AND NOT starts_with(last_error, 'settled') AND NOT starts_with(occasion, 'incident_')
       AND occasion <> 'daily_summary'
       AND ($3 OR organization_id IN (SELECT id FROM seen))
"""
)


async def count_given_up(
    connection: Connection, campaign: CampaignCopy, recipient: UUID, since: datetime
) -> int:
    """How many notifications did not arrive since then."""
    shown = (campaign.id, recipient, recipient == campaign.issuer_id)
    counted: int = await connection.fetchval(GIVEN_UP, *shown, since)
    return counted


BELOW = """
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id
    )
    SELECT id FROM seen
"""


async def read_below(connection: Connection, recipient: UUID) -> set[UUID]:
    """The recipient and all below it."""
    return {row["id"] for row in await connection.fetch(BELOW, recipient)}
