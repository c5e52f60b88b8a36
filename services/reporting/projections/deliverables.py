"""Deliverables, as registry tells them."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.deliverables import DeliverableDefined

KEEP = """
    INSERT INTO deliverable AS known (id, version, campaign_id, kind, title, due_at)
    SELECT id, version, campaign_id, kind, title, due_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, kind text, title text,
                                            due_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           kind = excluded.kind, title = excluded.title, due_at = excluded.due_at
     WHERE excluded.version > known.version
"""


async def on_deliverables(tx: Transaction, events: Sequence[DeliverableDefined]) -> None:
    """Keep the newest of each."""
    rows = [event.deliverable.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)
