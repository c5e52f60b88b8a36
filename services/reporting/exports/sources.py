"""The rows that exports are made of. They are read from what was told; a moment of the past finds no rows here yet."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.refusals import NotFound
from contracts.registry.activities import Activity
from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import Deliverable
from contracts.registry.theme_days import ThemeDay
from services.reporting.exports.order import NotMakeable

BATCH_ROWS = 500

ISSUER = "SELECT issuer_id FROM campaign WHERE id = $1"


async def find_issuer(connection: Connection, campaign_id: UUID) -> UUID:
    """Whose campaign it is, or NotFound."""
    issuer_id: UUID | None = await connection.fetchval(ISSUER, campaign_id)
    if issuer_id is None:
        raise NotFound(
            f"there is no campaign {campaign_id}; one that was just opened takes a moment to arrive"
        )
    return issuer_id


TOLD = "SELECT body FROM export_source WHERE campaign_id = $1 AND noun = $2 ORDER BY id"


async def _read_told(connection: Connection, campaign_id: UUID, noun: str) -> list[Any]:
    return [row["body"] for row in await connection.fetch(TOLD, campaign_id, noun)]


COMPLETE = """
    -- Whoever heard of events before migration 0221 kept no whole state of them, and must be told again.
    SELECT (SELECT count(*) FROM activity WHERE campaign_id = $1)
           + (SELECT count(*) FROM deliverable WHERE campaign_id = $1)
           + (SELECT count(*) FROM submission WHERE campaign_id = $1)
           <= (SELECT count(*) FROM export_source
                WHERE campaign_id = $1 AND noun IN ('activity', 'deliverable', 'submission'))
"""


async def find_campaign(connection: Connection, campaign_id: UUID) -> Campaign:
    """The campaign as registry told it; NotMakeable while a part of what belongs to it is not kept."""
    told = await _read_told(connection, campaign_id, "campaign")
    if not told or not await connection.fetchval(COMPLETE, campaign_id):
        raise NotMakeable(
            "the campaign was heard of before exports kept what they are made of; "
            "an operator runs `rollcall replay registry` and `rollcall replay submissions` once"
        )
    return Campaign.model_validate(told[0])


async def read_activities(connection: Connection, campaign_id: UUID) -> list[Activity]:
    """All activities, drafts too."""
    return [Activity.model_validate(body) for body in await _read_told(connection, campaign_id, "activity")]


async def read_theme_days(connection: Connection, campaign_id: UUID) -> list[ThemeDay]:
    """The theme days, the earliest first."""
    days = [ThemeDay.model_validate(body) for body in await _read_told(connection, campaign_id, "theme_day")]
    return sorted(days, key=lambda day: (day.date, day.id))


async def read_deliverables(connection: Connection, campaign_id: UUID) -> list[Deliverable]:
    """The deliverables that stand, in the order in which they were defined."""
    told = await _read_told(connection, campaign_id, "deliverable")
    return [each for body in told if (each := Deliverable.model_validate(body)).cancelled_at is None]


@dataclass(frozen=True, slots=True)
class Unit:
    """An organization in its place in the tree."""

    id: UUID
    name: str
    kind: str
    parent_id: UUID | None
    sort_order: int


UNITS = "SELECT id, name, kind, parent_id, sort_order FROM organization ORDER BY sort_order, id"


async def read_units(connection: Connection) -> list[Unit]:
    """All organizations in the office's order."""
    return [Unit(**dict(row)) for row in await connection.fetch(UNITS)]


OWING = "SELECT DISTINCT organization_id FROM assignment WHERE campaign_id = $1"


async def find_owing(connection: Connection, campaign_id: UUID) -> set[UUID]:
    """Who owes or owed anything."""
    return {row["organization_id"] for row in await connection.fetch(OWING, campaign_id)}


CELLS = """
    SELECT a.organization_id, a.deliverable_id, a.due_at, a.state AS assigned, s.state, s.on_time,
           coalesce(s.nil_return, false) AS nil_return
      FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
     WHERE a.campaign_id = $1 AND a.organization_id = ANY ($2)
"""


