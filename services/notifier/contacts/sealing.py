"""Sealing: the key is the right one before anything is sent, and what is kept comes to be under the newest."""

import asyncio
from uuid import UUID

import structlog

from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.sealing import Sealer, WrongKey
from chassis.service import Running
from services.notifier.contacts import store
from services.notifier.contacts.sealed import is_current, open_channel, seal_channel
from services.notifier.settings import NotifierSettings

log = structlog.get_logger()

PAGE = 200
PLAIN = "rollcall"
WRONG = (
    "ROLLCALL_SECRETS_KEY opens nothing that is sealed in the database; expected the key that it was sealed with, "
    "after a newer one if there is one"
)


async def prepare(running: Running) -> None:
    """End a notifier whose key is a wrong one, as soon as the database answers."""
    settings = running.settings
    assert isinstance(settings, NotifierSettings)
    while True:
        try:
            await check_key(running.database, settings.sealer)
            return
        except WrongKey:
            running.fail(WRONG)
            return
        except UNAVAILABLE as error:
            log.warning("secrets_key_unchecked", error=repr(error))
            await asyncio.sleep(0.5)


async def check_key(database: Database, sealer: Sealer) -> None:
    """WrongKey unless the key opens what the first one sealed."""
    async with database.transaction() as tx:
        sealer.open(await store.read_seal(tx, sealer.seal(PLAIN)))


async def seal_all(database: Database, sealer: Sealer) -> int:
    """Seal what is not under the newest key yet, of the release before too; how many contacts were."""
    after, sealed = UUID(int=0), 0
    while True:
        async with database.transaction() as tx:
            page = await store.lock_page(tx, after, PAGE)
            for contact in page:
                if not all(is_current(channel, sealer) for channel in contact.channels):
                    channels = [seal_channel(open_channel(each, sealer), sealer) for each in contact.channels]
                    await store.reseal(tx, contact.id, channels)
                    sealed += 1
        if len(page) < PAGE:
            break
        after = page[-1].id
    async with database.transaction() as tx:
        seal = await store.read_seal(tx, sealer.seal(PLAIN))
        if not sealer.is_newest(seal):
            await store.renew_seal(tx, sealer.seal(sealer.open(seal)))
    return sealed
