"""Acknowledgements of notices, as registry tells them."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.notices import AcknowledgementOwed

KEEP = """
    INSERT INTO acknowledgement AS known (id, version, campaign_id, organization_id, state)
    SELECT id, version, campaign_id, organization_id, state
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, organization_id uuid,
                                            state text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           organization_id = excluded.organization_id, state = excluded.state
     WHERE excluded.version > known.version
"""


async def on_acknowledgements(tx: Transaction, events: Sequence[AcknowledgementOwed]) -> None:
    """Keep the newest of each."""
    rows = [event.acknowledgement.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)