async def read_cells(
    connection: Connection, campaign_id: UUID, organization_ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    """What each of these owes and how far it is."""
    return await connection.fetch(CELLS, campaign_id, list(organization_ids))


COUNTS = """
    SELECT a.organization_id, a.deliverable_id,
           count(*) FILTER (WHERE a.state <> 'waived') AS expected,
           count(*) FILTER (WHERE a.state <> 'waived' AND s.id IS NOT NULL) AS actual,
           count(*) FILTER (WHERE a.state <> 'waived' AND s.on_time) AS actual_on_time,
           count(*) FILTER (WHERE a.state <> 'waived' AND s.state = 'accepted') AS accepted,
           count(*) FILTER (WHERE a.state <> 'waived' AND s.nil_return) AS nil_returns,
           count(*) FILTER (WHERE a.state <> 'waived' AND s.id IS NULL AND a.due_at < $2) AS overdue,
           count(*) FILTER (WHERE a.state = 'waived') AS waived
      FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id AND s.state <> 'withdrawn'
     WHERE a.campaign_id = $1 GROUP BY a.organization_id, a.deliverable_id
"""


async def count_by_unit(connection: Connection, campaign_id: UUID, moment: datetime) -> list[asyncpg.Record]:
    """Counts by unit and deliverable."""
    return await connection.fetch(COUNTS, campaign_id, moment)


SUBMISSION_COUNT = "SELECT count(*) FROM export_source WHERE campaign_id = $1 AND noun = 'submission'"


async def count_submissions(connection: Connection, campaign_id: UUID) -> int:
    """How many submissions there are, withdrawn ones too."""
    count: int = await connection.fetchval(SUBMISSION_COUNT, campaign_id)
    return count


SECTIONS = """
    SELECT section.key AS name, max(length(section.value)) AS longest
      FROM export_source s, jsonb_each_text(s.body->'sections') AS section
     WHERE s.campaign_id = $1 AND s.noun = 'submission' GROUP BY section.key ORDER BY section.key
"""


async def measure_sections(connection: Connection, campaign_id: UUID) -> dict[str, int]:
    """The names of all sections that were handed in, each with the length of its longest text."""
    return {row["name"]: row["longest"] for row in await connection.fetch(SECTIONS, campaign_id)}


SUBMISSIONS = """
    SELECT s.body, o.name AS organization, a.due_at
      FROM export_source s
      LEFT JOIN organization o ON o.id = (s.body->>'organization_id')::uuid
      LEFT JOIN assignment a ON a.id = (s.body->>'assignment_id')::uuid
     WHERE s.campaign_id = $1 AND s.noun = 'submission'
     ORDER BY coalesce(o.sort_order, 2147483647), o.id, s.body->>'deliverable_id', s.id
"""


async def stream_submissions(
    connection: Connection, campaign_id: UUID
) -> AsyncIterator[list[asyncpg.Record]]:
    """The newest version of every submission with its unit, in the office's order, in batches."""
    cursor = await connection.cursor(SUBMISSIONS, campaign_id)
    while batch := await cursor.fetch(BATCH_ROWS):
        yield batch


OFFICIAL = """
    SELECT v.body FROM accepted_version v JOIN export_source s ON s.id = v.submission_id
     WHERE v.campaign_id = $1 AND (s.body->>'accepted_version')::integer = v.version
       AND s.body->>'state' <> 'withdrawn' ORDER BY v.submission_id
"""


async def read_official(connection: Connection, campaign_id: UUID) -> list[Any]:
    """The accepted version of each submission that has one, although a newer may be under review."""
    return [row["body"] for row in await connection.fetch(OFFICIAL, campaign_id)]


ATTACHED = """
    -- Those of the newest version and those of the accepted one, each once.
    WITH named AS (
        SELECT id AS submission_id, body FROM export_source
         WHERE campaign_id = $1 AND noun = 'submission' AND body->>'state' <> 'withdrawn'
        UNION ALL
        SELECT v.submission_id, v.body FROM accepted_version v JOIN export_source s ON s.id = v.submission_id
         WHERE v.campaign_id = $1 AND (s.body->>'accepted_version')::integer = v.version
           AND s.body->>'state' <> 'withdrawn'
    ), attached AS (
        SELECT DISTINCT ON (submission_id, attachment_id) submission_id, attachment_id,
               (body->>'organization_id')::uuid AS organization_id, (body->>'deliverable_id')::uuid AS deliverable_id,
               body->>'receipt_number' AS receipt_number
          FROM named, jsonb_array_elements_text(body->'attachment_ids') AS attachment_id
         ORDER BY submission_id, attachment_id, body->>'version'
    )
    SELECT t.organization_id, t.deliverable_id, t.receipt_number, t.attachment_id::uuid AS attachment_id,
           f.body AS file
      FROM attached t
      LEFT JOIN export_source f ON f.id = t.attachment_id::uuid AND f.noun = 'attachment'
     ORDER BY t.submission_id, t.attachment_id
"""


async def read_attached(connection: Connection, campaign_id: UUID) -> list[asyncpg.Record]:
    """Every attachment that a submission names, with what is known of its file (None: it was never told of)."""
    return await connection.fetch(ATTACHED, campaign_id)
