"""Organizations, as registry tells them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.organizations import OrganizationRegistered

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


async def on_organizations(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
    """Keep the newest of each."""
    rows = [event.organization.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(KEEP, rows)


FIND = "SELECT body FROM organization WHERE id = $1"


async def describe(connection: Connection, id: UUID) -> Mapping[str, Any] | None:
    """The organization as registry showed it; None when it was not heard of yet."""
    found: Mapping[str, Any] | None = await connection.fetchval(FIND, id)
    return found
