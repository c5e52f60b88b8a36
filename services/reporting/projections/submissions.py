"""Submissions, as submissions tells them; every change raises the revision."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Transaction
from contracts.submissions.submissions import SubmissionReceived
from services.reporting.counters import store as counters
from services.reporting.counters.handlers import counting
from services.reporting.projections.versions import read_told

FIELDS = (
    "id",
    "revision",
    "version",
    "updated_at",
    "campaign_id",
    "assignment_id",
    "state",
    "on_time",
    "nil_return",
    "review_stages",
    "review_stage",
)
KEEP = """
    INSERT INTO submission AS known (id, revision, version, campaign_id, assignment_id, state, on_time,
                    nil_return, review_stages, review_stage)
    SELECT id, revision, version, campaign_id, assignment_id, state, on_time, nil_return, review_stages, review_stage
      FROM jsonb_to_recordset($1) AS heard (id uuid, revision integer, version integer, campaign_id uuid,
                                            assignment_id uuid, state text, on_time boolean, nil_return boolean,
                                            review_stages integer, review_stage integer)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, version = excluded.version,
           campaign_id = excluded.campaign_id, assignment_id = excluded.assignment_id, state = excluded.state,
           on_time = excluded.on_time, nil_return = excluded.nil_return,
           review_stages = excluded.review_stages, review_stage = excluded.review_stage
     WHERE excluded.revision > known.revision
"""
KEEP_PAST = """
    INSERT INTO submission_past AS known (assignment_id, revision, since, state, on_time, nil_return, review_stages,
                                          review_stage)
    SELECT assignment_id, revision, updated_at, state, on_time, nil_return, review_stages, review_stage
      FROM jsonb_to_recordset($1) AS heard (assignment_id uuid, revision integer, updated_at timestamptz, state text,
                                            on_time boolean, nil_return boolean, review_stages smallint,
                                            review_stage smallint)
    ON CONFLICT (assignment_id, revision) DO UPDATE SET since = excluded.since WHERE excluded.since <> known.since
"""


async def on_submissions(tx: Transaction, events: Sequence[SubmissionReceived]) -> None:
    """Keep every revision, show the newest, count what changed."""
    await counters.begin(tx)
    told = read_told(events, FIELDS)
    assignment_ids = list({UUID(row["assignment_id"]) for row in told.all})
    async with counting(tx, assignment_ids=assignment_ids, since=told.since):
        await tx.connection.execute(KEEP_PAST, told.all)
        await tx.connection.execute(KEEP, told.newest)
    await counters.show(tx.connection, assignment_ids)
