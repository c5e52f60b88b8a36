"""Assignments in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connections import Connection
from contracts.registry.assignments import Assignment
from contracts.submissions.assignments import OwnAssignment, State

KEEP = """
    INSERT INTO assignment AS known (id, version, campaign_id, deliverable_id, organization_id, kind, title, sections,
                                     due_at, closes_at, state, review_stages)
    SELECT id, version, campaign_id, deliverable_id, organization_id, kind, title, sections, due_at, closes_at, state,
           coalesce(review_stages, 1)
      FROM jsonb_to_recordset($1) AS a (id uuid, version integer, campaign_id uuid, deliverable_id uuid,
                                        organization_id uuid, kind text, title text, sections text[],
                                        due_at timestamptz, closes_at timestamptz, state text,
                                        review_stages integer)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
           kind = excluded.kind, title = excluded.title, sections = excluded.sections, due_at = excluded.due_at,
           closes_at = excluded.closes_at, state = excluded.state, review_stages = excluded.review_stages
     WHERE excluded.version > known.version
"""


async def keep(connection: Connection, assignments: Sequence[Assignment]) -> None:
    """Keep those that are newer than what is known; each id at most once."""
    await connection.execute(KEEP, [each.model_dump(mode="json") for each in assignments])


LIST = """
    -- Own assignments, those below an overseer, those of campaigns that the caller issues, for an auditor also of
    -- those that units below issue.
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $2
    ), issuing AS (
        SELECT $1::uuid AS id WHERE $3 OR $4
        UNION
        SELECT o.id FROM organization o JOIN issuing ON o.parent_id = issuing.id WHERE $4
    )
    SELECT a.id, a.campaign_id, a.deliverable_id, a.organization_id, a.kind, a.title, a.sections, a.due_at,
           a.closes_at, a.review_stages, c.timezone, s.id AS submission_id, s.review_stage, s.correct_by,
           standing.state
      FROM assignment a
      LEFT JOIN submission s ON s.assignment_id = a.id
      LEFT JOIN campaign c ON c.id = a.campaign_id
      CROSS JOIN LATERAL (SELECT CASE WHEN a.state = 'waived' THEN 'waived'
                                      WHEN s.id IS NULL OR s.state = 'withdrawn' THEN 'owed'
                                      ELSE s.state END AS state) AS standing
     WHERE a.id > $5
       AND (a.organization_id IN (SELECT id FROM seen) OR c.issuer_id IN (SELECT id FROM issuing))
       AND ($6::text IS NULL OR standing.state = $6)
       AND ($7::uuid IS NULL OR a.campaign_id = $7)
       AND ($8::uuid IS NULL OR a.organization_id = $8)
     ORDER BY a.id LIMIT $9
"""


async def read_page(
    connection: Connection,
    organization_id: UUID,
    role: str,
    after: UUID,
    state: State | None,
    campaign_id: UUID | None,
    owner_id: UUID | None,
    limit: int,
) -> list[tuple[OwnAssignment, str | None]]:
    """What this caller may see, each with its campaign's zone."""
    rows = await connection.fetch(
        LIST,
        organization_id,
        role == "overseer",
        role == "coordinator",
        role == "auditor",
        after,
        state,
        campaign_id,
        owner_id,
        limit,
    )
    return [(OwnAssignment.model_validate(dict(row)), row["timezone"]) for row in rows]
