"""Organizations: register, change, list, and resolve names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.registry.organizations import (
    ChangeOrganization,
    CreateOrganization,
    Organization,
    OrganizationChanged,
    OrganizationRegistered,
    ResolvedNames,
    ResolveNames,
)
from services.registry import rules
from services.registry.access import keeping
from services.registry.addressees.handlers import enrol
from services.registry.organizations import model, store
from services.registry.organizations.directory import LiveDirectory
from services.registry.organizations.names import normal_form
from services.registry.organizations.store import Filters


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for, None for nothing, and in which directory."""

    text: str | None
    directory: LiveDirectory
    prefixes: Sequence[str]


async def create_organization(
    database: Database, command: CreateOrganization, actor: Principal
) -> Organization:
    """Register a unit; NameTaken when another open one has its name or an alias of it."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        organization = await register(tx, command, actor)
        await enrol(tx, actor)
        return tx.answer(organization)


async def register(tx: Transaction, command: CreateOrganization, actor: Principal) -> Organization:
    """A new unit, below one that is open and stays so until the transaction ends."""
    organization = model.create(command, new_id(), tx.now)
    await keeping.check_may_place(tx.connection, actor, organization.parent_id)
    if organization.parent_id is not None:
        await store.share_tree(tx)
        await _check_parent(tx, organization.id, organization.parent_id)
    await store.insert(tx, organization)
    await tx.record(OrganizationRegistered(organization=organization), actor)
    return organization


async def _check_parent(tx: Transaction, id: UUID, parent_id: UUID) -> None:
    model.check_parent(id, await store.read_ancestors(tx.connection, parent_id))
    closed = await store.find_closed(tx.connection, [parent_id], model.today(tx.now))
    model.check_is_open("parent_id", parent_id, closed)


async def change_organization(
    database: Database, id: UUID, command: ChangeOrganization, expected: int, actor: Principal
) -> Organization:
    """Change the fields that were sent; a new name leaves the old one as an alias."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        if command.sent().keys() & {"parent_id", "closed_on"}:
            await store.lock_tree(tx)
        present = await store.lock(tx, id)
        await keeping.check_keeps(tx.connection, actor, id, "organization", id)
        rules.check_may_change_unit(actor, present, command.sent())
        check_version(present.version, expected)
        organization = model.change(present, command.sent(), tx.now)
        if organization.parent_id != present.parent_id:
            await keeping.check_may_place(tx.connection, actor, organization.parent_id)
        if organization.parent_id is not None and organization.parent_id != present.parent_id:
            await _check_parent(tx, organization.id, organization.parent_id)
        await store.save(tx, organization)
        await tx.record(OrganizationChanged(organization=organization), actor)
        await enrol(tx, actor)
    return organization


async def list_organizations(
    database: Database,
    search: Search,
    filters: Filters,
    after: tuple[int, UUID],
    limit: int,
    actor: Principal,
) -> list[Organization]:
    """Units in the office's own order; with a search, those of which a name or its initials holds the text."""
    rules.check_may_read(actor)
    if search.text is not None:
        model.check_searchable(search.text, normal_form(search.text))
        found = await search.directory.search(search.text, search.prefixes)
        filters = replace(filters, ids=found)
    async with database.reading() as connection:
        return await store.read_page(connection, after, filters, model.today(database.clock.now()), limit)


async def resolve_names(
    directory: LiveDirectory, command: ResolveNames, prefixes: Sequence[str], actor: Principal
) -> ResolvedNames:
    """What each text means, by name, alias, an earlier decision or normal form; likeness only proposes."""
    rules.check_may_read(actor)
    known = await directory.read(prefixes)
    return ResolvedNames(results=[known.directory.resolve(name) for name in command.names])


async def check_known(tx: Transaction, field: str, ids: Sequence[UUID | None]) -> None:
    """Refuse ids that name no organization of the register, each with its place in the list; None names nobody."""
    missing = await store.find_missing(tx.connection, [id for id in ids if id is not None])
    model.check_none_missing(field, ids, missing)


async def check_open(tx: Transaction, field: str, ids: Sequence[UUID]) -> None:
    """Refuse ids that name no open organization, each with its place; what is open stays so until the end.

    For whoever gives units something new to owe: taken before any row is locked that a merge may want.
    """
    await store.share_tree(tx)
    await check_known(tx, field, ids)
    model.check_none_closed(
        field, ids, await store.find_closed(tx.connection, list(ids), model.today(tx.now))
    )


async def check_one_open(tx: Transaction, field: str, id: UUID) -> None:
    """The same for a field that names one."""
    await store.share_tree(tx)
    model.check_is_known(field, id, await store.find_missing(tx.connection, [id]))
    model.check_is_open(field, id, await store.find_closed(tx.connection, [id], model.today(tx.now)))
