"""Deliverables, as registry tells them, and their past."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.registry.deliverables import DeliverableDefined
from services.reporting.counters import store as counters
from services.reporting.projections.versions import read_told

FIELDS = ("id", "version", "updated_at", "campaign_id", "kind", "title", "due_at")
KEEP = """
    INSERT INTO deliverable AS known (id, version, campaign_id, kind, title, due_at)
    SELECT id, version, campaign_id, kind, title, due_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, kind text, title text,
                                            due_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           kind = excluded.kind, title = excluded.title, due_at = excluded.due_at
     WHERE excluded.version > known.version
"""
KEEP_PAST = """
    INSERT INTO deliverable_past AS known (id, version, since, campaign_id, kind, title, due_at)
    SELECT id, version, updated_at, campaign_id, kind, title, due_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, updated_at timestamptz, campaign_id uuid,
                                            kind text, title text, due_at timestamptz)
    ON CONFLICT (id, version) DO UPDATE SET since = excluded.since WHERE excluded.since <> known.since
"""


async def on_deliverables(tx: Transaction, events: Sequence[DeliverableDefined]) -> None:
    """Keep every version, show the newest."""
    await counters.begin(tx)
    told = read_told(events, FIELDS)
    await tx.connection.execute(KEEP_PAST, told.all)
    await tx.connection.execute(KEEP, told.newest)
