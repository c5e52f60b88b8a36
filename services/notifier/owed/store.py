"""What is owed in PostgreSQL: copies, the moments at which it is due, and what was heard and not planned yet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.database import Transaction

KEEP_ASSIGNMENTS = """
    -- What was kept before deliverables were takes the same version once more. Whoever's waiver was taken back owes it
    -- from then on: what would have been told meanwhile is not made up for.
    INSERT INTO assignment AS known (id, version, campaign_id, deliverable_id, organization_id, title, due_at,
                                     due_set_at, state)
    SELECT id, version, campaign_id, deliverable_id, organization_id, title, due_at,
           greatest(due_set_at, (unwaiver->>'taken_back_at')::timestamptz), state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, deliverable_id uuid,
                                            organization_id uuid, title text, due_at timestamptz,
                                            due_set_at timestamptz, state text, unwaiver jsonb)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
           deliverable_id = excluded.deliverable_id, title = excluded.title, due_at = excluded.due_at,
           due_set_at = excluded.due_set_at, state = excluded.state
     WHERE excluded.version > known.version
        OR (excluded.version = known.version AND known.deliverable_id = '00000000-0000-0000-0000-000000000000')
"""


async def keep_assignments(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the newest of each assignment."""
    await tx.connection.execute(KEEP_ASSIGNMENTS, rows)


KEEP_ACKNOWLEDGEMENTS = """
    INSERT INTO acknowledgement AS known (id, version, campaign_id, organization_id, title, due_at, created_at, state)
    SELECT id, version, campaign_id, organization_id, title, due_at, created_at, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, organization_id uuid,
                                            title text, due_at timestamptz, created_at timestamptz, state text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
           due_at = excluded.due_at, state = excluded.state
     WHERE excluded.version > known.version
"""


async def keep_acknowledgements(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the newest of each acknowledgement."""
    await tx.connection.execute(KEEP_ACKNOWLEDGEMENTS, rows)


KEEP_SUBMISSIONS = """
    INSERT INTO submission AS known (id, revision, campaign_id, deliverable_id, assignment_id, organization_id, state,
                                     correct_by, returned_at, updated_at)
    SELECT id, revision, campaign_id, deliverable_id, assignment_id, organization_id, state, correct_by, returned_at,
           updated_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, revision integer, campaign_id uuid, deliverable_id uuid,
                                            assignment_id uuid, organization_id uuid, state text,
                                            correct_by timestamptz, returned_at timestamptz, updated_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, deliverable_id = excluded.deliverable_id,
           state = excluded.state, correct_by = excluded.correct_by, returned_at = excluded.returned_at,
           updated_at = excluded.updated_at
     WHERE excluded.revision > known.revision
        OR (excluded.revision = known.revision AND known.deliverable_id = '00000000-0000-0000-0000-000000000000')
"""


async def keep_submissions(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the newest of each submission."""
    await tx.connection.execute(KEEP_SUBMISSIONS, rows)


PLAN_ANEW = """
    -- What was planned for whom owed it before, and has gone to nobody yet, is planned again for who owes it now.
    DELETE FROM told t USING still_owed o
     WHERE o.about_id = ANY ($1::uuid[]) AND t.about_id = o.about_id AND t.due_at = o.due_at
       AND EXISTS (SELECT FROM notification n
                    WHERE n.about_id = t.about_id AND n.occasion = t.occasion AND n.due_at = t.due_at
                      AND n.about_organization_id <> o.organization_id)
       AND NOT EXISTS (SELECT FROM notification n
                        WHERE n.about_id = t.about_id AND n.occasion = t.occasion AND n.due_at = t.due_at
                          AND n.state NOT IN ('planned', 'failed'))
"""


async def plan_anew(tx: Transaction, moved: Sequence[UUID]) -> None:
    """What moved to another unit is told to that one."""
    await tx.connection.execute(PLAN_ANEW, list(moved))


NOTE_MOMENTS = """
    INSERT INTO due_moment (campaign_id, deliverable_id, due_at)
    SELECT DISTINCT campaign_id, deliverable_id, due_at FROM still_owed WHERE about_id = ANY ($1::uuid[])
     ORDER BY campaign_id, deliverable_id, due_at
    ON CONFLICT DO NOTHING
"""
NOTE_UNPLANNED = "INSERT INTO unplanned (about_id) SELECT about_id FROM unnest($1::uuid[]) AS u (about_id)"


async def note(tx: Transaction, about_ids: Sequence[UUID]) -> None:
    """The next sweep looks at these again, and knows when they are due."""
    ids = sorted(set(about_ids))
    await tx.connection.execute(NOTE_MOMENTS, ids)
    await tx.connection.execute(NOTE_UNPLANNED, ids)
