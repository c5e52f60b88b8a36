"""Imports: preview a file, decide what is unclear, apply it whole or not at all."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from contracts.registry.activities import ActivityChanged, ActivityRegistered
from contracts.registry.campaigns import CampaignChanged
from contracts.registry.imports import DecideImport, Decision, ImportApplied, ImportPreview
from contracts.registry.organizations import (
    CreateOrganization,
    Organization,
    OrganizationRegistered,
)
from contracts.shapes import changed
from services.registry import rules
from services.registry.activities import store as activities
from services.registry.addressees.handlers import enrol
from services.registry.campaigns import store as campaigns
from services.registry.imports import model, review, store
from services.registry.imports.reading import read_file
from services.registry.imports.register import Register, read_register
from services.registry.imports.review import Review
from services.registry.imports.store import ImportedFile
from services.registry.imports.verdicts import Verdicts, new_organizations, verdicts_of
from services.registry.organizations import model as organization_model
from services.registry.organizations import store as organizations
from services.registry.organizations.handlers import check_known
from services.registry.organizations.names import directory_of


async def preview_import(
    database: Database,
    campaign_id: UUID,
    filename: str,
    content: bytes,
    prefixes: Sequence[str],
    actor: Principal,
) -> ImportPreview:
    """Read a file and say what would come of it; nothing is changed but that the file is kept."""
    async with database.reading() as connection:
        rules.check_may_run(actor, await campaigns.find(connection, campaign_id))
    register = read_register(await read_file(content, "activities"))
    digest = hashlib.sha256(content).hexdigest()
    imported = ImportedFile(new_id(), campaign_id, "activities", filename, content, digest, "previewed")
    async with database.transaction() as tx:
        await store.insert(tx, imported, actor.key_id)
        reviewed = await _review(tx.connection, register, imported, prefixes, Verdicts())
        return tx.answer(_preview(imported, reviewed))


async def show_import(
    database: Database, id: UUID, prefixes: Sequence[str], actor: Principal
) -> ImportPreview:
    """What would come of a file that was sent before, judged by the names of today."""
    async with database.reading() as connection:
        imported = await store.find(connection, id)
        rules.check_may_run(actor, await campaigns.find(connection, imported.campaign_id))
    register = read_register(await read_file(imported.file, "activities"))
    async with database.reading() as connection:
        return _preview(imported, await _review(connection, register, imported, prefixes, Verdicts()))


async def apply_import(
    database: Database, id: UUID, command: DecideImport, prefixes: Sequence[str], actor: Principal
) -> ImportApplied:
    """Apply a file with these decisions, in one transaction; Undecided while anything is open."""
    async with database.reading() as connection:
        imported = await store.find(connection, id)
        rules.check_may_run(actor, await campaigns.find(connection, imported.campaign_id))
    register = read_register(await read_file(imported.file, "activities"))
    async with database.transaction() as tx:
        await campaigns.lock(tx, imported.campaign_id)
        verdicts = await _decide(tx, command.decisions, actor)
        reviewed = await _review(tx.connection, register, imported, prefixes, verdicts)
        model.check_decided(reviewed)
        outcome = await _apply(tx, imported, reviewed, actor)
        await _frame(tx, imported.campaign_id, register, actor)
        await store.save_applied(tx, id, outcome, command.decisions, actor.key_id)
        await enrol(tx, actor)
        return tx.answer(outcome)


async def _decide(tx: Transaction, decisions: Sequence[Decision], actor: Principal) -> Verdicts:
    """Make the organizations that are asked for, and remember what was decided."""
    await check_known(tx, "decisions", [decision.organization_id for decision in decisions])
    created: dict[str, UUID] = {}
    known = {unit.name: unit.id for unit in await organizations.read_open(tx.connection)}
    for wanted in new_organizations(decisions):
        # Decided in an earlier import of the same file: the unit is there by now.
        created[wanted.name] = known.get(wanted.name) or await _register(
            tx, CreateOrganization(**wanted.model_dump()), actor
        )
    verdicts = verdicts_of(decisions, created)
    reasons = {decision.text.strip(): decision.why for decision in decisions if decision.text}
    await store.remember(tx, dict(verdicts.hosts), reasons, actor.key_id)
    return verdicts


async def _register(tx: Transaction, command: CreateOrganization, actor: Principal) -> UUID:
    organization: Organization = organization_model.create(command, new_id(), tx.now)
    if organization.parent_id is not None:
        ancestors = await organizations.read_ancestors(tx.connection, organization.parent_id)
        organization_model.check_parent(organization.id, ancestors)
    await organizations.insert(tx, organization)
    await tx.record(OrganizationRegistered(organization=organization), actor)
    return organization.id


async def _review(
    connection: Connection,
    register: Register,
    imported: ImportedFile,
    prefixes: Sequence[str],
    verdicts: Verdicts,
) -> Review:
    """The register by the names, the decisions of earlier imports, and those of now, which weigh more."""
    hosts = await store.read_decided(connection) | dict(verdicts.hosts)
    categories = await store.read_categories(connection, imported.campaign_id, imported.sha256)
    directory = directory_of(await organizations.read_open(connection), prefixes)
    return review.review(register, directory, Verdicts(hosts, categories | dict(verdicts.categories)))


async def _apply(
    tx: Transaction, imported: ImportedFile, reviewed: Review, actor: Principal
) -> ImportApplied:
    present = await activities.lock_all(tx, imported.campaign_id)
    difference = model.compare(reviewed.ready, present, imported.campaign_id, tx.now)
    await activities.insert(tx, difference.created)
    await activities.save(tx, difference.updated)
    await tx.record_all([ActivityRegistered(activity=each) for each in difference.created], actor)
    await tx.record_all([ActivityChanged(activity=each) for each in difference.updated], actor)
    return difference.applied


async def _frame(tx: Transaction, campaign_id: UUID, register: Register, actor: Principal) -> None:
    """Keep the lines around the table, which the annex is written with again."""
    campaign = await campaigns.lock(tx, campaign_id)
    if (campaign.annex_titles, campaign.annex_remarks) == (register.titles, register.remarks):
        return
    framed = changed(campaign, tx.now, annex_titles=register.titles, annex_remarks=register.remarks)
    await campaigns.save(tx, framed)
    await tx.record(CampaignChanged(campaign=framed), actor)


def _preview(imported: ImportedFile, reviewed: Review) -> ImportPreview:
    return ImportPreview(
        id=imported.id,
        campaign_id=imported.campaign_id,
        kind=imported.kind,
        state=imported.state,
        row_count=reviewed.row_count,
        ready_count=len(reviewed.ready),
        to_review=reviewed.to_review,
        errors=reviewed.errors,
        warnings=reviewed.warnings,
    )
