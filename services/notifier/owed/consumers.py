"""What is owed, kept by what registry and submissions say; the view `still_owed` puts it together."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.assignments import AssignmentMade, AssignmentMoved
from contracts.registry.notices import AcknowledgementMoved, AcknowledgementOwed
from contracts.submissions.submissions import SubmissionReceived

KEEP_ASSIGNMENTS = """
    INSERT INTO assignment AS known (id, version, campaign_id, deliverable_id, organization_id, title, due_at,
                                     due_set_at, state)
    SELECT id, version, campaign_id, deliverable_id, organization_id, title, due_at, due_set_at, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, deliverable_id uuid,
                                            organization_id uuid, title text, due_at timestamptz,
                                            due_set_at timestamptz, state text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
           deliverable_id = excluded.deliverable_id, title = excluded.title, due_at = excluded.due_at,
           due_set_at = excluded.due_set_at, state = excluded.state
     WHERE excluded.version > known.version
"""


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


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade | AssignmentMoved]) -> None:
    """Keep the newest of each."""
    rows = [event.assignment.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP_ASSIGNMENTS, rows)
    if moved := [event.aggregate_id for event in events if isinstance(event, AssignmentMoved)]:
        await tx.connection.execute(PLAN_ANEW, moved)


KEEP_ACKNOWLEDGEMENTS = """
    INSERT INTO acknowledgement AS known (id, version, campaign_id, organization_id, title, due_at, created_at, state)
    SELECT id, version, campaign_id, organization_id, title, due_at, created_at, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, organization_id uuid,
                                            title text, due_at timestamptz, created_at timestamptz, state text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, organization_id = excluded.organization_id,
           due_at = excluded.due_at, state = excluded.state
     WHERE excluded.version > known.version
"""


async def on_acknowledgements(
    tx: Transaction, events: Sequence[AcknowledgementOwed | AcknowledgementMoved]
) -> None:
    """Keep the newest of each."""
    rows = [event.acknowledgement.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP_ACKNOWLEDGEMENTS, rows)
    if moved := [event.aggregate_id for event in events if isinstance(event, AcknowledgementMoved)]:
        await tx.connection.execute(PLAN_ANEW, moved)


KEEP_SUBMISSIONS = """
    INSERT INTO submission AS known (id, revision, campaign_id, assignment_id, organization_id, state, correct_by,
                                     returned_at, updated_at)
    SELECT id, revision, campaign_id, assignment_id, organization_id, state, correct_by, returned_at, updated_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, revision integer, campaign_id uuid, assignment_id uuid,
                                            organization_id uuid, state text, correct_by timestamptz,
                                            returned_at timestamptz, updated_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
           correct_by = excluded.correct_by, returned_at = excluded.returned_at, updated_at = excluded.updated_at
     WHERE excluded.revision > known.revision
"""


async def on_submissions(tx: Transaction, events: Sequence[SubmissionReceived]) -> None:
    """Keep the newest of each."""
    rows = [event.submission.model_dump(mode="json", exclude={"sections"}) for event in latest(events)]
    await tx.connection.execute(KEEP_SUBMISSIONS, rows)
