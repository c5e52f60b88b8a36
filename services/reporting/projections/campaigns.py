"""Campaigns, as registry tells them."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.registry.campaigns import CampaignOpened
from services.reporting.counters import store as counters
from services.reporting.history import store as history
from services.reporting.history.handlers import place_again
from services.reporting.projections.versions import read_told

FIELDS = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "name",
    "issuer_id",
    "timezone",
    "annex_titles",
    "annex_remarks",
    "parent_id",
    "starts_on",
    "ends_on",
)
KEEP = """
    -- The same version again fills what an earlier release did not keep of it.
    INSERT INTO campaign AS known (id, version, name, issuer_id, timezone, annex_titles, annex_remarks, parent_id,
                                   starts_on, ends_on, opened_at)
    SELECT id, version, name, issuer_id, timezone, annex_titles, annex_remarks, parent_id, starts_on, ends_on,
           created_at
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, name text, issuer_id uuid, timezone text,
                                            annex_titles text[], annex_remarks text[], parent_id uuid,
                                            starts_on date, ends_on date, created_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name,
           issuer_id = excluded.issuer_id, timezone = excluded.timezone, annex_titles = excluded.annex_titles,
           annex_remarks = excluded.annex_remarks, parent_id = excluded.parent_id, starts_on = excluded.starts_on,
           ends_on = excluded.ends_on, opened_at = excluded.opened_at
     WHERE excluded.version >= known.version
"""


async def on_campaigns(tx: Transaction, events: Sequence[CampaignOpened]) -> None:
    """Keep the newest of each, and place the units below its issuer."""
    await counters.begin(tx)
    told = read_told(events, FIELDS)
    await tx.connection.execute(KEEP, told.newest)
    await place_again(tx, await history.find_in(tx.connection, told.ids))
