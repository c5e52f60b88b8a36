"""Deliveries: claim in one transaction, send in none, record in another."""

import asyncio
import random
from dataclasses import dataclass

import structlog

from chassis.clock import Clock
from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.events import System
from contracts.envelope import Event
from contracts.notifier.notifications import Notification, NotificationGivenUp, NotificationSent
from services.notifier.channels import email, webhook
from services.notifier.channels.message import Message, NotDelivered, Permanent
from services.notifier.contacts import store as contacts
from services.notifier.deliveries import model, store
from services.notifier.deliveries.store import Claimed
from services.notifier.deliveries.texts import write_message
from services.notifier.settings import NotifierSettings

log = structlog.get_logger()

ACTOR = System("notifier")
AT_ONCE = 8
REAL_TIME = Clock()
"""Signatures are checked against the receiver's clock, which knows nothing of a faster one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try; `error` None: it arrived."""

    error: NotDelivered | None = None


async def deliver_due(database: Database, settings: NotifierSettings) -> int:
    """Deliver all that is due; how many deliveries were tried."""
    tried = 0
    while claimed := await _claim(database):
        waiting = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_deliver(database, settings, each, waiting) for each in claimed))
        tried += len(claimed)
    return tried


async def _claim(database: Database) -> list[Claimed]:
    async with database.transaction() as tx:
        dropped = await store.drop_settled(tx)
        given_up = await store.read(tx.connection, dropped) if dropped else []
        await tx.record_all([NotificationGivenUp(notification=each) for each in given_up], ACTOR)
        return [*await store.gather(tx), *await store.claim_again(tx)]


async def _deliver(
    database: Database, settings: NotifierSettings, claimed: Claimed, waiting: asyncio.Semaphore
) -> None:
    async with waiting:
        try:
            outcome = await _try(database, settings, claimed)
            await _record(database, claimed, outcome)
        except UNAVAILABLE as error:
            # It stays claimed, and is claimed again when the lease has run out.
            log.warning("delivery_without_database", delivery_id=str(claimed.id), error=repr(error))


async def _try(database: Database, settings: NotifierSettings, claimed: Claimed) -> Outcome:
    async with database.reading() as connection:
        items = await store.read_items(connection, claimed.id)
        contact = await contacts.find(connection, claimed.organization_id)
    if not items:
        return Outcome()
    if contact is None or len(contact.channels) < claimed.channel_number:
        return Outcome(Permanent("the unit has no such channel any more"))
    channel = contact.channels[claimed.channel_number - 1]
    try:
        message = write_message(claimed.id, items, contact.locale)
        await _send(message, channel, settings)
    except NotDelivered as error:
        return Outcome(error)
    except Exception as error:
        log.exception("delivery_failed", delivery_id=str(claimed.id))
        return Outcome(Permanent(f"{type(error).__name__}: {error}"))
    return Outcome()


async def _send(message: Message, channel: dict[str, str], settings: NotifierSettings) -> None:
    if channel["kind"] == "email":
        await email.send(message, channel["address"], settings.smtp_url, settings.mail_from)
    else:
        allow = settings.webhook_allow_private
        await webhook.send(message, channel["url"], channel.get("secret"), REAL_TIME.now(), allow)


async def _record(database: Database, claimed: Claimed, outcome: Outcome) -> None:
    async with database.transaction() as tx:
        error = outcome.error
        if error is None:
            sent = await store.finish(tx, claimed.id, "sent", None)
            await tx.record_all([_fact(each) for each in sent], ACTOR)
            return
        pause = model.retry_after(claimed.attempts, random.uniform(0.8, 1.2))
        if isinstance(error, Permanent) or pause is None:
            state = "failed" if isinstance(error, Permanent) else "given_up"
            ended = await store.finish(tx, claimed.id, state, str(error))
            await tx.record_all([_fact(each) for each in ended], ACTOR)
            log.error("delivery_given_up", delivery_id=str(claimed.id), error=str(error))
            return
        await store.put_off(tx, claimed.id, pause, str(error))
        log.warning("delivery_put_off", delivery_id=str(claimed.id), seconds=pause, error=str(error))


def _fact(notification: Notification) -> Event:
    is_sent = notification.state == "sent"
    return (NotificationSent if is_sent else NotificationGivenUp)(notification=notification)
