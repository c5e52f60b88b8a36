"""Deliverables in PostgreSQL."""

from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.deliverables import Deliverable

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, title, sections, due_on, due_time, timezone, due_at,
           closes_at, owed_by, assignment_count, due_reason, warnings, owed_by_rule, review_stages, cancelled_at,
           cancel_reason, taken_from_id
      FROM deliverable WHERE id = $1
"""
LOCK = FIND + " FOR UPDATE"


async def lock(tx: Transaction, id: UUID) -> Deliverable:
    """The deliverable, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    if row is None:
        raise NotFound(f"there is no deliverable {id}")
    return Deliverable.model_validate(dict(row))


async def find(connection: Connection, id: UUID) -> Deliverable:
    """The deliverable, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no deliverable {id}")
    return Deliverable.model_validate(dict(row))


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, title, sections, due_on, due_time, timezone, due_at,
           closes_at, owed_by, assignment_count, due_reason, warnings, owed_by_rule, review_stages, cancelled_at,
           cancel_reason, taken_from_id
      FROM deliverable WHERE campaign_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def read_page(connection: Connection, campaign_id: UUID, after: UUID, limit: int) -> list[Deliverable]:
    """A campaign's deliverables, in the order in which they were defined."""
    rows = await connection.fetch(LIST, campaign_id, after, limit)
    return [Deliverable.model_validate(dict(row)) for row in rows]


INSERT = """
    INSERT INTO deliverable (id, version, created_at, updated_at, campaign_id, kind, title, sections, due_on, due_time,
                             timezone, due_at, closes_at, owed_by, assignment_count, due_reason, warnings,
                             owed_by_rule, review_stages, cancelled_at, cancel_reason, taken_from_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
"""


async def insert(tx: Transaction, deliverable: Deliverable) -> None:
    """Keep a new deliverable."""
    await tx.connection.execute(INSERT, *(_value(deliverable, name) for name in Deliverable.model_fields))


SAVE = """
    UPDATE deliverable SET version = $2, created_at = $3, updated_at = $4, campaign_id = $5, kind = $6, title = $7,
           sections = $8, due_on = $9, due_time = $10, timezone = $11, due_at = $12, closes_at = $13, owed_by = $14,
           assignment_count = $15, due_reason = $16, warnings = $17, owed_by_rule = $18, review_stages = $19,
           cancelled_at = $20, cancel_reason = $21, taken_from_id = $22
     WHERE id = $1
"""


async def save(tx: Transaction, deliverable: Deliverable) -> None:
    """Keep a changed deliverable."""
    await tx.connection.execute(SAVE, *(_value(deliverable, name) for name in Deliverable.model_fields))


def _value(deliverable: Deliverable, name: str) -> Any:
    if name == "warnings":
        return [warning.model_dump(mode="json") for warning in deliverable.warnings]
    if name == "owed_by_rule" and deliverable.owed_by_rule is not None:
        return deliverable.owed_by_rule.model_dump(mode="json")
    return getattr(deliverable, name)
