"""Assignments in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.assignments import Assignment

INSERT = """
    INSERT INTO assignment (id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind,
                            title, sections, due_at, due_set_at, closes_at, state, extension, waiver)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


async def insert(tx: Transaction, assignments: Sequence[Assignment]) -> None:
    """Keep new assignments."""
    await tx.connection.executemany(
        INSERT, [[_value(each, name) for name in Assignment.model_fields] for each in assignments]
    )


LOCK = """
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver
      FROM assignment WHERE id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> Assignment:
    """The assignment, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    if row is None:
        raise NotFound(f"there is no assignment {id}")
    return Assignment.model_validate(dict(row))


LOCK_OF_DELIVERABLE = """
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver
      FROM assignment WHERE deliverable_id = $1 ORDER BY id FOR UPDATE
"""


async def lock_of_deliverable(tx: Transaction, deliverable_id: UUID) -> list[Assignment]:
    """All assignments of a deliverable, held until the transaction ends."""
    rows = await tx.connection.fetch(LOCK_OF_DELIVERABLE, deliverable_id)
    return [Assignment.model_validate(dict(row)) for row in rows]


SAVE = """
    UPDATE assignment SET version = $2, updated_at = $3, due_at = $4, due_set_at = $5, closes_at = $6, state = $7,
           extension = $8, waiver = $9
     WHERE id = $1
"""


async def save(tx: Transaction, assignments: Sequence[Assignment]) -> None:
    """Keep changed assignments."""
    names = (
        "id",
        "version",
        "updated_at",
        "due_at",
        "due_set_at",
        "closes_at",
        "state",
        "extension",
        "waiver",
    )
    await tx.connection.executemany(SAVE, [[_value(each, name) for name in names] for each in assignments])


LIST = """
    WITH RECURSIVE seen AS (
        SELECT id FROM organization WHERE id = $5
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id
    )
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver
      FROM assignment
     WHERE campaign_id = $1 AND id > $2
       AND ($3::uuid IS NULL OR organization_id = $3)
       AND ($4::uuid IS NULL OR deliverable_id = $4)
       AND ($5::uuid IS NULL OR organization_id IN (SELECT id FROM seen))
     ORDER BY id LIMIT $6
"""


async def read_page(
    connection: Connection,
    campaign_id: UUID,
    after: UUID,
    organization_id: UUID | None,
    deliverable_id: UUID | None,
    below: UUID | None,
    limit: int,
) -> list[Assignment]:
    """A campaign's assignments; with `below`, only those of that organization and the ones under it."""
    rows = await connection.fetch(LIST, campaign_id, after, organization_id, deliverable_id, below, limit)
    return [Assignment.model_validate(dict(row)) for row in rows]


def _value(assignment: Assignment, name: str) -> Any:
    value = getattr(assignment, name)
    return value.model_dump(mode="json") if name in ("extension", "waiver") and value is not None else value
