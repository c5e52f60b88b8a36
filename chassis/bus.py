"""The bus: one connection a service to NATS that never gives up, and says so when it is refused."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js import JetStreamContext

from chassis.pulling import stop_pulling

log = structlog.get_logger()

REFUSED = "permissions violation"


@dataclass(slots=True)
class Bus:
    """A service's way to NATS. `trouble` is what made it unfit, such as a refused permission; None: fit.

    NATS answers a refused publish or request with silence and tells the reason only here, so a permission
    that is missing would else look like a slow server.
    """

    broker: NatsBroker
    on_closed: Callable[[], None]
    trouble: str | None = None
    connecting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def client(self) -> Client:
        """The connection; only after `connect`."""
        connected: Client = self.broker.config.connection_state.connection
        return connected

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream, with five seconds for each answer."""
        return self.client.jetstream(timeout=5)

    @property
    def is_connected(self) -> bool:
        """Whether a server answers at present."""
        return bool(self.broker.config.connection_state) and self.client.is_connected

    async def connect(self) -> None:
        """Connect; waits as long as there is no server."""
        async with self.connecting:
            await self.broker.connect()

    async def close(self) -> None:
        """Leave; a server that does not answer is not waited for."""
        self.on_closed = _nothing
        try:
            await stop_pulling(self.broker)
            # Asked first, for the client's own farewell waits ten seconds for a server that stands still.
            await self.client.flush(timeout=2)
            await asyncio.wait_for(self.broker.stop(), timeout=3)
        except Exception as error:
            log.warning("bus_left_without_farewell", error=repr(error))
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.client.close(), timeout=1)


def _nothing() -> None:
    pass


def make_bus(url: str, user: str, on_closed: Callable[[], None]) -> Bus:
    """A bus for `user`, whose answers come to its own inbox; `on_closed` is called if it ends for good."""
    bus = Bus(NatsBroker(apply_types=False), on_closed)

    async def on_error(error: Exception) -> None:
        if REFUSED in str(error).lower():
            bus.trouble = f"NATS refused: {error}"
        log.error("bus_error", error=str(error) or repr(error))

    async def on_disconnected() -> None:
        log.warning("bus_disconnected")

    async def on_reconnected() -> None:
        log.info("bus_reconnected")

    async def on_client_closed() -> None:
        bus.on_closed()

    bus.broker = NatsBroker(
        url,
        name=user,
        apply_types=False,
        logger=None,
        inbox_prefix=f"_INBOX_{user}".encode(),
        connect_timeout=2,
        reconnect_time_wait=1,
        max_reconnect_attempts=-1,
        ping_interval=5,
        max_outstanding_pings=2,
        error_cb=on_error,
        disconnected_cb=on_disconnected,
        reconnected_cb=on_reconnected,
        closed_cb=on_client_closed,
    )
    return bus
