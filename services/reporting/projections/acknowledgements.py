"""Acknowledgements of notices, as registry tells them: the rows, their past and the counters."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Transaction
from contracts.registry.notices import AcknowledgementOwed
from services.reporting.counters import store as counters
from services.reporting.counters.handlers import counting
from services.reporting.history.handlers import place_new
from services.reporting.projections.versions import read_told

FIELDS = ("id", "version", "updated_at", "campaign_id", "organization_id", "state")
KEEP = """
    INSERT INTO acknowledgement AS known (id, version, campaign_id, organization_id, state)
    SELECT id, version, campaign_id, organization_id, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, organization_id uuid,
                                            state text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           organization_id = excluded.organization_id, state = excluded.state
     WHERE excluded.version > known.version
"""
KEEP_PAST = """
    INSERT INTO acknowledgement_past AS known (id, version, since, campaign_id, organization_id, state)
    SELECT id, version, updated_at, campaign_id, organization_id, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, updated_at timestamptz, campaign_id uuid,
                                            organization_id uuid, state text)
    ON CONFLICT (id, version) DO UPDATE SET since = excluded.since WHERE excluded.since <> known.since
"""


async def on_acknowledgements(tx: Transaction, events: Sequence[AcknowledgementOwed]) -> None:
    """Keep every version, show the newest, count what changed."""
    await counters.begin(tx)
    told = read_told(events, FIELDS)
    async with counting(tx, acknowledgement_ids=told.ids, since=told.since):
        await tx.connection.execute(KEEP_PAST, told.all)
        await tx.connection.execute(KEEP, told.newest)
        await place_new(tx, {(UUID(row["campaign_id"]), UUID(row["organization_id"])) for row in told.all})
