"""Incident limits in PostgreSQL."""

from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.submissions.incidents import IncidentLimit

LIST = "SELECT id, version, created_at, updated_at, kind, hours FROM incident_limit ORDER BY hours, kind"


async def read_all(connection: Connection) -> list[IncidentLimit]:
    """All of them, the shortest first."""
    return [IncidentLimit.model_validate(dict(row)) for row in await connection.fetch(LIST)]


FIND = "SELECT id, version, created_at, updated_at, kind, hours FROM incident_limit WHERE kind = $1"


async def find(connection: Connection, kind: str) -> IncidentLimit:
    """The limit of a kind: every kind has one."""
    row = await connection.fetchrow(FIND, kind)
    assert row is not None
    return IncidentLimit.model_validate(dict(row))


LOCK = (
    "SELECT id, version, created_at, updated_at, kind, hours FROM incident_limit WHERE kind = $1 FOR UPDATE"
)


async def lock(tx: Transaction, kind: str) -> IncidentLimit:
    """The limit of a kind, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, kind)
    assert row is not None
    return IncidentLimit.model_validate(dict(row))


SAVE = "UPDATE incident_limit SET version = $2, updated_at = $3, hours = $4 WHERE id = $1"


async def save(tx: Transaction, limit: IncidentLimit) -> None:
    """Keep a limit as it is now."""
    await tx.connection.execute(SAVE, limit.id, limit.version, limit.updated_at, limit.hours)


HOURS = """
    -- A unit that was not heard of yet is one of no special kind.
    SELECT hours FROM incident_limit
     WHERE kind = coalesce((SELECT body ->> 'kind' FROM organization WHERE id = $1), 'other')
"""


async def read_hours(connection: Connection, organization_id: UUID) -> int:
    """How many hours a unit has."""
    return int(await connection.fetchval(HOURS, organization_id))


IS_ROOT = "SELECT parent_id IS NULL FROM organization WHERE id = $1"


async def is_root(connection: Connection, organization_id: UUID) -> bool:
    """Whether nothing stands over the organization."""
    return bool(await connection.fetchval(IS_ROOT, organization_id))
