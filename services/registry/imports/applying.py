"""Writes what was found in a file: the decisions first, then each change with its event, in slices."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.database import Transaction
from contracts.registry.activities import Activity, ActivityChanged, ActivityRegistered
from contracts.registry.campaigns import CampaignChanged
from contracts.registry.imports import Decision, ImportApplied
from contracts.registry.organizations import (
    CreateOrganization,
    Organization,
    OrganizationChanged,
    OrganizationRegistered,
)
from contracts.shapes import changed
from services.registry.access import keeping
from services.registry.activities import store as activities
from services.registry.campaigns import store as campaigns
from services.registry.imports import model
from services.registry.imports.reading import Answer
from services.registry.imports.store import Import
from services.registry.imports.verdicts import new_organizations, verdicts_of
from services.registry.name_decisions import store as name_decisions
from services.registry.organizations import model as organization_model
from services.registry.organizations import store as organizations

SLICE = 100
"""Changes that are made and written at a time: others are served between two slices."""
Change = dict[str, Any]
Held = dict[UUID, Activity]


async def hold(tx: Transaction, imported: Import, answer: Answer) -> Held:
    """Hold what will be written until the transaction ends; the activities that will be changed, by id."""
    await campaigns.lock(tx, imported.campaign_id)
    if imported.kind == "organizations":
        await organizations.lock_tree(tx)
        return {}
    if not answer.changes:
        return {}
    await activities.hold_all(tx, imported.campaign_id)
    standing = [UUID(change["id"]) for change in _read(answer.changes) if not change["new"]]
    return {each.id: each for each in await activities.lock_these(tx, standing)}


async def decide(tx: Transaction, decisions: Sequence[Decision], answer: Answer, actor: Principal) -> None:
    """Make the organizations that are asked for, and remember what was decided."""
    for wanted in new_organizations(decisions):
        # Decided in an earlier import of the same file, the unit is there by now.
        if wanted.name in answer.founded:
            command = CreateOrganization(**wanted.model_dump())
            await _register(tx, UUID(answer.founded[wanted.name]), command, actor)
    ids = {name: UUID(id) for name, id in {**answer.known, **answer.founded}.items()}
    reasons = {decision.text.strip(): decision.why for decision in decisions if decision.text}
    await name_decisions.remember(tx, dict(verdicts_of(decisions, ids).hosts), reasons, actor.key_id)


async def write(
    tx: Transaction, imported: Import, answer: Answer, held: Held, actor: Principal
) -> ImportApplied:
    """Write every change and tell each; what is there already as it stands is counted only."""
    for part in _sliced(answer.changes):
        if imported.kind == "activities":
            await _write_activities(tx, imported.campaign_id, part, held, actor)
        else:
            await _write_organizations(tx, part, actor)
    if imported.kind == "activities":
        await _frame(tx, imported.campaign_id, answer, actor)
    counted = json.loads(answer.findings)["changes"]
    return ImportApplied(**{name: counted[name] for name in ImportApplied.model_fields})


async def _write_activities(
    tx: Transaction, campaign_id: UUID, part: Sequence[Change], held: Held, actor: Principal
) -> None:
    created = [
        model.make_activity(UUID(each["id"]), each["fields"], campaign_id, tx.now)
        for each in part
        if each["new"]
    ]
    updated = [changed(held[UUID(each["id"])], tx.now, **each["fields"]) for each in part if not each["new"]]
    await activities.insert(tx, created)
    await activities.save(tx, updated)
    await tx.record_all([ActivityRegistered(activity=each) for each in created], actor)
    await tx.record_all([ActivityChanged(activity=each) for each in updated], actor)


async def _write_organizations(tx: Transaction, part: Sequence[Change], actor: Principal) -> None:
    created = [_made(each, tx) for each in part if each["new"]]
    updated = []
    for each in part:
        if not each["new"]:
            present = await organizations.lock(tx, UUID(each["id"]))
            updated.append(organization_model.change(present, _typed(each["fields"]), tx.now))
    await organizations.insert_all(tx, created)
    await organizations.save_all(tx, updated)
    await tx.record_all([OrganizationRegistered(organization=each) for each in created], actor)
    await tx.record_all([OrganizationChanged(organization=each) for each in updated], actor)


def _made(change: Change, tx: Transaction) -> Organization:
    command = CreateOrganization(**_typed(change["fields"]))
    return organization_model.create(command, UUID(change["id"]), tx.now)


def _typed(fields: Change) -> Change:
    """The fields of a change with its parent as an id."""
    parent = fields.get("parent_id")
    return fields | ({"parent_id": UUID(parent)} if parent else {})


async def _register(tx: Transaction, id: UUID, command: CreateOrganization, actor: Principal) -> None:
    organization = organization_model.create(command, id, tx.now)
    await keeping.check_may_place(tx.connection, actor, organization.parent_id)
    if organization.parent_id is not None:
        ancestors = await organizations.read_ancestors(tx.connection, organization.parent_id)
        organization_model.check_parent(organization.id, ancestors)
    await organizations.insert(tx, organization)
    await tx.record(OrganizationRegistered(organization=organization), actor)


async def _frame(tx: Transaction, campaign_id: UUID, answer: Answer, actor: Principal) -> None:
    """Keep the lines around the table, which the annex is written with again."""
    campaign = await campaigns.lock(tx, campaign_id)
    if (campaign.annex_titles, campaign.annex_remarks) == (answer.titles, answer.remarks):
        return
    framed = changed(campaign, tx.now, annex_titles=answer.titles, annex_remarks=answer.remarks)
    await campaigns.save(tx, framed)
    await tx.record(CampaignChanged(campaign=framed), actor)


def _read(lines: Sequence[bytes]) -> Iterator[Change]:
    for line in lines:
        yield json.loads(line)


def _sliced(lines: Sequence[bytes]) -> Iterator[list[Change]]:
    for start in range(0, len(lines), SLICE):
        yield list(_read(lines[start : start + SLICE]))
