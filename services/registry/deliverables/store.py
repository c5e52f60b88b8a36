"""Deliverables in PostgreSQL."""

from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.deliverables import Deliverable

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, kind, title, sections, due_on, due_time, timezone, due_at,
           closes_at, owed_by, assignment_count, due_reason, warnings, taken_from_id
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
           closes_at, owed_by, assignment_count, due_reason, warnings, taken_from_id
      FROM deliverable WHERE campaign_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def read_page(connection: Connection, campaign_id: UUID, after: UUID, limit: int) -> list[Deliverable]:
    """A campaign's deliverables, in the order in which they were defined."""
    rows = await connection.fetch(LIST, campaign_id, after, limit)
    return [Deliverable.model_validate(dict(row)) for row in rows]


INSERT = """
    INSERT INTO deliverable (id, version, created_at, updated_at, campaign_id, kind, title, sections, due_on, due_time,
                             timezone, due_at, closes_at, owed_by, assignment_count, due_reason, warnings,
                             taken_from_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""


async def insert(tx: Transaction, deliverable: Deliverable) -> None:
    """Keep a new deliverable."""
    await tx.connection.execute(INSERT, *(_value(deliverable, name) for name in Deliverable.model_fields))


SAVE_DUE = """
    UPDATE deliverable SET version = $2, updated_at = $3, due_on = $4, due_time = $5, due_at = $6, due_reason = $7,
           warnings = $8
     WHERE id = $1
"""


async def save_due(tx: Transaction, deliverable: Deliverable) -> None:
    """Keep another due moment."""
    names = ("id", "version", "updated_at", "due_on", "due_time", "due_at", "due_reason", "warnings")
    await tx.connection.execute(SAVE_DUE, *(_value(deliverable, name) for name in names))


def _value(deliverable: Deliverable, name: str) -> Any:
    if name == "warnings":
        return [warning.model_dump(mode="json") for warning in deliverable.warnings]
    return getattr(deliverable, name)
