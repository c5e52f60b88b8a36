"""Successions: merge a unit into another, split one into several; all of it in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.refusals import NotFound, check_version
from contracts.registry.organizations import (
    Organization,
    OrganizationChanged,
    OrganizationMerged,
    OrganizationSplit,
)
from contracts.registry.successions import MergeOrganization, SplitOrganization
from services.registry import rules
from services.registry.access import keeping
from services.registry.addressees import store as addressees
from services.registry.addressees.handlers import enrol
from services.registry.name_decisions import store as name_decisions
from services.registry.organizations import store as organizations
from services.registry.organizations.handlers import register
from services.registry.organizations.model import check_is_known
from services.registry.successions import debts, model, store
from services.registry.successions.debts import Handover


async def merge_organization(
    database: Database, id: UUID, command: MergeOrganization, expected: int | None, actor: Principal
) -> Organization:
    """Close a unit for good: its successor takes over names, units below, decisions, and what is open."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        units = await _lock(tx, id, [command.into_id], expected, actor)
        model.check_may_be_succeeded(units[id], tx.now)
        await _check_heir(tx, units, id, "into_id", command.into_id, actor)
        merged = model.merge(units[id], command.into_id, command.on, command.reason, tx.now)
        heir = model.inherit_names(units[command.into_id], merged, tx.now)
        # Closed first: only then are its names free.
        await organizations.save(tx, merged)
        await tx.record(OrganizationMerged(organization=merged), actor)
        await organizations.save(tx, heir)
        await tx.record(OrganizationChanged(organization=heir), actor)
        await name_decisions.follow(tx, id, heir.id)
        await _move_children(tx, merged, heir.id, actor)
        reason = f"{merged.name}并入{heir.name}，由{heir.name}报送：{command.reason}"
        await _hand_over(tx, id, [heir.id], reason, actor)
        await enrol(tx, actor)
        return tx.answer(merged)


async def split_organization(
    database: Database, id: UUID, command: SplitOrganization, expected: int | None, actor: Principal
) -> Organization:
    """Close a unit for good: the first successor takes over, the others owe the same beside it."""
    rules.check_may_keep_register(actor)
    known = [each.organization_id for each in command.into if each.organization_id is not None]
    async with database.transaction() as tx:
        units = await _lock(tx, id, known, expected, actor)
        model.check_may_be_succeeded(units[id], tx.now)
        model.check_each_once(known)
        for place, each in enumerate(command.into):
            if each.organization_id is not None:
                await _check_heir(tx, units, id, f"into.{place}", each.organization_id, actor)
        # Closed first, so that a successor may bear its name; named again when all of them have their ids.
        closed = model.split(units[id], known, command.on, command.reason, tx.now)
        await organizations.save(tx, closed)
        heirs = await _make_heirs(tx, units[id], command, actor)
        split = closed.model_copy(update={"successor_ids": heirs})
        await organizations.save(tx, split)
        await tx.record(OrganizationSplit(organization=split), actor)
        await _move_children(tx, split, heirs[0], actor)
        await _hand_over(tx, id, heirs, f"{split.name}拆分，由承接单位报送：{command.reason}", actor)
        await enrol(tx, actor)
        return tx.answer(split)


async def _lock(
    tx: Transaction, id: UUID, heir_ids: Sequence[UUID], expected: int | None, actor: Principal
) -> dict[UUID, Organization]:
    """The tree, then the unit and its successors, in one order."""
    await organizations.lock_tree(tx)
    await addressees.lock(tx)
    units = await organizations.lock_all(tx, [id, *heir_ids])
    if id not in units:
        raise NotFound(f"there is no organization {id}")
    await keeping.check_keeps(tx.connection, actor, id, "organization", id)
    rules.check_may_change_unit(actor, units[id], {"closed_on": tx.now.date()})
    check_version(units[id].version, expected)
    return units


async def _check_heir(
    tx: Transaction, units: dict[UUID, Organization], id: UUID, field: str, heir_id: UUID, actor: Principal
) -> None:
    await keeping.check_may_place(tx.connection, actor, heir_id, field)
    check_is_known(field, heir_id, {heir_id} - units.keys())
    line = await organizations.read_ancestors(tx.connection, heir_id)
    model.check_may_succeed(units[id], field, units[heir_id], line, tx.now)


async def _make_heirs(
    tx: Transaction, organization: Organization, command: SplitOrganization, actor: Principal
) -> list[UUID]:
    heirs: list[UUID] = []
    for place, each in enumerate(command.into):
        if each.organization_id is not None:
            heirs.append(each.organization_id)
            continue
        wanted = model.new_unit(each, organization)
        if wanted.parent_id is not None:
            line = await organizations.read_ancestors(tx.connection, wanted.parent_id)
            model.check_not_below(organization, f"into.{place}.parent_id", line)
        heirs.append((await register(tx, wanted, actor)).id)
    return heirs


async def _move_children(
    tx: Transaction, organization: Organization, heir_id: UUID, actor: Principal
) -> None:
    children = await organizations.lock_children(tx, organization.id)
    for child in model.stand_below(children, heir_id, tx.now):
        await organizations.save(tx, child)
        await tx.record(OrganizationChanged(organization=child), actor)


async def _hand_over(
    tx: Transaction, from_id: UUID, heir_ids: Sequence[UUID], reason: str, actor: Principal
) -> None:
    handover = Handover()
    owed = await store.lock_assignments(tx, from_id, heir_ids)
    debts.hand_over(owed, from_id, heir_ids, reason, actor.key_id, tx.now, handover)
    asked = await store.lock_acknowledgements(tx, [from_id, *heir_ids])
    debts.hand_over_acknowledgements(asked, from_id, heir_ids, tx.now, handover)
    await store.save(tx, handover)
    await tx.record_all(handover.facts, actor)
