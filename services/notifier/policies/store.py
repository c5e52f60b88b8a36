"""Policies in PostgreSQL: each campaign's, and those that deliverables have of their own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound
from contracts.notifier.policies import DeliverablePolicy, Ladder, ReminderPolicy

KEPT = {*Ladder.model_fields, "summary_at"}
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)

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
    ladder = policy.model_dump(mode="json", include=KEPT)
    await tx.connection.execute(SAVE, policy.id, policy.version, policy.updated_at, ladder)


FIND_OWN = """
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, ladder FROM deliverable_policy
     WHERE deliverable_id = $1
"""
LOCK_OWN = FIND_OWN + " FOR UPDATE"


async def find_own(connection: Connection, deliverable_id: UUID) -> DeliverablePolicy | None:
    """The deliverable's own policy; None where the campaign's holds."""
    row = await connection.fetchrow(FIND_OWN, deliverable_id)
    return None if row is None or row["ladder"] is None else _read_own(row)


async def lock_own(tx: Transaction, deliverable_id: UUID) -> DeliverablePolicy | None:
    """The same, held until the transaction ends; with the default ladder where it was given up."""
    row = await tx.connection.fetchrow(LOCK_OWN, deliverable_id)
    return None if row is None else _read_own(row)


SAVE_OWN = """
    INSERT INTO deliverable_policy (id, version, created_at, updated_at, campaign_id, deliverable_id, ladder)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (deliverable_id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
           ladder = excluded.ladder
"""


async def save_own(tx: Transaction, policy: DeliverablePolicy, is_given_up: bool = False) -> None:
    """Keep a deliverable's own policy; or, when it is given up, only that there was one, and until when."""
    ladder = None if is_given_up else policy.model_dump(mode="json", include=set(Ladder.model_fields))
    row = policy.model_dump(exclude=set(Ladder.model_fields))
    names = ("id", "version", "created_at", "updated_at", "campaign_id", "deliverable_id")
    await tx.connection.execute(SAVE_OWN, *(row[name] for name in names), ladder)


@dataclass(frozen=True, slots=True)
class Policies:
    """The ladders of some campaigns and of their deliverables, each with the moment from which it rules."""

    campaigns: Mapping[UUID, tuple[Ladder, datetime]]
    deliverables: Mapping[UUID, tuple[Ladder | None, datetime]]

    def holding(self, campaign_id: UUID, deliverable_id: UUID) -> tuple[Ladder, datetime]:
        """The ladder that holds, and since when: what it would have told before is not made up for."""
        ladder, since = self.campaigns.get(campaign_id) or (Ladder(), ALWAYS)
        own, own_since = self.deliverables.get(deliverable_id, (None, ALWAYS))
        return (ladder, max(since, own_since)) if own is None else (own, own_since)


ALL = "SELECT campaign_id, version, updated_at, ladder FROM policy WHERE campaign_id = ANY ($1)"
ALL_OWN = "SELECT deliverable_id, updated_at, ladder FROM deliverable_policy WHERE campaign_id = ANY ($1)"


async def read(connection: Connection, campaign_ids: Collection[UUID]) -> Policies:
    """The ladders of these campaigns."""
    ids = list(campaign_ids)
    return Policies(
        {
            # One that nobody has set has ruled from the beginning.
            row["campaign_id"]: (
                Ladder.model_validate(row["ladder"]),
                ALWAYS if row["version"] == 1 else row["updated_at"],
            )
            for row in await connection.fetch(ALL, ids)
        },
        {
            row["deliverable_id"]: (
                None if row["ladder"] is None else Ladder.model_validate(row["ladder"]),
                row["updated_at"],
            )
            for row in await connection.fetch(ALL_OWN, ids)
        },
    )


def _read(row: asyncpg.Record | None, campaign_id: UUID) -> ReminderPolicy:
    if row is None:
        raise NotFound(
            f"there is no campaign {campaign_id}; one that was just opened takes a moment to arrive"
        )
    values = dict(row)
    return ReminderPolicy.model_validate({**values.pop("ladder"), **values})


def _read_own(row: asyncpg.Record) -> DeliverablePolicy:
    values = dict(row)
    return DeliverablePolicy.model_validate({**(values.pop("ladder") or {}), **values})
