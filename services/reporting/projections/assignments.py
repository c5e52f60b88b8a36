"""Assignments, as registry tells them."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.assignments import AssignmentMade

KEEP = """
    INSERT INTO assignment AS known (id, version, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT id, version, campaign_id, deliverable_id, organization_id, due_at, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, deliverable_id uuid,
                                            organization_id uuid, due_at timestamptz, state text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           deliverable_id = excluded.deliverable_id, organization_id = excluded.organization_id,
           due_at = excluded.due_at, state = excluded.state
     WHERE excluded.version > known.version
"""


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade]) -> None:
    """Keep the newest of each."""
    rows = [event.assignment.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)
