"""Theme days, as registry tells them."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.registry.theme_days import ThemeDaySet
from services.reporting.counters import store as counters
from services.reporting.projections.versions import read_told

FIELDS = ("id", "version", "updated_at", "campaign_id", "date", "name", "organiser_ids")
KEEP = """
    INSERT INTO theme_day AS known (id, version, campaign_id, date, name, organiser_ids)
    SELECT id, version, campaign_id, date, name, organiser_ids
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, date date, name text,
                                            organiser_ids uuid[])
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           date = excluded.date, name = excluded.name, organiser_ids = excluded.organiser_ids
     WHERE excluded.version > known.version
"""


async def on_theme_days(tx: Transaction, events: Sequence[ThemeDaySet]) -> None:
    """Keep the newest of each."""
    await counters.begin(tx)
    await tx.connection.execute(KEEP, read_told(events, FIELDS).newest)
