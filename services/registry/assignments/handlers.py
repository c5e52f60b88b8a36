"""Assignments: extend one, waive one."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.refusals import check_version
from contracts.registry.assignments import (
    Assignment,
    AssignmentExtended,
    AssignmentWaived,
    ExtendAssignment,
    WaiveAssignment,
)
from services.registry import rules
from services.registry.assignments import model, store
from services.registry.campaigns import store as campaigns


async def extend_assignment(
    database: Database, id: UUID, command: ExtendAssignment, expected: int | None, actor: Principal
) -> Assignment:
    """Give one organization a due moment of its own; who gave it, when and why is kept."""
    async with database.transaction() as tx:
        extended = model.extend(await _lock(tx, id, expected, actor), command, actor, tx.now)
        await store.save(tx, [extended])
        await tx.record(AssignmentExtended(assignment=extended), actor)
    return extended


async def waive_assignment(
    database: Database, id: UUID, command: WaiveAssignment, expected: int | None, actor: Principal
) -> Assignment:
    """Let one organization owe it no longer; it leaves every rate's denominator."""
    async with database.transaction() as tx:
        present = await _lock(tx, id, expected, actor)
        waived = model.waive(present, command, actor, tx.now)
        if waived is not present:
            await store.save(tx, [waived])
            await tx.record(AssignmentWaived(assignment=waived), actor)
    return waived


async def _lock(tx: Transaction, id: UUID, expected: int | None, actor: Principal) -> Assignment:
    # The role first: who runs nothing is not to learn which ids there are.
    rules.check_may_keep_register(actor)
    assignment = await store.lock(tx, id)
    rules.check_may_run(actor, await campaigns.find(tx.connection, assignment.campaign_id))
    check_version(assignment.version, expected)
    return assignment
