"""The rows that exports are made of, read from what was told: of the present, or of a past moment `up_to`."""

# ruff: noqa: S608 - statements are put together out of constants only

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
from services.reporting.counters.model import PRESENT
from services.reporting.exports.order import NotMakeable
from services.reporting.exports.told import IS_PRESENT, told_at
from services.reporting.figures.matrix import OWING_AT, Debt, debts_by_unit, read_past_debts
from services.reporting.figures.tree import NEWEST

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


TOLD = f"SELECT body FROM {told_at('$2', '$3')} AS told ORDER BY id"


async def _read_told(connection: Connection, campaign_id: UUID, noun: str, up_to: datetime) -> list[Any]:
    return [row["body"] for row in await connection.fetch(TOLD, campaign_id, noun, up_to)]


COMPLETE = """
    -- Whoever heard of events before migration 0221 kept no whole state of them, and must be told again.
    SELECT (SELECT count(*) FROM activity WHERE campaign_id = $1)
           + (SELECT count(*) FROM deliverable WHERE campaign_id = $1)
           + (SELECT count(*) FROM submission WHERE campaign_id = $1)
           <= (SELECT count(*) FROM export_source
                WHERE campaign_id = $1 AND noun IN ('activity', 'deliverable', 'submission'))
       AND (SELECT count(*) FROM submission WHERE campaign_id = $1 AND state = 'accepted')
           <= (SELECT count(*) FROM accepted_version WHERE campaign_id = $1)
"""


async def find_campaign(connection: Connection, campaign_id: UUID, up_to: datetime) -> Campaign:
    """The campaign as registry told it; NotMakeable while a part of what belongs to it is not kept."""
    told = await _read_told(connection, campaign_id, "campaign", up_to)
    if not told or not await connection.fetchval(COMPLETE, campaign_id):
        raise NotMakeable(
            "the campaign was heard of before exports kept what they are made of; "
            "an operator runs `rollcall replay registry` and `rollcall replay submissions` once"
        )
    return Campaign.model_validate(told[0])


MISSING = """
    -- Versions go up one by one, so a moment's state is known when it is kept and the next one is, or nothing followed.
    WITH known AS (
        SELECT id, noun, version, since, true AS is_kept FROM export_source_past
         WHERE campaign_id = $1 AND noun = ANY ($3)
        UNION ALL
        SELECT id, noun, version, (body->>'updated_at')::timestamptz, false FROM export_source
         WHERE campaign_id = $1 AND noun = ANY ($3)
    ), followed AS (
        SELECT id, noun, coalesce(max(version) FILTER (WHERE since <= $2), 0) AS told,
               coalesce(max(version) FILTER (WHERE since <= $2 AND is_kept), 0) AS kept,
               max(version) AS newest, min(version) FILTER (WHERE since > $2 AND is_kept) AS following
          FROM known GROUP BY id, noun
    )
    SELECT noun, count(*) AS missing_count FROM followed
     WHERE kept < told OR (newest > told AND (following IS NULL OR following > told + 1))
     GROUP BY noun ORDER BY noun
"""


async def count_missing(
    connection: Connection, campaign_id: UUID, moment: datetime, nouns: Sequence[str]
) -> dict[str, int]:
    """Of how many of these nouns' states at a moment it is not known what they were."""
    rows = await connection.fetch(MISSING, campaign_id, moment, list(nouns))
    return {row["noun"]: row["missing_count"] for row in rows}


async def read_activities(connection: Connection, campaign_id: UUID, up_to: datetime) -> list[Activity]:
    """All activities, drafts too."""
    told = await _read_told(connection, campaign_id, "activity", up_to)
    return [Activity.model_validate(body) for body in told]


async def read_theme_days(connection: Connection, campaign_id: UUID, up_to: datetime) -> list[ThemeDay]:
    """The theme days, the earliest first."""
    told = await _read_told(connection, campaign_id, "theme_day", up_to)
    return sorted((ThemeDay.model_validate(body) for body in told), key=lambda day: (day.date, day.id))


async def read_deliverables(connection: Connection, campaign_id: UUID, up_to: datetime) -> list[Deliverable]:
    """The deliverables that stand, in the order in which they were defined."""
    told = await _read_told(connection, campaign_id, "deliverable", up_to)
    return [each for body in told if (each := Deliverable.model_validate(body)).cancelled_at is None]


@dataclass(frozen=True, slots=True)
class Unit:
    """An organization in its place in the tree."""

    id: UUID
    name: str
    kind: str
    parent_id: UUID | None
    sort_order: int


_IS_PRESENT = IS_PRESENT.format(moment="$2")
UNITS = "SELECT id, name, kind, parent_id, sort_order FROM organization ORDER BY sort_order, id"
UNITS_AT = f"""
    SELECT id, name, kind, parent_id, sort_order FROM organization_past unit
     WHERE version = {NEWEST.format(moment="$1", id="unit.id")} ORDER BY sort_order, id
"""


