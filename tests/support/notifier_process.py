"""Deliveries in a process of their own, to be killed: python -m tests.support.notifier_process CHANNEL LEASE.

The database and the rest are read from ROLLCALL_… variables, as the service reads them.
"""

import asyncio
import sys

from prometheus_client import CollectorRegistry

from chassis import logs
from chassis.connections import open_pool
from chassis.database import Database
from services.notifier.deliveries import claims
from services.notifier.deliveries.handlers import Deliverer
from services.notifier.deliveries.metrics import DeliveryMetrics
from services.notifier.settings import NotifierSettings


async def main(channel: str, lease: str) -> None:
    """Deliver until killed, both what is urgent and the rest."""
    logs.configure("notifier", "error")
    claims.LEASE_SECONDS = int(lease)
    settings = NotifierSettings()
    pool = await open_pool(str(settings.database_url), "notifier", 10)
    deliverer = Deliverer(
        Database(pool, settings.read_clock()), settings, channel, DeliveryMetrics(CollectorRegistry())
    )
    print("delivering", flush=True)

    async def keep(urgent: bool) -> None:
        while True:
            await deliverer.deliver(urgent)
            await asyncio.sleep(0.05)

    await asyncio.gather(keep(True), keep(False))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
