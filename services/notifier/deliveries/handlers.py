"""Deliveries: claim in one transaction, send in none, record in another."""

import asyncio
import random

import structlog

from chassis.clock import Clock
from chassis.connections import UNAVAILABLE
from chassis.database import Database, Transaction
from chassis.events import System
from contracts.envelope import Event
from contracts.notifier.notifications import Notification, NotificationGivenUp, NotificationSent
from services.notifier.channels.message import NotDelivered, Permanent, Send, Transient
from services.notifier.channels.openings import OPENINGS
from services.notifier.contacts import store as contacts
from services.notifier.deliveries import claims, model, store
from services.notifier.deliveries.claims import Claimed
from services.notifier.settings import NotifierSettings
from services.notifier.texts.writing import write

log = structlog.get_logger()

ACTOR = System("notifier")
AT_ONCE = 8
REAL_TIME = Clock()
"""Mails are dated and signatures checked by the receiver's clock, which knows nothing of a faster one."""


async def deliver_due(database: Database, settings: NotifierSettings, channel: str) -> int:
    """Deliver all that is due over one kind of channel; how many deliveries were tried."""
    tried = 0
    while claimed := await _claim(database, channel):
        at_once = asyncio.Semaphore(AT_ONCE)
        async with OPENINGS[channel](settings) as send:
            await asyncio.gather(*(_deliver(database, channel, each, send, at_once) for each in claimed))
        tried += len(claimed)
    return tried


async def _claim(database: Database, channel: str) -> list[Claimed]:
    async with database.transaction() as tx:
        again = await claims.lock_again(tx, channel)
        dropped = await claims.drop_settled_again(tx, again) if again else []
        claimed = await claims.claim_again(tx, again) if again else []
        if await claims.try_to_gather(tx, channel):
            dropped += await claims.drop_settled(tx, channel)
            claimed += await claims.gather(tx, channel)
        await _say(tx, await store.read(tx.connection, dropped) if dropped else [])
    return claimed


async def _deliver(
    database: Database, channel: str, claimed: Claimed, send: Send, at_once: asyncio.Semaphore
) -> None:
    async with at_once:
        try:
            error = await _try(database, channel, claimed, send)
            await _record(database, claimed, error)
        except UNAVAILABLE as away:
            # It stays claimed, and is claimed again when the lease has run out.
            log.warning("delivery_without_database", delivery_id=str(claimed.id), error=repr(away))


async def _try(database: Database, channel: str, claimed: Claimed, send: Send) -> NotDelivered | None:
    """Send it; why it did not arrive, or None when it did."""
    async with database.reading() as connection:
        items = await store.read_items(connection, claimed.id)
        contact = await contacts.find(connection, claimed.organization_id)
    setting = (
        None if contact is None else model.find_channel(contact.channels, channel, claimed.channel_number)
    )
    if contact is None or setting is None:
        return Permanent("the unit has no such channel any more")
    try:
        await send(await write(database, claimed.id, items, contact.locale, REAL_TIME.now()), setting)
    except NotDelivered as error:
        return error
    except Exception as error:
        log.exception("delivery_failed", delivery_id=str(claimed.id))
        return Permanent(f"{type(error).__name__}: {error}")
    return None


async def _record(database: Database, claimed: Claimed, error: NotDelivered | None) -> None:
    async with database.transaction() as tx:
        is_held = await store.is_held(tx, claimed)
        if error is None:
            await _say(tx, await store.finish(tx, claimed.id, "sent", None))
        elif is_held:
            await _record_failure(tx, claimed, error)


async def _record_failure(tx: Transaction, claimed: Claimed, error: NotDelivered) -> None:
    asked = error.asked_seconds if isinstance(error, Transient) else 0.0
    pause = model.retry_after(claimed.attempts, random.uniform(0.8, 1.2), asked)
    if pause is not None and not isinstance(error, Permanent):
        await store.put_off(tx, claimed.id, pause, str(error))
        log.warning("delivery_put_off", delivery_id=str(claimed.id), seconds=pause, error=str(error))
        return
    state = "failed" if isinstance(error, Permanent) else "given_up"
    await _say(tx, await store.finish(tx, claimed.id, state, str(error)))
    log.error("delivery_given_up", delivery_id=str(claimed.id), state=state, error=str(error))


async def _say(tx: Transaction, notifications: list[Notification]) -> None:
    await tx.record_all([_fact(each) for each in notifications], ACTOR)


def _fact(notification: Notification) -> Event:
    is_sent = notification.state == "sent"
    return (NotificationSent if is_sent else NotificationGivenUp)(notification=notification)
