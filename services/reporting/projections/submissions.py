"""Submissions, as submissions tells them; every change raises the revision."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.submissions.submissions import SubmissionReceived

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


async def on_submissions(tx: Transaction, events: Sequence[SubmissionReceived]) -> None:
    """Keep the newest of each."""
    rows = [event.submission.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)
