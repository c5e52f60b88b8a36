"""Campaigns, as registry tells them."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.campaigns import CampaignOpened

KEEP = """
    INSERT INTO campaign AS known (id, version, name, issuer_id, timezone, annex_titles, annex_remarks)
    SELECT id, version, name, issuer_id, timezone, annex_titles, annex_remarks
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, name text, issuer_id uuid, timezone text,
                                            annex_titles text[], annex_remarks text[])
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name,
           issuer_id = excluded.issuer_id, timezone = excluded.timezone, annex_titles = excluded.annex_titles,
           annex_remarks = excluded.annex_remarks
     WHERE excluded.version > known.version
"""


async def on_campaigns(tx: Transaction, events: Sequence[CampaignOpened]) -> None:
    """Keep the newest of each."""
    rows = [event.campaign.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)
