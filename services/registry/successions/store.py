"""What units owe, locked and handed over, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from contracts.registry.assignments import Assignment
from contracts.registry.notices import Acknowledgement
from services.registry.acknowledgements import store as acknowledgements
from services.registry.assignments import store as assignments
from services.registry.successions.debts import Handover

HOLD_DELIVERABLES = """
    -- Before any assignment, as whoever moves a due moment does it: so neither waits for the other.
    SELECT id FROM deliverable
     WHERE id IN (SELECT deliverable_id FROM assignment WHERE organization_id = $1)
     ORDER BY id FOR KEY SHARE
"""
LOCK_ASSIGNMENTS = """
    -- All of them, for one that is past its moment may just be extended.
    SELECT id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id, kind, title, sections,
           due_at, due_set_at, closes_at, state, extension, waiver, unwaiver, review_stages
      FROM assignment WHERE organization_id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE
"""


async def lock_assignments(
    tx: Transaction, from_id: UUID, heir_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[Assignment]]:
    """What each of them owes or owed, by unit, held until the transaction ends."""
    await tx.connection.execute(HOLD_DELIVERABLES, from_id)
    owed: dict[UUID, list[Assignment]] = defaultdict(list)
    for row in await tx.connection.fetch(LOCK_ASSIGNMENTS, [from_id, *heir_ids]):
        owed[row["organization_id"]].append(Assignment.model_validate(dict(row)))
    return owed


LOCK_ACKNOWLEDGEMENTS = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by, on_behalf, recorded_by, why
      FROM acknowledgement WHERE organization_id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE
"""


async def lock_acknowledgements(
    tx: Transaction, ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[Acknowledgement]]:
    """What each of them owes or owed, by unit, held until the transaction ends."""
    owed: dict[UUID, list[Acknowledgement]] = defaultdict(list)
    for row in await tx.connection.fetch(LOCK_ACKNOWLEDGEMENTS, list(ids)):
        owed[row["organization_id"]].append(Acknowledgement.model_validate(dict(row)))
    return owed


MOVE_ASSIGNMENT = "UPDATE assignment SET organization_id = $2 WHERE id = $1"
MOVE_ACKNOWLEDGEMENT = "UPDATE acknowledgement SET organization_id = $2 WHERE id = $1"


async def save(tx: Transaction, handover: Handover) -> None:
    """Keep what was handed over."""
    await assignments.save(tx, handover.saved_assignments)
    await tx.connection.executemany(MOVE_ASSIGNMENT, _owners(handover.saved_assignments))
    await assignments.insert(tx, handover.made_assignments)
    await acknowledgements.save(tx, handover.saved_acknowledgements)
    await tx.connection.executemany(MOVE_ACKNOWLEDGEMENT, _owners(handover.saved_acknowledgements))
    await acknowledgements.insert(tx, handover.made_acknowledgements)


def _owners(debts: Sequence[Any]) -> list[tuple[UUID, UUID]]:
    return [(each.id, each.organization_id) for each in debts]
