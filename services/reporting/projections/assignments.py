"""Assignments, as registry tells them: the rows, their past, the counters and the matrix."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Transaction
from contracts.registry.assignments import AssignmentMade
from services.reporting.counters import store as counters
from services.reporting.counters.handlers import counting
from services.reporting.history.handlers import place_new
from services.reporting.projections.versions import read_told

FIELDS = (
    "id",
    "version",
    "updated_at",
    "campaign_id",
    "deliverable_id",
    "organization_id",
    "due_at",
    "state",
)
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
KEEP_PAST = """
    INSERT INTO assignment_past AS known (id, version, since, campaign_id, deliverable_id, organization_id, due_at,
                                          state)
    SELECT id, version, updated_at, campaign_id, deliverable_id, organization_id, due_at, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, updated_at timestamptz, campaign_id uuid,
                                            deliverable_id uuid, organization_id uuid, due_at timestamptz, state text)
    ON CONFLICT (id, version) DO UPDATE SET since = excluded.since WHERE excluded.since <> known.since
"""


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade]) -> None:
    """Keep every version, show the newest, count what changed."""
    await counters.begin(tx)
    told = read_told(events, FIELDS)
    async with counting(tx, assignment_ids=told.ids, since=told.since):
        await tx.connection.execute(KEEP_PAST, told.all)
        await tx.connection.execute(KEEP, told.newest)
        await place_new(tx, {(UUID(row["campaign_id"]), UUID(row["organization_id"])) for row in told.all})
    await counters.show(tx.connection, told.ids)
