"""Deliverables: define one, change it, set or move its due moment, let more owe it, cancel it."""

from collections.abc import Sequence
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.registry.addressees import AddresseeRule
from contracts.registry.assignments import (
    Assignment,
    AssignmentChanged,
    AssignmentDueSet,
    AssignmentMade,
    AssignmentWaived,
)
from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import (
    AddOwedBy,
    CancelDeliverable,
    ChangeDeliverable,
    DefineDeliverable,
    Deliverable,
    DeliverableCancelled,
    DeliverableChanged,
    DeliverableDefined,
    DeliverableDueSet,
    SetDue,
)
from services.registry import rules
from services.registry.access import keeping
from services.registry.addressees import handlers as addressees
from services.registry.addressees import store as addressee_store
from services.registry.assignments import store as assignments
from services.registry.calendar_days.store import read_calendar
from services.registry.campaigns import store as campaigns
from services.registry.deliverables import model, store
from services.registry.organizations import store as organizations
from services.registry.organizations.handlers import check_open


async def define_deliverable(
    database: Database, campaign_id: UUID, command: DefineDeliverable, actor: Principal
) -> Deliverable:
    """Say what is owed and by whom: each of them gets an assignment at once."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.find(tx.connection, campaign_id)
        rules.check_may_run(actor, campaign)
        owed_by, rule = await _find_owers(tx, campaign, command)
        calendar = await read_calendar(tx.connection)
        deliverable = model.define(command, owed_by, rule, campaign, new_id(), calendar, tx.now)
        await store.insert(tx, deliverable)
        await tx.record(DeliverableDefined(deliverable=deliverable), actor)
        ids = [new_id() for _ in deliverable.owed_by]
        made = model.make_assignments(deliverable, deliverable.owed_by, ids, tx.now)
        await assignments.insert(tx, made)
        await tx.record_all([AssignmentMade(assignment=each) for each in made], actor)
        return tx.answer(model.in_zone(deliverable))


async def set_due(
    database: Database, id: UUID, command: SetDue, expected: int | None, actor: Principal
) -> Deliverable:
    """Set or move the due moment, for all who have no extension."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present = await _lock(tx, id, expected, actor)
        deliverable = model.set_due(present, command, await read_calendar(tx.connection), tx.now)
        await store.save(tx, deliverable)
        await tx.record(DeliverableDueSet(deliverable=deliverable), actor)
        moved = model.move_assignments(await assignments.lock_of_deliverable(tx, id), deliverable, tx.now)
        await assignments.save(tx, moved)
        await tx.record_all([AssignmentDueSet(assignment=each) for each in moved], actor)
    return deliverable


async def change_deliverable(
    database: Database, id: UUID, command: ChangeDeliverable, expected: int, actor: Principal
) -> Deliverable:
    """Change the fields that were sent, in the deliverable and in what each unit owes for it."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present = await _lock(tx, id, expected, actor)
        deliverable = model.change(present, command.sent(), tx.now)
        await store.save(tx, deliverable)
        await tx.record(DeliverableChanged(deliverable=deliverable), actor)
        following = await assignments.lock_of_deliverable(tx, id)
        await _change(tx, model.change_assignments(following, deliverable, tx.now), actor)
    return deliverable


async def add_owed_by(
    database: Database, id: UUID, command: AddOwedBy, expected: int | None, actor: Principal
) -> Deliverable:
    """Let more units owe it; those that do already are passed over."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        # The tree before addressees, as whoever merges units does; both before any row, as whoever enrols does.
        await organizations.share_tree(tx)
        await addressee_store.lock(tx)
        present = await _lock(tx, id, expected, actor)
        model.check_can_join(present, tx.now)
        campaign = await campaigns.find(tx.connection, present.campaign_id)
        await check_open(tx, "organization_ids", command.organization_ids)
        await keeping.check_addressable(tx, campaign, "organization_ids", command.organization_ids)
        joined = [
            each for each in dict.fromkeys(command.organization_ids) if each not in set(present.owed_by)
        ]
        if joined:
            await addressees.owe_deliverable(tx, id, joined, actor)
        return tx.answer(model.in_zone(await store.find(tx.connection, id)))


async def cancel_deliverable(
    database: Database, id: UUID, command: CancelDeliverable, expected: int | None, actor: Principal
) -> Deliverable:
    """Ask for it no longer: whoever still owes it is let off, with the same reason."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        # Before any row: whoever enrols holds it when it comes to the rows of deliverables.
        await addressee_store.lock(tx)
        deliverable = model.cancel(await _lock(tx, id, expected, actor), command.reason, tx.now)
        await store.save(tx, deliverable)
        await tx.record(DeliverableCancelled(deliverable=deliverable), actor)
        owed = await assignments.lock_of_deliverable(tx, id)
        waived = model.waive_assignments(owed, command.reason, actor, tx.now)
        await assignments.save(tx, waived)
        await tx.record_all([AssignmentWaived(assignment=each) for each in waived], actor)
        return tx.answer(model.in_zone(deliverable))


async def _find_owers(
    tx: Transaction, campaign: Campaign, command: DefineDeliverable
) -> tuple[Sequence[UUID], AddresseeRule | None]:
    if command.owed_by_rule is None:
        owed_by = command.owed_by or []
        await check_open(tx, "owed_by", owed_by)
        await keeping.check_addressable(tx, campaign, "owed_by", owed_by)
        return owed_by, None
    await addressee_store.lock(tx)
    rule = await addressees.check_rule(tx, "owed_by_rule", command.owed_by_rule)
    return await addressees.find_meant(tx, "owed_by_rule", campaign.id, rule), rule


async def _lock(tx: Transaction, id: UUID, expected: int | None, actor: Principal) -> Deliverable:
    deliverable = await store.lock(tx, id)
    rules.check_may_run(actor, await campaigns.find(tx.connection, deliverable.campaign_id))
    check_version(deliverable.version, expected)
    return deliverable


async def _change(tx: Transaction, changed: Sequence[Assignment], actor: Principal) -> None:
    await assignments.save(tx, changed)
    await tx.record_all([AssignmentChanged(assignment=each) for each in changed], actor)
