"""A service: its table of contents put to work, from the first log line to a clean end."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CoroutineType
from typing import Any
from uuid import UUID

import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from chassis import durables, idempotency, logs, sweeps
from chassis.access import KeyRing
from chassis.bus import Bus, make_bus
from chassis.connections import Connection, open_pool
from chassis.consumers import Consumer, Handler, Hears, Readable
from chassis.database import Database
from chassis.files.settings import FileSettings
from chassis.files.uploads import Files, open_files
from chassis.http import operations, problems
from chassis.http.description import DescribedApp
from chassis.http.direct import DirectRoute, Shortcut
from chassis.http.middleware import Surroundings
from chassis.http.packets import OnePacketProtocol
from chassis.key_uses import KeyUses, Tell
from chassis.metrics import ConsumerMetrics, FileMetrics, HttpMetrics, RelayMetrics, SweepMetrics
from chassis.pulling import subscribe
from chassis.relay import Relay
from chassis.settings import BadSettings, ServiceSettings, read_settings
from chassis.sweeps import Sweep
from chassis.topology import Durable
from chassis.watchdog import Watchdog

log = structlog.get_logger()

FORGET_SECONDS = 60.0
GARBAGE = 20_000
"""So many new objects are looked through for garbage that reference counts do not find; the default is 700."""


@dataclass(frozen=True)
class Service:
    """What a service is made of: the table of contents in its app.py.

    `catalogue` is every event there is, `durables` are its own, `find_organization` answers who a caller is.
    `make_sweeps` is given the running service's database and bus-free parts. `make_parts` makes what routes find
    in `app.state` by name beside the database. `tell_key_use` makes the fact that a key was used here. `at_last` is
    given each batch of events that was heard, behind all handlers, in their transaction.
    """

    name: str
    routers: Sequence[APIRouter]
    hears: Sequence[Hears]
    durables: Sequence[Durable]
    catalogue: Mapping[str, type[Readable]]
    find_organization: Callable[[Connection, UUID], Awaitable[Mapping[str, Any] | None]]
    make_sweeps: Callable[["Running"], Sequence[Sweep]] = lambda running: ()
    prepare: Callable[["Running"], Awaitable[None]] | None = None
    make_parts: Callable[[Database], Mapping[str, Any]] = lambda database: {}
    tell_key_use: Tell | None = None
    at_last: Handler | None = None


@dataclass
class Running:
    """A service while it runs."""

    service: Service
    settings: ServiceSettings
    database: Database
    bus: Bus
    consumers: Sequence[Consumer]
    registry: CollectorRegistry
    consumer_metrics: ConsumerMetrics
    key_uses: KeyUses
    files: Files | None = None
    fatal: str | None = None
    server: uvicorn.Server | None = None

    def fail(self, reason: str) -> None:
        """End this process, so that whoever started it mends what is wrong and starts it anew."""
        log.critical("service_gives_up", reason=reason)
        self.fatal = reason
        if self.server is not None:
            self.server.should_exit = True


def run(service: Service, model: type[ServiceSettings]) -> None:
    """Serve until told to stop; exits with status 2 when a setting is bad, 1 when the service gave up by itself."""
    try:
        settings = read_settings(model)
        logs.configure(service.name, settings.log_level)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            failed = runner.run(_serve(service, settings))
    except BadSettings as bad:
        sys.stderr.write(f"{bad}\n")
        sys.exit(2)
    if failed:
        sys.exit(1)


async def _serve(service: Service, settings: ServiceSettings) -> bool:
    clock = settings.read_clock()
    pool = await open_pool(str(settings.database_url), service.name, settings.database_pool_size)
    running = make_running(service, settings, Database(pool, clock))
    app = make_app(running)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        http=OnePacketProtocol,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=max(1, int(settings.shutdown_seconds) - 3),
        timeout_keep_alive=30,
    )
    running.server = uvicorn.Server(config)
    # All that is there by now stays: without this a fifth of a hand-in goes into looking through it again.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    await running.server.serve()
    return running.fatal is not None


def make_running(service: Service, settings: ServiceSettings, database: Database) -> Running:
    """The parts of a service around its database, not yet at work."""
    registry = CollectorRegistry()
    metrics = ConsumerMetrics(service.name, registry)
    running: Running

    def on_closed() -> None:
        running.fail("the bus closed for good")

    running = Running(
        service=service,
        settings=settings,
        database=database,
        bus=make_bus(settings.nats_url, service.name, on_closed),
        consumers=[
            Consumer(
                durable.stream,
                durable.name,
                service.hears,
                service.catalogue,
                database,
                metrics,
                service.at_last,
            )
            for durable in service.durables
        ],
        registry=registry,
        consumer_metrics=metrics,
        key_uses=KeyUses(database, service.name, service.tell_key_use),
    )
    if isinstance(settings, FileSettings):
        running.files = open_files(settings, FileMetrics(service.name, registry))
    return running


def make_app(running: Running) -> FastAPI:
    """The HTTP side, with the rest of the service working behind it from start to end."""
    service = running.service

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_see_through(running, each)) for each in _work(running)]
        try:
            yield
        finally:
            await _end(running, tasks)

    app = DescribedApp(
        title=f"Rollcall {service.name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        # A redirect would be built from whatever Host the caller named.
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.running = running
    app.state.database = running.database
    app.state.key_ring = KeyRing(running.database, running.key_uses.note)
    app.state.files = running.files
    for name, part in service.make_parts(running.database).items():
        setattr(app.state, name, part)
    metrics = HttpMetrics(service.name, running.registry)
    app.add_middleware(Surroundings, metrics=metrics)
    problems.install(app)
    for router in (operations.health, operations.keyed, *service.routers):
        app.include_router(router)
    direct = [
        route for router in service.routers for route in router.routes if isinstance(route, DirectRoute)
    ]
    app.shortcut = Shortcut(app, direct, app.state.key_ring, metrics)
    return app


def _work(running: Running) -> list[Any]:
    """What runs beside HTTP."""
    settings, service = running.settings, running.service
    work: list[Any] = [Watchdog().beat(), running.key_uses.run()]
    if settings.role == "serve":
        return work
    if service.prepare is not None:
        work.append(service.prepare(running))
    sweep_metrics = SweepMetrics(service.name, running.registry)
    work.append(_on_bus(running))
    work.extend(sweeps.run(each, sweep_metrics) for each in list_sweeps(running))
    return work


def list_sweeps(running: Running) -> list[Sweep]:
    """The service's own sweeps, and the one that each has."""

    async def forget_answers() -> None:
        async with running.database.apart() as connection:
            while await idempotency.forget(connection, running.database.clock.now()):
                pass

    return [*running.service.make_sweeps(running), Sweep("answers", forget_answers, FORGET_SECONDS)]


