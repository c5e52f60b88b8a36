"""Assignments in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.assignments import Assignment

INSERT = """
    INSERT INTO assignment (id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind,
                            title, sections, due_at, due_set_at, closes_at, state, review_stages)
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, review_stages
      FROM jsonb_to_recordset($1) AS made (id uuid, version integer, created_at timestamptz, updated_at timestamptz,
                                           campaign_id uuid, deliverable_id uuid, organization_id uuid, kind text,
                                           title text, sections text[], due_at timestamptz, due_set_at timestamptz,
                                           closes_at timestamptz, state text, review_stages integer)
"""


async def insert(tx: Transaction, assignments: Sequence[Assignment]) -> None:
    """Keep new assignments, which nothing was granted to yet."""
    await tx.connection.execute(INSERT, [each.model_dump(mode="json") for each in assignments])


LOCK = """
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver, unwaiver, review_stages
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
           due_at, due_set_at, closes_at, state, extension, waiver, unwaiver, review_stages
      FROM assignment WHERE deliverable_id = $1 ORDER BY id FOR UPDATE
"""


async def lock_of_deliverable(tx: Transaction, deliverable_id: UUID) -> list[Assignment]:
    """All assignments of a deliverable, held until the transaction ends."""
    rows = await tx.connection.fetch(LOCK_OF_DELIVERABLE, deliverable_id)
    return [Assignment.model_validate(dict(row)) for row in rows]


LOCK_OWED_BY = """
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver, unwaiver, review_stages
      FROM assignment WHERE deliverable_id = $1 AND organization_id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE
"""


async def lock_owed_by(
    tx: Transaction, deliverable_id: UUID, organization_ids: Sequence[UUID]
) -> list[Assignment]:
    """A deliverable's assignments of these organizations, held until the transaction ends."""
    rows = await tx.connection.fetch(LOCK_OWED_BY, deliverable_id, organization_ids)
    return [Assignment.model_validate(dict(row)) for row in rows]


SAVE = """
    UPDATE assignment AS known SET version = given.version, updated_at = given.updated_at, kind = given.kind,
           title = given.title, sections = given.sections, due_at = given.due_at, due_set_at = given.due_set_at,
           closes_at = given.closes_at, state = given.state, extension = given.extension, waiver = given.waiver,
           unwaiver = given.unwaiver, review_stages = given.review_stages
      FROM jsonb_to_recordset($1) AS given (id uuid, version integer, updated_at timestamptz, kind text, title text,
                                            sections text[], due_at timestamptz, due_set_at timestamptz,
                                            closes_at timestamptz, state text, extension jsonb, waiver jsonb,
                                            unwaiver jsonb, review_stages integer)
     WHERE known.id = given.id
"""


async def save(tx: Transaction, assignments: Sequence[Assignment]) -> None:
    """Keep changed assignments."""
    await tx.connection.execute(SAVE, [each.model_dump(mode="json") for each in assignments])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None narrows nothing. `below`: that organization and the ones under it."""

    organization_id: UUID | None
    deliverable_id: UUID | None
    below: UUID | None
    state: str | None
    due_before: datetime | None
    overdue_at: datetime | None


LIST = """
    WITH RECURSIVE seen AS (
        SELECT id FROM organization WHERE id = $5
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id
    )
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver, unwaiver, review_stages
      FROM assignment
     WHERE campaign_id = $1 AND id > $2
       AND ($3::uuid IS NULL OR organization_id = $3)
       AND ($4::uuid IS NULL OR deliverable_id = $4)
       AND ($5::uuid IS NULL OR organization_id IN (SELECT id FROM seen))
       AND ($6::text IS NULL OR state = $6)
       AND ($7::timestamptz IS NULL OR due_at < $7)
       AND ($8::timestamptz IS NULL OR (state = 'owed' AND due_at < $8))
     ORDER BY id LIMIT $9
"""


async def read_page(
    connection: Connection, campaign_id: UUID, after: UUID, wanted: Wanted, limit: int
) -> list[Assignment]:
    """A campaign's assignments, narrowed to what is wanted."""
    rows = await connection.fetch(LIST, campaign_id, after, *astuple(wanted), limit)
    return [Assignment.model_validate(dict(row)) for row in rows]
