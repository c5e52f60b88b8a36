"""Organizations, as registry tells them, their past, and where they stand in each campaign."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.organizations import Organization, OrganizationRegistered
from services.reporting.counters import store as counters
from services.reporting.history import store as history
from services.reporting.history.handlers import place_again
from services.reporting.projections.versions import read_told

KEEP = """
    INSERT INTO organization AS known (id, version, name, short_name, kind, parent_id, sort_order, body)
    SELECT id, version, name, short_name, kind, parent_id, sort_order, body
      FROM jsonb_array_elements($1) AS body,
           jsonb_to_record(body) AS heard (id uuid, version integer, name text, short_name text, kind text,
                                           parent_id uuid, sort_order integer)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, short_name = excluded.short_name,
           kind = excluded.kind, parent_id = excluded.parent_id, sort_order = excluded.sort_order, body = excluded.body
     WHERE excluded.version > known.version
"""
KEEP_PAST = """
    INSERT INTO organization_past AS known (id, version, since, name, short_name, kind, parent_id, sort_order)
    SELECT id, version, updated_at, name, short_name, kind, parent_id, sort_order
      FROM jsonb_to_recordset($1) AS heard (id uuid, version integer, updated_at timestamptz, name text,
                                            short_name text, kind text, parent_id uuid, sort_order integer)
    ON CONFLICT (id, version) DO UPDATE SET since = excluded.since WHERE excluded.since <> known.since
"""


async def on_organizations(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
    """Keep every version, show the newest, and place anew those who stand elsewhere now."""
    await counters.begin(tx)
    told = read_told(events, Organization.model_fields)
    await tx.connection.execute(KEEP_PAST, told.all)
    await tx.connection.execute(KEEP, told.newest)
    await place_again(tx, await history.find_below(tx.connection, told.ids))


FIND = "SELECT body FROM organization WHERE id = $1"


async def describe(connection: Connection, id: UUID) -> Mapping[str, Any] | None:
    """The organization as registry showed it; None when it was not heard of yet."""
    found: Mapping[str, Any] | None = await connection.fetchval(FIND, id)
    return found
