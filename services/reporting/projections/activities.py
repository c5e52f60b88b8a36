"""Activities, as registry tells them, and their past."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.registry.activities import ActivityRegistered
from services.reporting.counters import store as counters
from services.reporting.projections.versions import read_told

FIELDS = (
    "id",
    "version",
    "updated_at",
    "campaign_id",
    "serial_number",
    "category",
    "name",
    "hosts",
    "hosts_text",
    "starts_at",
    "ends_at",
    "place",
    "state",
    "state_before",
    "settings",
    "audiences",
    "products",
    "carriers",
)
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
KEEP_PAST = """
    INSERT INTO activity_past AS known (id, version, since, campaign_id, body)
    SELECT (body->>'id')::uuid, (body->>'version')::integer, (body->>'updated_at')::timestamptz,
           (body->>'campaign_id')::uuid, body
      FROM jsonb_array_elements($1) AS body
    ON CONFLICT (id, version) DO UPDATE SET since = excluded.since, body = excluded.body
     WHERE (excluded.since, excluded.body) <> (known.since, known.body)
"""


async def on_activities(tx: Transaction, events: Sequence[ActivityRegistered]) -> None:
    """Keep every version, show the newest."""
    await counters.begin(tx)
    told = read_told(events, FIELDS)
    await tx.connection.execute(KEEP_PAST, told.all)
    await tx.connection.execute(KEEP, told.newest)
