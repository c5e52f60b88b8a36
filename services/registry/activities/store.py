"""Activities in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.activities import Activity
from services.registry.activities.model import SerialNumberTaken

LAST = 1_000_000
"""Where an activity without a serial number stands."""

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts, hosts_text,
           starts_at, ends_at, place, mode, settings, audiences, products, carriers, state, selection, reason,
           schedule_note, state_before, former_starts_at, former_ends_at, emergency_plan_id, threat_assessment_id,
           attachment_ids, actual_starts_at, actual_ends_at, turnout, summary, links, report_attachment_ids,
           nominated_from_id, warnings
      FROM activity WHERE id = $1
"""
LOCK = FIND + " FOR UPDATE"


async def find(connection: Connection, id: UUID) -> Activity:
    """The activity, or NotFound."""
    return _read(await connection.fetchrow(FIND, id), id)


async def lock(tx: Transaction, id: UUID) -> Activity:
    """The activity, held until the transaction ends."""
    return _read(await tx.connection.fetchrow(LOCK, id), id)


FIND_THESE = """
    SELECT id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts, hosts_text,
           starts_at, ends_at, place, mode, settings, audiences, products, carriers, state, selection, reason,
           schedule_note, state_before, former_starts_at, former_ends_at, emergency_plan_id, threat_assessment_id,
           attachment_ids, actual_starts_at, actual_ends_at, turnout, summary, links, report_attachment_ids,
           nominated_from_id, warnings
      FROM activity WHERE id = ANY ($1) ORDER BY coalesce(serial_number, 1000000), id
"""


async def find_these(connection: Connection, ids: Sequence[UUID]) -> list[Activity]:
    """Those of `ids` that there are, in the order of the list."""
    return [Activity.model_validate(dict(row)) for row in await connection.fetch(FIND_THESE, ids)]


LOCK_THESE = """
    -- In one order for all, so that two who lock many wait and do not lock each other out.
    SELECT id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts, hosts_text,
           starts_at, ends_at, place, mode, settings, audiences, products, carriers, state, selection, reason,
           schedule_note, state_before, former_starts_at, former_ends_at, emergency_plan_id, threat_assessment_id,
           attachment_ids, actual_starts_at, actual_ends_at, turnout, summary, links, report_attachment_ids,
           nominated_from_id, warnings
      FROM activity WHERE id = ANY ($1) ORDER BY id FOR UPDATE
"""


async def lock_these(tx: Transaction, ids: Sequence[UUID]) -> list[Activity]:
    """Those of `ids` that there are, by id, held until the transaction ends."""
    return [Activity.model_validate(dict(row)) for row in await tx.connection.fetch(LOCK_THESE, ids)]


ALL = "SELECT id FROM activity WHERE campaign_id = $1"


async def lock_all(tx: Transaction, campaign_id: UUID) -> list[Activity]:
    """All of a campaign's activities, held until the transaction ends."""
    return await lock_these(tx, [row["id"] for row in await tx.connection.fetch(ALL, campaign_id)])


COPY = "SELECT id FROM activity WHERE nominated_from_id = $1"


async def lock_copy(tx: Transaction, id: UUID) -> Activity | None:
    """The copy of this activity in the campaign above, held until the transaction ends; None before there is one."""
    copy: UUID | None = await tx.connection.fetchval(COPY, id)
    return None if copy is None else await lock(tx, copy)


HOLD = "SELECT id FROM activity WHERE campaign_id = $1 ORDER BY id FOR UPDATE"


async def hold_all(tx: Transaction, campaign_id: UUID) -> None:
    """Let nobody change any of a campaign's activities until the transaction ends."""
    await tx.connection.execute(HOLD, campaign_id)


INSERT = """
    INSERT INTO activity (id, version, created_at, updated_at, campaign_id, serial_number, category, name, hosts,
                          hosts_text, starts_at, ends_at, place, mode, settings, audiences, products, carriers,
                          state, selection, reason, schedule_note, state_before, former_starts_at, former_ends_at,
                          emergency_plan_id, threat_assessment_id, attachment_ids, actual_starts_at, actual_ends_at,
                          turnout, summary, links, report_attachment_ids, nominated_from_id, warnings)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)
"""


async def insert(tx: Transaction, activities: Sequence[Activity]) -> None:
    """Keep new activities."""
    await _write(tx, INSERT, activities)


SAVE = """
    UPDATE activity SET version = $2, created_at = $3, updated_at = $4, campaign_id = $5, serial_number = $6,
           category = $7, name = $8, hosts = $9, hosts_text = $10, starts_at = $11, ends_at = $12, place = $13,
           mode = $14, settings = $15, audiences = $16, products = $17, carriers = $18, state = $19, selection = $20,
           reason = $21, schedule_note = $22, state_before = $23, former_starts_at = $24, former_ends_at = $25,
           emergency_plan_id = $26, threat_assessment_id = $27, attachment_ids = $28, actual_starts_at = $29,
           actual_ends_at = $30, turnout = $31, summary = $32, links = $33, report_attachment_ids = $34,
           nominated_from_id = $35, warnings = $36
     WHERE id = $1
"""


async def save(tx: Transaction, activities: Sequence[Activity]) -> None:
    """Keep changed activities."""
    await _write(tx, SAVE, activities)


LET_NUMBERS_GO = "UPDATE activity SET serial_number = NULL WHERE id = ANY ($1)"


async def let_numbers_go(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Free the serial numbers of these, which are saved with others before the transaction ends."""
    await tx.connection.execute(LET_NUMBERS_GO, ids)


FOREIGN = """
    WITH RECURSIVE seen AS (
        SELECT $2::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $3
    )
    SELECT id FROM attachment WHERE id = ANY ($1) AND organization_id NOT IN (SELECT id FROM seen)
"""


async def find_foreign(
    connection: Connection, ids: Sequence[UUID], organization_id: UUID, with_those_below: bool
) -> set[UUID]:
    """Those of `ids` that name an attachment of another organization, or of one that is not below it either."""
    rows = await connection.fetch(FOREIGN, ids, organization_id, with_those_below)
    return {row["id"] for row in rows}


async def _write(tx: Transaction, statement: str, activities: Sequence[Activity]) -> None:
    rows = [[_value(each, name) for name in Activity.model_fields] for each in activities]
    try:
        await tx.connection.executemany(statement, rows)
    except asyncpg.UniqueViolationError as taken:
        raise SerialNumberTaken(f"another activity has that serial number: {taken.detail}") from None


def _value(activity: Activity, name: str) -> Any:
    if name in ("hosts", "warnings"):
        return [each.model_dump(mode="json") for each in getattr(activity, name)]
    return getattr(activity, name)


def _read(row: asyncpg.Record | None, id: UUID) -> Activity:
    if row is None:
        raise NotFound(f"there is no activity {id}")
    return Activity.model_validate(dict(row))
