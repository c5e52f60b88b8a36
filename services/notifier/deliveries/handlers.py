"""Deliveries: claim in one transaction, send in none, record in another."""

import asyncio
import random
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from chassis.clock import Clock
from chassis.connections import UNAVAILABLE
from chassis.database import Database, Transaction
from chassis.events import System
from chassis.sealing import WrongKey
from contracts.envelope import Event
from contracts.notifier.notifications import Notification, NotificationGivenUp, NotificationSent
from services.notifier.channels.message import Message, NotDelivered, Permanent, Send, Transient
from services.notifier.channels.openings import OPENINGS, Opening
from services.notifier.channels.refusals import BadRecipient, NotNow, Throttled
from services.notifier.contacts import handlers as contact_handlers
from services.notifier.contacts import store as contacts
from services.notifier.contacts.model import scrub
from services.notifier.contacts.sealed import open_channel
from services.notifier.deliveries import circuits, claims, model, pacing, store
from services.notifier.deliveries.claims import Claimed
from services.notifier.deliveries.giving_up import tell_issuer
from services.notifier.deliveries.metrics import DeliveryMetrics
from services.notifier.settings import NotifierSettings
from services.notifier.texts.writing import write

log = structlog.get_logger()

ACTOR = System("notifier")
AT_ONCE = 8
REAL_TIME = Clock()
"""Mails are dated and signatures checked by the receiver's clock, which knows nothing of a faster one."""


class NotTried(NotDelivered):
    """The vendor is left alone, or the robot has had its share: it waits `seconds` and counts as no try."""

    def __init__(self, said: str, seconds: float) -> None:
        super().__init__(said)
        self.seconds = seconds


class Lost(Exception):
    """Another process has the delivery by now."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery goes, whose being away would be one thing with it, and what waits for the same robot."""

    setting: Mapping[str, Any]
    vendor: str
    key: bytes | None


async def deliver_due(
    database: Database, settings: NotifierSettings, channel: str, metrics: DeliveryMetrics | None = None
) -> int:
    """Deliver all that is due over one kind of channel, what is urgent first; how many deliveries were tried."""
    deliverer = Deliverer(database, settings, channel, metrics or DeliveryMetrics(CollectorRegistry()))
    return await deliverer.deliver(urgent=True) + await deliverer.deliver(urgent=False)


