"""A consumer in a process of its own, to be killed while it pulls: python -m tests.support.pulling_process URL."""

import asyncio
import sys
from collections.abc import Sequence

from nats.aio.msg import Msg

from chassis.bus import make_bus
from chassis.pulling import subscribe
from tests.support.parts import DURABLE


async def _pass_over(messages: Sequence[Msg]) -> None:
    for message in messages:
        await message.ack()


async def main(url: str) -> None:
    """Pull until killed; says `pulling` when the server has its request."""
    bus = make_bus(url, "submissions", lambda: None)
    subscribe(bus.broker, "registry", DURABLE, _pass_over)
    await bus.connect()
    await bus.broker.start()
    while not (await bus.jetstream.consumer_info("registry", DURABLE)).num_waiting:
        await asyncio.sleep(0.02)
    print("pulling", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
