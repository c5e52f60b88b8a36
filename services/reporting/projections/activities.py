"""Activities, as registry tells them."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.activities import ActivityRegistered

KEEP = """
    INSERT INTO activity AS known (id, version, campaign_id, serial_number, category, name, hosts, hosts_text,
                    starts_at, ends_at, place, state, state_before)
    SELECT id, version, campaign_id, serial_number, category, name, hosts, hosts_text, starts_at, ends_at,
           place, state, state_before
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, campaign_id uuid, serial_number integer,
                                            category text, name text, hosts jsonb, hosts_text text,
                                            starts_at timestamptz, ends_at timestamptz, place text, state text,
                                            state_before text)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, campaign_id = excluded.campaign_id,
           serial_number = excluded.serial_number, category = excluded.category, name = excluded.name,
           hosts = excluded.hosts, hosts_text = excluded.hosts_text, starts_at = excluded.starts_at,
           ends_at = excluded.ends_at, place = excluded.place, state = excluded.state,
           state_before = excluded.state_before
     WHERE excluded.version > known.version
"""


async def on_activities(tx: Transaction, events: Sequence[ActivityRegistered]) -> None:
    """Keep the newest of each."""
    rows = [event.activity.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)
