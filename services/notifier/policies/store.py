"""Policies in PostgreSQL."""

from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound
from contracts.notifier.policies import Ladder, ReminderPolicy

ENSURE = """
    INSERT INTO policy (id, version, created_at, updated_at, campaign_id, ladder) VALUES ($1, 1, $2, $2, $3, $4)
    ON CONFLICT (campaign_id) DO NOTHING
"""


async def ensure(tx: Transaction, campaign_id: UUID) -> None:
    """Give a campaign the default policy, unless it has one."""
    await tx.connection.execute(ENSURE, new_id(), tx.now, campaign_id, Ladder().model_dump(mode="json"))


FIND = "SELECT id, version, created_at, updated_at, campaign_id, ladder FROM policy WHERE campaign_id = $1"
LOCK = FIND + " FOR UPDATE"


async def find(connection: Connection, campaign_id: UUID) -> ReminderPolicy:
    """The campaign's policy, or NotFound."""
    return _read(await connection.fetchrow(FIND, campaign_id), campaign_id)


async def lock(tx: Transaction, campaign_id: UUID) -> ReminderPolicy:
    """The campaign's policy, held until the transaction ends."""
    return _read(await tx.connection.fetchrow(LOCK, campaign_id), campaign_id)


SAVE = "UPDATE policy SET version = $2, updated_at = $3, ladder = $4 WHERE id = $1"


async def save(tx: Transaction, policy: ReminderPolicy) -> None:
    """Keep a changed policy."""
    ladder = policy.model_dump(mode="json", include=set(Ladder.model_fields))
    await tx.connection.execute(SAVE, policy.id, policy.version, policy.updated_at, ladder)


def _read(row: asyncpg.Record | None, campaign_id: UUID) -> ReminderPolicy:
    if row is None:
        raise NotFound(
            f"there is no campaign {campaign_id}; one that was just opened takes a moment to arrive"
        )
    values = dict(row)
    return ReminderPolicy.model_validate({**values.pop("ladder"), **values})
