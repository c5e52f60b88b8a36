"""Editions: issue one, compare two."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.identity import new_id
from contracts.registry.editions import Edition, EditionDifference, EditionIssued, IssueEdition
from services.registry import rules
from services.registry.activities import store as activities
from services.registry.campaigns import store as campaigns
from services.registry.editions import model, store


async def issue_edition(
    database: Database, campaign_id: UUID, command: IssueEdition, actor: Principal
) -> Edition:
    """Freeze the key activities as they stand, under the next number."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        rules.check_may_run(actor, await campaigns.lock(tx, campaign_id))
        chosen = await activities.lock_these(tx, await store.find_chosen(tx.connection, campaign_id))
        model.check_printable(chosen)
        rows = await store.print_rows(tx.connection, [each.id for each in chosen])
        number = await store.read_last_number(tx.connection, campaign_id) + 1
        edition = model.issue(command, new_id(), campaign_id, number, rows, tx.now)
        await store.insert(tx, edition, rows)
        await tx.record(EditionIssued(edition=edition), actor)
        return tx.answer(edition)


async def compare_editions(
    database: Database, id: UUID, reference: str | None, actor: Principal
) -> EditionDifference:
    """What is another in this edition than in the one that is named, or the one before it."""
    rules.check_may_read(actor)
    async with database.reading() as connection:
        edition = await store.find(connection, id)
        before = await _find_other(connection, edition, reference)
        old = [] if before is None else await store.read_rows(connection, before.id)
        return model.compare(before, old, edition, await store.read_rows(connection, id))


async def _find_other(connection: Connection, edition: Edition, reference: str | None) -> Edition | None:
    if reference is None:
        if edition.number == 1:
            return None
        return await store.find_number(connection, edition.campaign_id, edition.number - 1)
    named = model.read_reference(reference)
    if isinstance(named, int):
        return await store.find_number(connection, edition.campaign_id, named)
    other = await store.find(connection, named)
    model.check_same_campaign(edition, other)
    return other