async def _see_through(running: Running, work: "CoroutineType[Any, Any, None]") -> None:
    """Work that dies takes the process along: a service that tells nothing any more must not look alive."""
    try:
        await work
    except Exception as error:
        log.exception("work_died", work=work.__qualname__)
        running.fail(f"{work.__qualname__} died: {error!r}")


async def _on_bus(running: Running) -> None:
    """Tell and hear: waits for a server, then for as long as the service lives."""
    settings, service, bus = running.settings, running.service, running.bus
    for consumer in running.consumers:
        subscribe(bus.broker, consumer.stream, consumer.durable, consumer.take)
    await bus.connect()
    missing = await durables.find_missing(bus.jetstream, service.name, service.durables)
    if missing is not None:
        running.fail(missing)
        return
    await bus.broker.start()
    relay = Relay(
        service.name,
        str(settings.database_url),
        running.database,
        bus,
        RelayMetrics(service.name, running.registry),
    )
    relay.poll_seconds, relay.reconcile_seconds = settings.relay_poll_seconds, settings.reconcile_seconds
    async with asyncio.TaskGroup() as group:
        group.create_task(relay.run())
        group.create_task(durables.watch(bus, service.name, service.durables, running.fail))


async def _end(running: Running, tasks: list[asyncio.Task[Any]]) -> None:
    """Stop the work, leave the bus, leave the database; none of them is waited for without a limit."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=2)
    await running.bus.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(running.database.pool.close(), timeout=2)
    running.database.pool.terminate()
    log.info("service_ended", fatal=running.fatal)
