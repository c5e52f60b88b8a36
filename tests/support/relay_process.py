"""A relay in a process of its own, to be killed or frozen: python -m tests.support.relay_process DSN URL STALE [HOOK].

HOOK `before-take-out` says so on standard output once the stream has confirmed a batch, and then stands still.
"""

import asyncio
import sys

from prometheus_client import CollectorRegistry

from chassis import outbox
from chassis.bus import make_bus
from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.metrics import RelayMetrics
from chassis.relay import Relay


async def _stand_still(*_: object) -> None:
    print("published", flush=True)
    await asyncio.sleep(3_600)


async def main(dsn: str, url: str, stale: str, hook: str = "") -> None:
    """Run until killed; says `leading` when it leads."""
    bus = make_bus(url, "registry", lambda: None)
    await bus.connect()
    pool = await open_pool(dsn, "registry", 4)
    metrics = RelayMetrics("registry", CollectorRegistry())
    relay = Relay("registry", dsn, Database(pool, Clock()), bus, metrics)
    relay.stale_seconds, relay.reconcile_seconds = float(stale), 0.2
    if hook == "before-take-out":
        setattr(outbox, "take_out", _stand_still)  # noqa: B010 - the hook
    running = asyncio.create_task(relay.run())
    while not metrics.leading._value.get():
        await asyncio.sleep(0.02)
    print("leading", flush=True)
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
