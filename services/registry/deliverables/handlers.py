"""Deliverables: define one, set or move its due moment."""

from uuid import UUID

from chassis.access import Principal
from chassis.calendar import WorkingCalendar
from chassis.database import Database
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.registry.assignments import AssignmentDueSet, AssignmentMade
from contracts.registry.deliverables import (
    DefineDeliverable,
    Deliverable,
    DeliverableDefined,
    DeliverableDueSet,
    SetDue,
)
from services.registry import rules
from services.registry.access import keeping
from services.registry.assignments import store as assignments
from services.registry.campaigns import store as campaigns
from services.registry.deliverables import model, store
from services.registry.organizations.handlers import check_open

CALENDAR = WorkingCalendar()


async def define_deliverable(
    database: Database, campaign_id: UUID, command: DefineDeliverable, actor: Principal
) -> Deliverable:
    """Say what is owed and by whom: each of them gets an assignment at once."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.find(tx.connection, campaign_id)
        rules.check_may_run(actor, campaign)
        await check_open(tx, "owed_by", command.owed_by)
        await keeping.check_addressable(tx, campaign, "owed_by", command.owed_by)
        deliverable = model.define(command, campaign, new_id(), CALENDAR, tx.now)
        await store.insert(tx, deliverable)
        await tx.record(DeliverableDefined(deliverable=deliverable), actor)
        made = model.make_assignments(deliverable, [new_id() for _ in deliverable.owed_by], tx.now)
        await assignments.insert(tx, made)
        await tx.record_all([AssignmentMade(assignment=each) for each in made], actor)
        return tx.answer(deliverable)


async def set_due(
    database: Database, id: UUID, command: SetDue, expected: int | None, actor: Principal
) -> Deliverable:
    """Set or move the due moment, for all who have no extension."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        rules.check_may_run(actor, await campaigns.find(tx.connection, present.campaign_id))
        check_version(present.version, expected)
        deliverable = model.set_due(present, command, CALENDAR, tx.now)
        await store.save_due(tx, deliverable)
        await tx.record(DeliverableDueSet(deliverable=deliverable), actor)
        moved = model.move_assignments(await assignments.lock_of_deliverable(tx, id), deliverable, tx.now)
        await assignments.save(tx, moved)
        await tx.record_all([AssignmentDueSet(assignment=each) for each in moved], actor)
    return deliverable
