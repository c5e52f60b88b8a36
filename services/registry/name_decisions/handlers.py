"""Name decisions: decide what a text means, undo it, list."""

import unicodedata
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
from chassis.refusals import NotFound
from contracts.registry.name_decisions import DecideName, NameDecision
from services.registry import rules
from services.registry.access import keeping
from services.registry.name_decisions import model, store
from services.registry.organizations.handlers import check_one_open
from services.registry.organizations.model import today


async def decide_name(database: Database, command: DecideName, actor: Principal) -> NameDecision:
    """Have a text mean an open organization, or a party outside of the register, from now on."""
    rules.check_may_keep_register(actor)
    text = command.text.strip()
    async with database.transaction() as tx:
        await keeping.check_keeps_all(tx.connection, actor)
        if command.organization_id is not None:
            await check_one_open(tx, "organization_id", command.organization_id)
        await store.lock(tx)
        day = today(tx.now)
        model.check_not_a_name(text, await store.find_bearer(tx.connection, text, day))
        model.check_undecided(await store.find(tx.connection, text, day))
        await store.remember(tx, {text: model.verdict_of(command)}, {text: command.why}, actor.key_id)
        decision = await store.find(tx.connection, text, day)
        assert decision is not None
        return tx.answer(decision)


async def undo_decision(database: Database, id: UUID, actor: Principal) -> None:
    """Have the text be decided again; who undid it, and when, is kept. Again changes nothing."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        await keeping.check_keeps_all(tx.connection, actor)
        await store.lock(tx)
        if not await store.undo(tx, id, actor.key_id):
            raise NotFound(f"there is no name decision {id}")


async def list_decisions(
    database: Database,
    text: str | None,
    organization_id: UUID | None,
    undone: bool,
    after: UUID,
    limit: int,
    actor: Principal,
) -> list[NameDecision]:
    """What texts are decided to mean, or with `undone` what they were decided to mean before."""
    rules.check_may_see_decisions(actor)
    wanted = None if text is None else unicodedata.normalize("NFKC", text).lower()
    filters = store.Filters(wanted, organization_id, undone)
    async with database.reading() as connection:
        return await store.read_page(connection, after, filters, today(database.clock.now()), limit)
