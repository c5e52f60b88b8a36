"""A notifier of each test's own, with a real mail server and a real receiver of webhooks."""

from collections.abc import AsyncIterator

import pytest

from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.sealing import make_key
from services.notifier.settings import NotifierSettings
from tests.integration.notifier.parts import World, open_world
from tests.support.databases import Cluster
from tests.support.hooks import HookServer, open_hook_server
from tests.support.mail import MailServer, open_mail_server


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """A running mail server."""
    async with open_mail_server() as server:
        yield server


@pytest.fixture
async def hooks() -> AsyncIterator[HookServer]:
    """A running receiver of webhooks."""
    async with open_hook_server() as server:
        yield server


@pytest.fixture
async def world(cluster: Cluster, mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A notifier that has heard of an office and its campaign."""
    made = await cluster.clone("notifier")
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", made.url)
    monkeypatch.setenv("ROLLCALL_NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.setenv("ROLLCALL_SECRETS_KEY", make_key())
    settings = NotifierSettings(smtp_url=mail.url, webhook_allow_private=True)
    pool = await open_pool(made.url, "tests", 20)
    try:
        yield await open_world(Database(pool, Clock()), settings)
    finally:
        pool.terminate()
        await made.drop()
