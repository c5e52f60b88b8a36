"""Notices: draft, change, discard, issue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound, check_version
from contracts.registry.addressees import AddresseeRule, AskedRule
from contracts.registry.campaigns import Campaign
from contracts.registry.notices import (
    AcknowledgementOwed,
    AcknowledgementReplaced,
    ChangeNotice,
    DraftNotice,
    Notice,
    NoticeChanged,
    NoticeDiscarded,
    NoticeDrafted,
    NoticeIssued,
    NoticeReplaced,
)
from services.registry import rules
from services.registry.access import keeping
from services.registry.acknowledgements import model as acknowledgement_rules
from services.registry.acknowledgements import store as acknowledgements
from services.registry.addressees import handlers as addressees
from services.registry.addressees import store as addressee_store
from services.registry.calendar_days.store import read_calendar
from services.registry.campaigns import store as campaigns
from services.registry.notices import model, store
from services.registry.organizations import store as organizations
from services.registry.organizations.handlers import check_open


async def draft_notice(
    database: Database, campaign_id: UUID, command: DraftNotice, actor: Principal
) -> Notice:
    """Write a notice that is not issued yet."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.find(tx.connection, campaign_id)
        rules.check_may_run(actor, campaign)
        ids, rule = await _find_meant(tx, campaign, command.addressee_ids, command.addressee_rule)
        await _check_attachments(tx, command.attachment_ids, campaign)
        if command.replaces_id is not None:
            model.check_replaces(await store.find(tx.connection, command.replaces_id), campaign_id)
        due = model.due_fields(
            command.acknowledge_by,
            command.acknowledge_on,
            command.acknowledge_time,
            campaign.timezone,
            await read_calendar(tx.connection),
        )
        notice = model.draft(command, ids, rule, due, new_id(), campaign_id, tx.now)
        await store.insert(tx, notice)
        await tx.record(NoticeDrafted(notice=notice), actor)
        return tx.answer(notice)


async def change_notice(
    database: Database, id: UUID, command: ChangeNotice, expected: int, actor: Principal
) -> Notice:
    """Change the fields of a draft that were sent."""
    async with database.transaction() as tx:
        present, campaign = await _lock(tx, id, expected, actor)
        model.check_draft(present)
        notice = model.change(present, await _fields(tx, command, present, campaign), tx.now)
        await store.save(tx, notice)
        await tx.record(NoticeChanged(notice=notice), actor)
    return notice


async def discard_notice(database: Database, id: UUID, expected: int | None, actor: Principal) -> None:
    """Give a draft up."""
    async with database.transaction() as tx:
        present, _ = await _lock(tx, id, expected, actor)
        discarded = model.discard(present, tx.now)
        await store.delete(tx, id)
        await tx.record(NoticeDiscarded(notice=discarded), actor)


async def issue_notice(database: Database, id: UUID, expected: int | None, actor: Principal) -> Notice:
    """Send a notice out: each addressee owes an acknowledgement, and what it replaces is owed no longer."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        # The tree before addressees, as whoever merges units does; both before any row, as whoever enrols does.
        await organizations.share_tree(tx)
        await addressee_store.lock(tx)
        present, _ = await _lock(tx, id, expected, actor)
        model.check_draft(present)
        ids, rule = present.addressee_ids, present.addressee_rule
        if rule is not None:
            ids = await addressees.find_meant(tx, "addressee_rule", present.campaign_id, rule)
        else:
            await check_open(tx, "addressee_ids", ids)
        notice = model.issue(present, ids, tx.now)
        await store.save(tx, notice)
        await tx.record(NoticeIssued(notice=notice), actor)
        await _replace(tx, notice, actor)
        owed = acknowledgement_rules.owe(notice, ids, [new_id() for _ in ids], tx.now)
        await acknowledgements.insert(tx, owed)
        await tx.record_all([AcknowledgementOwed(acknowledgement=each) for each in owed], actor)
        return tx.answer(notice)


async def looks_after(connection: Connection, caller: Principal, notice: Notice) -> bool:
    """Whether the caller sees who acknowledged: the issuer and those above it, of a draft the issuer alone."""
    campaign = await campaigns.find(connection, notice.campaign_id)
    if notice.state == "draft":
        return rules.sees_drafts(caller, campaign)
    return rules.sees_all(caller, campaign, await keeping.read_line(connection, campaign))


async def _lock(tx: Transaction, id: UUID, expected: int | None, actor: Principal) -> tuple[Notice, Campaign]:
    # The role first: who runs nothing is not to learn which drafts there are.
    rules.check_may_keep_register(actor)
    notice = await store.lock(tx, id)
    campaign = None if notice is None else await campaigns.find(tx.connection, notice.campaign_id)
    if notice is None or campaign is None or not rules.runs(actor, campaign):
        raise NotFound(f"there is no notice {id}, or it is not yours to issue")
    check_version(notice.version, expected)
    return notice, campaign


async def _fields(
    tx: Transaction, command: ChangeNotice, present: Notice, campaign: Campaign
) -> dict[str, Any]:
    """What was sent, with whom it means and when it is due worked out."""
    sent = command.sent()
    if sent.keys() & {"addressee_ids", "addressee_rule"}:
        sent["addressee_ids"], sent["addressee_rule"] = await _find_meant(
            tx, campaign, command.addressee_ids, command.addressee_rule
        )
    if "attachment_ids" in sent:
        await _check_attachments(tx, command.attachment_ids, campaign)
    if command.replaces_id is not None:
        model.check_replaces(await store.find(tx.connection, command.replaces_id), campaign.id)
    if sent.keys() & {"acknowledge_by", "acknowledge_on", "acknowledge_time"}:
        by, on, clock = model.change_due(present, sent)
        calendar = await read_calendar(tx.connection)
        sent |= model.due_fields(by, on, clock, campaign.timezone, calendar)
    return sent


async def _find_meant(
    tx: Transaction, campaign: Campaign, ids: list[UUID] | None, asked: AskedRule | None
) -> tuple[Sequence[UUID], AddresseeRule | None]:
    if asked is None:
        await check_open(tx, "addressee_ids", ids or [])
        await keeping.check_addressable(tx, campaign, "addressee_ids", ids or [])
        return ids or [], None
    rule = await addressees.check_rule(tx, "addressee_rule", asked)
    return await addressees.find_meant(tx, "addressee_rule", campaign.id, rule), rule


async def _check_attachments(tx: Transaction, ids: list[UUID], campaign: Campaign) -> None:
    if ids:
        missing = await store.find_foreign_attachments(tx.connection, ids, campaign.issuer_id)
        model.check_attachments(ids, missing)


async def _replace(tx: Transaction, notice: Notice, actor: Principal) -> None:
    if notice.replaces_id is None:
        return
    old = model.check_replaces(await store.lock(tx, notice.replaces_id), notice.campaign_id)
    replaced = model.replace(old, notice, tx.now)
    await store.save(tx, replaced)
    await tx.record(NoticeReplaced(notice=replaced), actor)
    still_owed = await acknowledgements.lock_still_owed(tx, notice.replaces_id)
    released = [acknowledgement_rules.replace(each, tx.now) for each in still_owed]
    await acknowledgements.save(tx, released)
    await tx.record_all([AcknowledgementReplaced(acknowledgement=each) for each in released], actor)
