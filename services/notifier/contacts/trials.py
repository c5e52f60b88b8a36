"""Trials: a test message over a channel, and what the other side said to it."""

from typing import Literal
from uuid import UUID

from chassis.access import Principal
from chassis.clock import Clock
from chassis.database import Database
from chassis.identity import new_id
from chassis.refusals import Conflict
from contracts.notifier.contacts import ChannelKind, ChannelTest, TestChannel, Tried
from services.notifier import rules
from services.notifier.channels.message import Message, NotDelivered, Permanent, Send
from services.notifier.channels.openings import OPENINGS
from services.notifier.channels.refusals import Throttled
from services.notifier.contacts import store
from services.notifier.contacts.handlers import open_contact
from services.notifier.contacts.model import hide_mailbox, scrub, show_channel
from services.notifier.contacts.store import KeptContact
from services.notifier.deliveries import pacing
from services.notifier.settings import NotifierSettings

SUBJECTS = {"zh-CN": "【测试】点名提醒通道测试", "en": "[Test] Rollcall test message"}
TEXTS = {
    "zh-CN": "这是一条测试消息，无需处理。\n",
    "en": "This is a test message. Nothing needs to be done.\n",
}
REAL_TIME = Clock()


class NoSuchChannel(Conflict):
    """The caller's own organization has no such channel."""


async def test_channel(
    database: Database, settings: NotifierSettings, kind: ChannelKind, command: TestChannel, actor: Principal
) -> ChannelTest:
    """Send one test message over each channel that is meant, of the caller's own organization."""
    rules.check_may_test_channels(actor)
    async with database.reading() as connection:
        kept = await store.read_all(connection, actor.organization_id)
    meant = [
        (contact, channel)
        for contact in (open_contact(each, settings.sealer) for each in kept)
        for channel in contact.channels
        if channel["kind"] == kind
        and command.contact_id in (None, contact.id)
        and command.channel_number in (None, channel["nth"])
    ]
    if not meant:
        raise NoSuchChannel(f"your organization has no such {kind} channel; set one with PUT /v1/contacts")
    async with OPENINGS[kind].opened(settings) as send:
        tried = [await _try(database, settings, send, contact, channel) for contact, channel in meant]
    if actor.role != "coordinator":
        tried = [each.model_copy(update={"address": hide_mailbox(each.address)}) for each in tried]
    return ChannelTest(channel=kind, tried=tried)


async def _try(
    database: Database,
    settings: NotifierSettings,
    send: Send,
    contact: KeptContact,
    channel: dict[str, object],
) -> Tried:
    outcome, said = await _send(database, settings, send, contact.locale, channel)
    return Tried(
        contact_id=contact.id,
        channel_number=channel["nth"],
        address=show_channel(channel, shows_numbers=False).address,
        outcome=outcome,
        said=said,
    )


async def _send(
    database: Database, settings: NotifierSettings, send: Send, locale: str, channel: dict[str, object]
) -> tuple[Literal["sent", "refused", "not_now"], str | None]:
    opening = OPENINGS[str(channel["kind"])]
    id: UUID = new_id()
    message = Message(id, SUBJECTS[locale], TEXTS[locale], [], REAL_TIME.now())
    (part,) = opening.divide(message)
    async with database.transaction() as tx:
        seconds = await pacing.take(tx, opening.pace, channel, urgent=True)
    if seconds > 0:
        return "not_now", f"the robot was sent as many as it may be; again in {seconds:.0f} s"
    try:
        await send(part, channel)
    except NotDelivered as error:
        if isinstance(error, Throttled):
            async with database.transaction() as tx:
                await pacing.block(tx, opening.pace, channel, error.asked_seconds)
        return "refused" if isinstance(error, Permanent) else "not_now", scrub(str(error), channel)
    return "sent", None