async def read_units(connection: Connection, up_to: datetime) -> list[Unit]:
    """All organizations in the office's order."""
    asked = connection.fetch(UNITS) if up_to == PRESENT else connection.fetch(UNITS_AT, up_to)
    return [Unit(**dict(row)) for row in await asked]


OWING = "SELECT DISTINCT organization_id FROM assignment WHERE campaign_id = $1"


async def find_owing(connection: Connection, campaign_id: UUID, up_to: datetime) -> set[UUID]:
    """Who owes anything, waived or not."""
    if up_to == PRESENT:
        rows = await connection.fetch(OWING, campaign_id)
    else:
        rows = await connection.fetch(OWING_AT, campaign_id, up_to)
    return {row["organization_id"] for row in rows}


DEBTS = """
    SELECT a.id, a.deliverable_id, a.due_at, a.state, a.organization_id, s.state AS handed_in, s.on_time,
           s.nil_return, s.review_stages, s.review_stage
      FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
     WHERE a.campaign_id = $1 AND a.organization_id = ANY ($2)
"""


async def read_debts(
    connection: Connection, campaign_id: UUID, organization_ids: Sequence[UUID], up_to: datetime
) -> dict[UUID, list[Debt]]:
    """What each of these owes and how far it is."""
    if up_to != PRESENT:
        return await read_past_debts(connection, campaign_id, organization_ids, up_to)
    return debts_by_unit(organization_ids, await connection.fetch(DEBTS, campaign_id, list(organization_ids)))


_SUBMISSIONS = told_at("'submission'", "$2")
SUBMISSION_COUNT = f"SELECT count(*) FROM {_SUBMISSIONS} AS told"


async def count_submissions(connection: Connection, campaign_id: UUID, up_to: datetime) -> int:
    """How many submissions there are, withdrawn ones too."""
    count: int = await connection.fetchval(SUBMISSION_COUNT, campaign_id, up_to)
    return count


SECTIONS = f"""
    SELECT section.key AS name, max(length(section.value)) AS longest
      FROM {_SUBMISSIONS} AS s, jsonb_each_text(s.body->'sections') AS section
     GROUP BY section.key ORDER BY section.key
"""


async def measure_sections(connection: Connection, campaign_id: UUID, up_to: datetime) -> dict[str, int]:
    """The names of all sections that were handed in, each with the length of its longest text."""
    return {row["name"]: row["longest"] for row in await connection.fetch(SECTIONS, campaign_id, up_to)}


SUBMISSIONS = f"""
    WITH unit AS (
        SELECT id, name, sort_order FROM organization WHERE {_IS_PRESENT}
        UNION ALL
        SELECT id, name, sort_order FROM organization_past unit
         WHERE NOT {_IS_PRESENT} AND version = {NEWEST.format(moment="$2", id="unit.id")}
    ), debt AS (
        SELECT id, due_at FROM assignment WHERE campaign_id = $1 AND {_IS_PRESENT}
        UNION ALL
        (SELECT DISTINCT ON (id) id, due_at FROM assignment_past
          WHERE campaign_id = $1 AND since <= $2 AND NOT {_IS_PRESENT} ORDER BY id, version DESC)
    )
    SELECT s.body, o.name AS organization, a.due_at
      FROM {_SUBMISSIONS} AS s
      LEFT JOIN unit o ON o.id = (s.body->>'organization_id')::uuid
      LEFT JOIN debt a ON a.id = (s.body->>'assignment_id')::uuid
     ORDER BY coalesce(o.sort_order, 2147483647), o.id, s.body->>'deliverable_id', s.id
"""


async def stream_submissions(
    connection: Connection, campaign_id: UUID, up_to: datetime
) -> AsyncIterator[list[asyncpg.Record]]:
    """The newest version of every submission with its unit, in the office's order, in batches."""
    cursor = await connection.cursor(SUBMISSIONS, campaign_id, up_to)
    while batch := await cursor.fetch(BATCH_ROWS):
        yield batch


OFFICIAL = f"""
    SELECT v.body FROM {_SUBMISSIONS} AS s
      JOIN LATERAL (
        SELECT body FROM accepted_version
         WHERE submission_id = s.id AND version = (s.body->>'accepted_version')::integer AND {_IS_PRESENT}
        UNION ALL
        (SELECT body FROM export_source_past
          WHERE id = s.id AND body->>'state' = 'accepted' AND body->'version' = s.body->'accepted_version'
            AND since <= $2 AND NOT {_IS_PRESENT} ORDER BY version DESC LIMIT 1)
      ) AS v ON true
     WHERE s.body->>'state' <> 'withdrawn' ORDER BY s.id
"""


async def read_official(connection: Connection, campaign_id: UUID, up_to: datetime) -> list[Any]:
    """The accepted version of each submission that has one, although a newer may be under review."""
    return [row["body"] for row in await connection.fetch(OFFICIAL, campaign_id, up_to)]


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
