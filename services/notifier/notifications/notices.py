"""Notices, told at once: to each addressee a new one, with what it replaces; to the others the end of theirs."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.registry.notices import (
    Acknowledgement,
    AcknowledgementMoved,
    AcknowledgementOwed,
    Notice,
    NoticeAddresseesAdded,
    NoticeIssued,
    NoticeReplaced,
)
from services.notifier.notifications import store
from services.notifier.notifications.incidents import NotHeardOfYet
from services.notifier.notifications.store import FactToTell
from services.notifier.notifications.telling import allowed, is_news, overtake, write


async def on_notices(tx: Transaction, events: Sequence[object]) -> None:
    """In their order: a notice comes before what is owed for it, and before the end of the one it replaces."""
    for event in events:
        if isinstance(event, NoticeIssued | NoticeAddresseesAdded):
            await _keep(tx, event.notice)
        elif isinstance(event, NoticeReplaced):
            await _tell_of_replacement(tx, event.notice)
        elif isinstance(event, AcknowledgementOwed | AcknowledgementMoved):
            await _tell_of_notice(tx, event.acknowledgement)
        else:
            # Given, or owed no longer: whoever has not been asked yet need not be.
            settled: Acknowledgement = getattr(event, "acknowledgement")  # noqa: B009 - one of two facts
            await overtake(tx, "notice_", settled.id, 0)


KEEP = """
    INSERT INTO issued_notice AS known (id, version, title, replaces_id, addressee_ids) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title,
           replaces_id = excluded.replaces_id, addressee_ids = excluded.addressee_ids
     WHERE excluded.version > known.version
"""


async def _keep(tx: Transaction, notice: Notice) -> None:
    await tx.connection.execute(
        KEEP, notice.id, notice.version, notice.title, notice.replaces_id, notice.addressee_ids
    )


REPLACED_TITLE = """
    SELECT old.title FROM issued_notice n JOIN issued_notice old ON old.id = n.replaces_id WHERE n.id = $1
"""


async def _tell_of_notice(tx: Transaction, owed: Acknowledgement) -> None:
    """Each addressee is told, and so is the unit that takes an addressee's place."""
    replaces = await tx.connection.fetchval(REPLACED_TITLE, owed.notice_id)
    fact = FactToTell(
        occasion="notice_issued",
        campaign_id=owed.campaign_id,
        about_id=owed.id,
        revision=0,
        organization_id=owed.organization_id,
        about_organization_id=owed.organization_id,
        title=owed.title,
        details={"due_at": write(owed.due_at), "replaces": replaces},
        planned_for=await allowed(tx, owed.campaign_id),
        acknowledgement_id=owed.id,
    )
    await store.plan_fact(tx, fact)


REPLACEMENT = "SELECT title, addressee_ids FROM issued_notice WHERE id = $1"


async def _tell_of_replacement(tx: Transaction, notice: Notice) -> None:
    """Whom the new notice means too is told of that one; the others would never hear that theirs is over."""
    if not await is_news(tx, "notice_", notice.id, notice.version, notice.updated_at):
        return
    replacement = await tx.connection.fetchrow(REPLACEMENT, notice.replaced_by_id)
    if replacement is None:
        raise NotHeardOfYet(
            f"notice {notice.replaced_by_id}, which replaces {notice.id}, was not heard of yet"
        )
    planned_for = await allowed(tx, notice.campaign_id)
    for unit in dict.fromkeys(notice.addressee_ids):
        if unit not in replacement["addressee_ids"]:
            fact = FactToTell(
                occasion="notice_replaced",
                campaign_id=notice.campaign_id,
                about_id=notice.id,
                revision=notice.version,
                organization_id=unit,
                about_organization_id=unit,
                title=notice.title,
                details={"replacement": replacement["title"]},
                planned_for=planned_for,
            )
            await store.plan_fact(tx, fact)
