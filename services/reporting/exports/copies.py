"""What exports are made of: the whole states of each noun, kept as its owner told them, the newest apart."""

from collections.abc import Sequence
from typing import Any

from chassis.consumers import Handler, latest
from chassis.database import Transaction
from contracts.envelope import Event
from contracts.submissions.submissions import Submission, SubmissionAccepted

KEEP = """
    INSERT INTO export_source AS known (id, noun, version, campaign_id, body)
    SELECT id, noun, version, campaign_id, body
      FROM jsonb_to_recordset($1) AS heard (id uuid, noun text, version integer, campaign_id uuid, body jsonb)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id, body = excluded.body
     WHERE excluded.version > known.version
"""
KEEP_PAST = """
    INSERT INTO export_source_past AS known (id, version, since, noun, campaign_id, body)
    SELECT id, version, (body->>'updated_at')::timestamptz, noun, campaign_id, body
      FROM jsonb_to_recordset($1) AS heard (id uuid, noun text, version integer, campaign_id uuid, body jsonb)
    ON CONFLICT (id, version) DO UPDATE SET since = excluded.since, body = excluded.body
     WHERE (excluded.since, excluded.body) <> (known.since, known.body)
"""


def keeper_of(noun: str) -> Handler:
    """The handler of the facts of one noun, of which the newest state is kept."""

    async def keep(tx: Transaction, events: Sequence[Event]) -> None:
        told = [getattr(event, noun) for event in latest(events)]
        await tx.connection.execute(KEEP, [_row(noun, each) for each in told])

    return keep


def historian_of(noun: str) -> Handler:
    """The handler of the facts of one noun, of which every state is kept beside the newest."""

    async def keep(tx: Transaction, events: Sequence[Event]) -> None:
        newest = {event.aggregate_id: event.aggregate_version for event in latest(events)}
        told = {(event.aggregate_id, event.aggregate_version): getattr(event, noun) for event in events}
        rows = {key: _row(noun, each) for key, each in told.items()}
        await tx.connection.execute(KEEP_PAST, list(rows.values()))
        await tx.connection.execute(KEEP, [rows[key] for key in newest.items()])

    return keep


def _row(noun: str, told: Any) -> dict[str, Any]:
    campaign_id = told.id if noun == "campaign" else getattr(told, "campaign_id", None)
    return {
        "id": str(told.id),
        "noun": noun,
        "version": told.revision_number,
        "campaign_id": None if campaign_id is None else str(campaign_id),
        "body": told.model_dump(mode="json"),
    }


KEEP_ACCEPTED = """
    INSERT INTO accepted_version AS known (submission_id, version, campaign_id, body)
    SELECT submission_id, version, campaign_id, body
      FROM jsonb_to_recordset($1) AS heard (submission_id uuid, version integer, campaign_id uuid, body jsonb)
    ON CONFLICT (submission_id) DO UPDATE SET version = excluded.version, body = excluded.body
     WHERE excluded.version > known.version
"""


async def on_accepted(tx: Transaction, events: Sequence[SubmissionAccepted]) -> None:
    """Keep each accepted version, although a newer one that was handed in may have been heard of already."""
    newest: dict[Any, Submission] = {}
    for event in events:
        known = newest.get(event.submission.id)
        if known is None or event.submission.version > known.version:
            newest[event.submission.id] = event.submission
    rows = [
        {
            "submission_id": str(each.id),
            "version": each.version,
            "campaign_id": str(each.campaign_id),
            "body": each.model_dump(mode="json"),
        }
        for each in newest.values()
    ]
    await tx.connection.execute(KEEP_ACCEPTED, rows)