@dataclass
class Deliverer:
    """Delivers over one kind of channel."""

    database: Database
    settings: NotifierSettings
    channel: str
    metrics: DeliveryMetrics
    opening: Opening = field(init=False)

    def __post_init__(self) -> None:
        self.opening = OPENINGS[self.channel]

    async def deliver(self, urgent: bool) -> int:
        """All that is due, of what is urgent or of the rest; how many deliveries were claimed."""
        tried = 0
        while claimed := await self._claim(urgent):
            at_once = asyncio.Semaphore(AT_ONCE)
            async with self.opening.opened(self.settings) as send:
                await asyncio.gather(*(self._deliver(each, urgent, send, at_once) for each in claimed))
            tried += len(claimed)
        return tried

    async def _claim(self, urgent: bool) -> list[Claimed]:
        async with self.database.reading() as connection:
            if not await claims.has_work(connection, self.database.clock.now(), self.channel, urgent):
                return []
        async with self.database.transaction() as tx:
            again = await claims.lock_again(tx, self.channel, urgent)
            dropped = await claims.drop_settled_again(tx, again) if again else []
            claimed = await claims.claim_again(tx, again) if again else []
            if await claims.try_to_gather(tx, self.channel, urgent):
                dropped += [] if urgent else await claims.drop_settled(tx, self.channel)
                claimed += await claims.gather(tx, self.channel, urgent)
            await _say(tx, await store.read(tx.connection, dropped) if dropped else [])
        return claimed

    async def _deliver(self, claimed: Claimed, urgent: bool, send: Send, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            try:
                await self._try_and_record(claimed, urgent, send)
            except Lost:
                log.info("delivery_lost_to_another", delivery_id=str(claimed.id))
            except UNAVAILABLE as away:
                # It stays claimed, and is claimed again when the lease has run out.
                log.warning("delivery_without_database", delivery_id=str(claimed.id), error=repr(away))

    async def _try_and_record(self, claimed: Claimed, urgent: bool, send: Send) -> None:
        target: Target | None = None
        try:
            target, parts = await self._prepare(claimed)
            number = claimed.sent_parts
            while number < len(parts):
                claimed, has_more = await self._enter(claimed, urgent, target, is_first=number == 0)
                if has_more:
                    target, parts = await self._prepare(claimed)
                await self._send(send, target, parts[number])
                number += 1
                if number < len(parts):
                    await self._count_part(claimed, number)
            error = None
        except NotDelivered as refused:
            error = refused
        except (Lost, *UNAVAILABLE):
            raise
        except Exception as broken:
            # Where it broke, and not what it said: that may name an address.
            where = traceback.format_tb(broken.__traceback__)
            log.error(
                "delivery_failed", delivery_id=str(claimed.id), error=type(broken).__name__, where=where
            )
            error = Permanent(f"{type(broken).__name__}: {broken}")
        await self._record(claimed, target, error)

    async def _prepare(self, claimed: Claimed) -> tuple[Target, list[Message]]:
        """Where it goes, and what is said there, in as many parts as it takes."""
        async with self.database.reading() as connection:
            items = await store.read_items(connection, claimed.id)
            kept = await contacts.read_all(connection, claimed.organization_id)
        pairs = [(contact, channel) for contact in kept for channel in contact.channels]
        setting = model.find_channel([each for _, each in pairs], self.channel, claimed.channel_number)
        if setting is None:
            raise Permanent("the unit has no such channel any more")
        if "bounced_at" in setting:
            raise Permanent("the channel refused for good before; set the contact anew")
        locale = next(contact.locale for contact, each in pairs if each is setting)
        try:
            opened = open_channel(setting, self.settings.sealer)
        except WrongKey:
            raise Transient("the channel is sealed with another key than ROLLCALL_SECRETS_KEY") from None
        message = await write(self.database, claimed.id, items, locale, REAL_TIME.now(), self.opening.frame)
        key = pacing.key_of(self.opening.pace, opened, locale)
        target = Target(opened, self.opening.vendor_of(self.settings, opened), key)
        return target, self.opening.divide(message)

    async def _send(self, send: Send, target: Target, part: Message) -> None:
        try:
            # Dated at the try itself: what waited for its turn would else be signed too early.
            await send(replace(part, written_at=REAL_TIME.now()), target.setting)
        except Transient as error:
            await self._note_failure(target, error)
            raise

    async def _enter(
        self, claimed: Claimed, urgent: bool, target: Target, is_first: bool
    ) -> tuple[Claimed, bool]:
        """Begin a try, if the vendor is not left alone and the robot has a token left; whether it says more now."""
        async with self.database.transaction() as tx:
            if not await store.is_held(tx, claimed):
                raise Lost
            seconds = await circuits.enter(tx, self.channel, target.vendor)
            if seconds > 0:
                raise NotTried("the other side does not answer at present", seconds)
            seconds = await pacing.take(tx, self.opening.pace, target.setting, urgent)
            if seconds > 0:
                raise NotTried("the robot was sent as many as it may be", seconds)
            has_more = False
            if is_first and target.key is not None:
                has_more, dropped = await claims.take_over(tx, claimed.id, target.key, urgent)
                await _say(tx, await store.read(tx.connection, dropped) if dropped else [])
            return await store.begin_try(tx, claimed), has_more

    async def _note_failure(self, target: Target, error: Transient) -> None:
        async with self.database.transaction() as tx:
            if isinstance(error, Throttled):
                await pacing.block(tx, self.opening.pace, target.setting, error.asked_seconds)
            if not isinstance(error, NotNow) and await circuits.fail(tx, self.channel, target.vendor):
                log.warning("circuit_open", channel=self.channel, vendor=target.vendor)
            self.metrics.open_circuits.labels(self.channel).set(await circuits.count_open(tx, self.channel))

    async def _count_part(self, claimed: Claimed, sent_parts: int) -> None:
        async with self.database.transaction() as tx:
            await store.count_part(tx, claimed.id, sent_parts)

    async def _record(self, claimed: Claimed, target: Target | None, error: NotDelivered | None) -> None:
        said = "" if error is None else str(error) if target is None else scrub(str(error), target.setting)
        async with self.database.transaction() as tx:
            # The delivery first, as where a try begins: so none waits for another in a ring.
            is_held = await store.is_held(tx, claimed)
            if target is not None and (error is None or isinstance(error, Permanent | NotNow)):
                await circuits.mend(tx, self.channel, target.vendor)
            if error is None:
                await _say(tx, await store.finish(tx, claimed.id, "sent", None))
                outcome = "sent"
            elif is_held:
                outcome = await self._record_failure(tx, claimed, target, error, said)
            else:
                return
        self.metrics.ended.labels(self.channel, outcome).inc()

    async def _record_failure(
        self, tx: Transaction, claimed: Claimed, target: Target | None, error: NotDelivered, said: str
    ) -> str:
        if isinstance(error, NotTried):
            seconds = error.seconds * random.uniform(1.0, 1.1)
            await store.postpone(tx, claimed.id, seconds, None if target is None else target.key)
            return "postponed"
        age = await store.read_age(tx, claimed.id)
        if not isinstance(error, Permanent) and age < self.settings.give_up_hours * 3_600:
            asked = error.asked_seconds if isinstance(error, Transient) else 0.0
            pause = model.retry_after(claimed.attempts, random.uniform(0.8, 1.2), asked)
            await store.put_off(tx, claimed.id, pause, said)
            log.warning("delivery_put_off", delivery_id=str(claimed.id), seconds=pause, error=said)
            return "put_off"
        if isinstance(error, BadRecipient):
            for unit, number in await store.read_addressed(tx, claimed.id):
                await contact_handlers.mark_bounced(tx, unit, number, said)
        if target is None:
            await store.release_others(tx, claimed.id)
        state = "failed" if isinstance(error, Permanent) else "given_up"
        ended = await store.finish(tx, claimed.id, state, said)
        await _say(tx, ended)
        await tell_issuer(tx, ended, said)
        log.error("delivery_given_up", delivery_id=str(claimed.id), state=state, error=said)
        return state


async def _say(tx: Transaction, notifications: list[Notification]) -> None:
    await tx.record_all([_fact(each) for each in notifications], ACTOR)


def _fact(notification: Notification) -> Event:
    is_sent = notification.state == "sent"
    return (NotificationSent if is_sent else NotificationGivenUp)(notification=notification)
