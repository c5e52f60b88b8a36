"""How soon an incident is heard while 10,000 ordinary reminders wait for a mail server that takes its time."""

import asyncio
import time
from uuid import uuid4

from prometheus_client import CollectorRegistry

from benchmarks.bench import Row
from benchmarks.stage import Stage
from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.sealing import make_key
from services.notifier.deliveries.handlers import Deliverer
from services.notifier.deliveries.metrics import DeliveryMetrics
from services.notifier.settings import NotifierSettings
from tests.support.hooks import Call, HookServer, open_hook_server
from tests.support.killing import CAMPAIGN, QUEUE

ORDINARY = 10_000
INCIDENTS = 100
LIMIT_SECONDS = 10.0
REPORT = """
    INSERT INTO notification (id, version, created_at, updated_at, campaign_id, occasion, about_id, organization_id,
                              about_organization_id, channel, channel_number, title, details, state, planned_for)
    SELECT uuidv7(), 1, now(), now(), $1, 'incident_followed_up', uuidv7(), organization_id, organization_id, 'webhook',
           1, $2, '{"severity": "large"}', 'planned', now()
      FROM contact ORDER BY id OFFSET $3 LIMIT 1
"""


async def measure(stage: Stage) -> list[Row]:
    """Seconds from planned to heard, of incidents reported one after another while the queue is worked off."""
    dsn = stage.databases["notifier"].app_dsn
    settings = NotifierSettings(
        database_url=dsn,
        nats_url="nats://127.0.0.1:1",
        secrets_key=make_key(),
        webhook_allow_private=True,
    )
    pool = await open_pool(dsn, "notifier", 10)
    try:
        async with open_hook_server() as hooks:
            found = sorted(await _play(Database(pool, Clock()), settings, hooks))
    finally:
        await pool.close()
    high = found[int(len(found) * 0.99) - 1]
    name = f"incident heard, {ORDINARY:,} ordinary waiting: median, fastest, 99th percentile (limit {LIMIT_SECONDS:g})"
    return [Row(name, "s", found[len(found) // 2], found[0], high, high / LIMIT_SECONDS)]


async def _play(database: Database, settings: NotifierSettings, hooks: HookServer) -> list[float]:
    campaign = uuid4()
    heard: dict[str, float] = {}

    def note(call: Call) -> tuple[int, bytes]:
        for item in call.items:
            heard.setdefault(item["title"], time.perf_counter())
        return 204, b""

    hooks.decide = note
    async with database.reading() as connection:
        await connection.execute(CAMPAIGN, campaign)
        await connection.execute(QUEUE, ORDINARY, hooks.url, campaign)
    deliverer = Deliverer(database, settings, "webhook", DeliveryMetrics(CollectorRegistry()))
    loops = [asyncio.create_task(_keep(deliverer, settings, urgent)) for urgent in (True, False)]
    planned: dict[str, float] = {}
    for number in range(INCIDENTS):
        title = f"incident-{number}"
        async with database.reading() as connection:
            await connection.execute(REPORT, campaign, title, number)
        planned[title] = time.perf_counter()
        await asyncio.sleep(0.05)
    while not planned.keys() <= heard.keys():
        await asyncio.sleep(0.05)
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    return [heard[title] - at for title, at in planned.items()]


async def _keep(deliverer: Deliverer, settings: NotifierSettings, urgent: bool) -> None:
    while True:
        await deliverer.deliver(urgent)
        await asyncio.sleep(settings.sweep_seconds)
