"""Assignments: extend one or several, waive one, take a waiver back."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.refusals import check_version
from contracts.registry.assignments import (
    Assignment,
    AssignmentExtended,
    AssignmentUnwaived,
    AssignmentWaived,
    ExtendAssignment,
    ExtendAssignments,
    ExtendedAssignments,
    UnwaiveAssignment,
    WaiveAssignment,
)
from contracts.registry.campaigns import Campaign
from services.registry import rules
from services.registry.access import keeping
from services.registry.assignments import model, store
from services.registry.calendar_days.store import read_calendar
from services.registry.campaigns import store as campaigns
from services.registry.deliverables import model as deliverable_rules
from services.registry.deliverables import store as deliverables
from services.registry.organizations import store as organizations


async def extend_assignment(
    database: Database, id: UUID, command: ExtendAssignment, expected: int | None, actor: Principal
) -> Assignment:
    """Give one organization a due moment of its own; who gave it, when and why is kept."""
    async with database.transaction() as tx:
        present = await _lock(tx, id, expected, actor)
        deliverable = await deliverables.find(tx.connection, present.deliverable_id)
        calendar = await read_calendar(tx.connection)
        extension = model.grant(command, deliverable, calendar, actor, tx.now)
        extended = model.extend(present, extension, deliverable.closes_at, tx.now)
        await store.save(tx, [extended])
        await tx.record(AssignmentExtended(assignment=extended), actor)
    return extended


async def extend_assignments(
    database: Database,
    deliverable_id: UUID,
    command: ExtendAssignments,
    expected: int | None,
    actor: Principal,
) -> ExtendedAssignments:
    """Give several of those that owe a deliverable one due moment of their own: all of them, or none."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        deliverable = await deliverables.lock(tx, deliverable_id)
        rules.check_may_run(actor, await campaigns.find(tx.connection, deliverable.campaign_id))
        check_version(deliverable.version, expected)
        deliverable_rules.check_running(deliverable)
        asked = list(dict.fromkeys(command.organization_ids))
        owed = await store.lock_owed_by(tx, deliverable_id, asked)
        model.check_all_owe(asked, owed)
        extension = model.grant(command, deliverable, await read_calendar(tx.connection), actor, tx.now)
        extended = [model.extend(each, extension, deliverable.closes_at, tx.now) for each in owed]
        await store.save(tx, extended)
        await tx.record_all([AssignmentExtended(assignment=each) for each in extended], actor)
        return tx.answer(ExtendedAssignments(items=extended))


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


async def unwaive_assignment(
    database: Database, id: UUID, command: UnwaiveAssignment, expected: int | None, actor: Principal
) -> Assignment:
    """Take a waiver back: it is owed again, unless its deliverable was cancelled."""
    async with database.transaction() as tx:
        present = await _lock(tx, id, expected, actor)
        deliverable_rules.check_running(await deliverables.find(tx.connection, present.deliverable_id))
        owed = model.unwaive(present, command, actor, tx.now)
        await store.save(tx, [owed])
        await tx.record(AssignmentUnwaived(assignment=owed), actor)
        return tx.answer(owed)


async def narrow(
    connection: Connection,
    caller: Principal,
    campaign: Campaign,
    organization_id: UUID | None,
    below: UUID | None,
) -> tuple[UUID | None, UUID | None]:
    """Whose debts the caller may see of those that it asks for: one organization's, those below one, or all (None)."""
    if rules.sees_all(caller, campaign, await keeping.read_line(connection, campaign)):
        return organization_id, below
    if caller.role != "overseer":
        if below is not None:
            rules.only_own(below, caller)
        return rules.only_own(organization_id, caller), None
    for asked in (organization_id, below):
        if asked is not None:
            rules.check_oversees(caller, await organizations.read_ancestors(connection, asked))
    return organization_id, below or caller.organization_id


async def _lock(tx: Transaction, id: UUID, expected: int | None, actor: Principal) -> Assignment:
    # The role first: who runs nothing is not to learn which ids there are.
    rules.check_may_keep_register(actor)
    assignment = await store.lock(tx, id)
    rules.check_may_run(actor, await campaigns.find(tx.connection, assignment.campaign_id))
    check_version(assignment.version, expected)
    return assignment
