"""The relay beside the plain way: read a row, publish it, delete it."""

import asyncio
import time
from functools import partial
from typing import Any

from nats.js import JetStreamContext
from prometheus_client import CollectorRegistry

from benchmarks.bench import Row, compare
from benchmarks.stage import Stage, record
from chassis.bus import make_bus
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.database import Database
from chassis.metrics import RelayMetrics
from chassis.relay import Relay

PLAIN_COUNT = 2_000
COUNT = 20_000


async def measure(stage: Stage, rounds: int) -> list[Row]:
    """Events a second from outbox to confirmed, outbox emptied."""
    cases = {
        "row at a time: read, publish, delete": partial(_plain, stage),
        "relay: atomic batches of 500, hash chain": partial(_relay, stage),
    }
    return await compare(cases, "events/s", rounds)


async def _plain(stage: Stage) -> float:
    await stage.empty("registry")
    await record(stage.databases["registry"].app_dsn, PLAIN_COUNT)
    async with stage.jetstream() as jetstream:
        started = time.perf_counter()
        await _tell_one_by_one(stage.databases["registry"].app_dsn, jetstream)
        return PLAIN_COUNT / (time.perf_counter() - started)


async def _tell_one_by_one(dsn: str, jetstream: JetStreamContext) -> None:
    connection = await connect(dsn, "plain")
    one = "SELECT o.position, e.id, e.type, e.body FROM outbox o JOIN events e USING (position) ORDER BY 1 LIMIT 1"
    while row := await connection.fetchrow(one):
        await jetstream.publish(row["type"], row["body"], headers={"Nats-Msg-Id": str(row["id"])})
        await connection.execute("DELETE FROM outbox WHERE position = $1", row["position"])
    await connection.close()


async def _relay(stage: Stage) -> float:
    await stage.empty("registry")
    dsn = stage.databases["registry"].app_dsn
    await record(dsn, COUNT)
    async with stage.jetstream():
        pool = await open_pool(dsn, "registry", 4)
        bus = make_bus(stage.nats.url("registry"), "registry", lambda: None)
        await bus.connect()
        metrics: Any = RelayMetrics("registry", CollectorRegistry())
        relay = Relay("registry", dsn, Database(pool, Clock()), bus, metrics)
        started = time.perf_counter()
        running = asyncio.create_task(relay.run())
        while metrics.told._value.get() < COUNT:
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - started
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await bus.close()
        await pool.close()
        return COUNT / seconds
