"""Notices: draft, issue, acknowledge."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound, check_version
from contracts.registry.notices import (
    Acknowledge,
    Acknowledgement,
    AcknowledgementOwed,
    AcknowledgementReplaced,
    DraftNotice,
    Notice,
    NoticeAcknowledged,
    NoticeDrafted,
    NoticeIssued,
)
from services.registry import rules
from services.registry.access import keeping
from services.registry.campaigns import store as campaigns
from services.registry.notices import model, store
from services.registry.organizations.handlers import check_open


async def draft_notice(
    database: Database, campaign_id: UUID, command: DraftNotice, actor: Principal
) -> Notice:
    """Write a notice that is not issued yet."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.find(tx.connection, campaign_id)
        rules.check_may_run(actor, campaign)
        await check_open(tx, "addressee_ids", command.addressee_ids)
        await keeping.check_addressable(tx, campaign, "addressee_ids", command.addressee_ids)
        if command.replaces_id is not None:
            model.check_replaces(await store.find(tx.connection, command.replaces_id), campaign_id)
        notice = model.draft(command, new_id(), campaign_id, tx.now)
        await store.insert(tx, notice)
        await tx.record(NoticeDrafted(notice=notice), actor)
        return tx.answer(notice)


async def issue_notice(database: Database, id: UUID, expected: int | None, actor: Principal) -> Notice:
    """Send a notice out: each addressee owes an acknowledgement, and what it replaces is owed no longer."""
    # The role first: who runs nothing is not to learn which drafts there are.
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        if present is None or not rules.runs(actor, await campaigns.find(tx.connection, present.campaign_id)):
            raise NotFound(f"there is no notice {id}, or it is not yours to issue")
        check_version(present.version, expected)
        notice = model.issue(present, tx.now)
        await check_open(tx, "addressee_ids", notice.addressee_ids)
        await store.save_issued(tx, notice)
        await tx.record(NoticeIssued(notice=notice), actor)
        await _replace(tx, notice, actor)
        owed = model.owe(notice, [new_id() for _ in notice.addressee_ids], tx.now)
        await store.insert_owed(tx, owed)
        await tx.record_all([AcknowledgementOwed(acknowledgement=each) for each in owed], actor)
        return tx.answer(notice)


async def _replace(tx: Transaction, notice: Notice, actor: Principal) -> None:
    if notice.replaces_id is None:
        return
    still_owed = await store.lock_still_owed(tx, notice.replaces_id)
    replaced = [model.replace(each, tx.now) for each in still_owed]
    await store.save_owed(tx, replaced)
    await tx.record_all([AcknowledgementReplaced(acknowledgement=each) for each in replaced], actor)


async def acknowledge_notice(
    database: Database, id: UUID, command: Acknowledge, expected: int | None, actor: Principal
) -> Acknowledgement:
    """Acknowledge with the addressee's own key; the first moment is kept."""
    async with database.transaction() as tx:
        owed = await store.lock_owed(tx, id, actor.organization_id)
        if owed is None:
            raise NotFound("there is no such notice, or it is not addressed to you")
        rules.check_may_acknowledge(actor, owed.organization_id)
        check_version(owed.version, expected)
        given = model.acknowledge(owed, command.acknowledged_by, tx.now)
        if given is not owed:
            await store.save_owed(tx, [given])
            await tx.record(NoticeAcknowledged(acknowledgement=given), actor)
    return given
