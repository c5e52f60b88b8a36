"""Watching the durables: a service whose stream or durable is gone must be started anew after a bootstrap."""

import asyncio
from collections.abc import Callable, Sequence

import nats.errors
import nats.js.errors
import structlog
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from chassis.bus import Bus
from chassis.topology import Durable, is_ahead

log = structlog.get_logger()

LOOK_SECONDS = 5.0


async def find_missing(jetstream: JetStreamContext, service: str, durables: Sequence[Durable]) -> str | None:
    """What is gone, in words; None when all is there."""
    for durable in durables:
        try:
            info = await jetstream.consumer_info(durable.stream, durable.name)
            state = (await jetstream.stream_info(durable.stream)).state
        except NotFoundError:
            return f"durable {durable.name} of stream {durable.stream} is gone"
        if is_ahead(info, state.last_seq):
            return f"durable {durable.name} stands behind the end of stream {durable.stream}"
    try:
        await jetstream.stream_info(service)
    except NotFoundError:
        return f"stream {service} is gone"
    return None


async def watch(
    bus: Bus, service: str, durables: Sequence[Durable], on_missing: Callable[[str], None]
) -> None:
    """Look every LOOK_SECONDS until something is gone, and say so once."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            missing = await find_missing(bus.jetstream, service, durables)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
            log.warning("durables_not_seen", error=repr(error))
            continue
        if missing is not None:
            on_missing(missing)
            return
