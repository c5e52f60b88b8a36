"""Notices, told at once: to each addressee a new one, with what it replaces; to the others the end of theirs."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Any

from chassis.database import Transaction
from contracts.registry.notices import (
    AcknowledgementMoved,
    AcknowledgementOwed,
    AcknowledgementReplaced,
    Notice,
    NoticeAcknowledged,
    NoticeAddresseesAdded,
    NoticeIssued,
    NoticeReplaced,
)
from services.notifier.notifications import store
from services.notifier.notifications.incidents import NotHeardOfYet
from services.notifier.notifications.store import FactToTell
from services.notifier.notifications.telling import (
    Happening,
    allowed,
    allowed_in,
    find_news,
    overtake,
    write,
)


async def on_notices(tx: Transaction, events: Sequence[object]) -> None:
    """In their order: a notice comes before what is owed for it, and before the end of the one it replaces.

    What follows each other and is of one kind is taken together.
    """
    for handle, run in groupby(events, key=_handler_of):
        await handle(tx, list(run))


def _handler_of(event: object) -> Callable[[Transaction, Sequence[Any]], Awaitable[None]]:
    if isinstance(event, NoticeIssued | NoticeAddresseesAdded):
        return _keep_notices
    if isinstance(event, NoticeReplaced):
        return _tell_of_replacements
    if isinstance(event, AcknowledgementOwed | AcknowledgementMoved):
        return _tell_of_notices
    return _drop_settled


KEEP = """
    INSERT INTO issued_notice AS known (id, version, title, replaces_id, addressee_ids) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title,
           replaces_id = excluded.replaces_id, addressee_ids = excluded.addressee_ids
     WHERE excluded.version > known.version
"""


async def _keep_notices(tx: Transaction, events: Sequence[NoticeIssued | NoticeAddresseesAdded]) -> None:
    for notice in (event.notice for event in events):
        values = (notice.id, notice.version, notice.title, notice.replaces_id, notice.addressee_ids)
        await tx.connection.execute(KEEP, *values)


REPLACED_TITLES = """
    SELECT n.id, old.title FROM issued_notice n JOIN issued_notice old ON old.id = n.replaces_id WHERE n.id = ANY ($1)
"""


async def _tell_of_notices(
    tx: Transaction, events: Sequence[AcknowledgementOwed | AcknowledgementMoved]
) -> None:
    """Each addressee is told, and so is the unit that takes an addressee's place."""
    owed = [event.acknowledgement for event in events]
    rows = await tx.connection.fetch(REPLACED_TITLES, list({each.notice_id for each in owed}))
    replaced = {row["id"]: row["title"] for row in rows}
    planned_for = await allowed_in(tx, [each.campaign_id for each in owed])
    facts = [
        FactToTell(
            occasion="notice_issued",
            campaign_id=each.campaign_id,
            about_id=each.id,
            revision=0,
            organization_id=each.organization_id,
            about_organization_id=each.organization_id,
            title=each.title,
            details={"due_at": write(each.due_at), "replaces": replaced.get(each.notice_id)},
            planned_for=planned_for[each.campaign_id],
            acknowledgement_id=each.id,
        )
        for each in owed
    ]
    await store.plan_facts(tx, facts)


async def _drop_settled(
    tx: Transaction, events: Sequence[NoticeAcknowledged | AcknowledgementReplaced]
) -> None:
    """Given, or owed no longer: whoever has not been asked yet need not be."""
    settled = [event.acknowledgement for event in events]
    await overtake(tx, "notice_", [Happening(each.id, 0, each.updated_at) for each in settled])


REPLACEMENT = "SELECT title, addressee_ids FROM issued_notice WHERE id = $1"


async def _tell_of_replacements(tx: Transaction, events: Sequence[NoticeReplaced]) -> None:
    """Whom the new notice means too is told of that one; the others would never hear that theirs is over."""
    notices = [event.notice for event in events]
    heard = [Happening(notice.id, notice.version, notice.updated_at) for notice in notices]
    news = await find_news(tx, "notice_", heard)
    facts: list[FactToTell] = []
    for notice in notices:
        if notice.id in news:
            facts += await _describe_replacement(tx, notice)
    await store.plan_facts(tx, facts)


async def _describe_replacement(tx: Transaction, notice: Notice) -> list[FactToTell]:
    replacement = await tx.connection.fetchrow(REPLACEMENT, notice.replaced_by_id)
    if replacement is None:
        raise NotHeardOfYet(
            f"notice {notice.replaced_by_id}, which replaces {notice.id}, was not heard of yet"
        )
    planned_for = await allowed(tx, notice.campaign_id)
    return [
        FactToTell(
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
        for unit in dict.fromkeys(notice.addressee_ids)
        if unit not in replacement["addressee_ids"]
    ]
