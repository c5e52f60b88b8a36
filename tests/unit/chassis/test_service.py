"""A service is only as alive as the work behind it."""

import asyncio
from typing import NoReturn

from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.service import Running, Service, make_app, make_running
from chassis.settings import ServiceSettings
from tests.support.waiting import until

NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"


class Settings(ServiceSettings):
    port: int = 8999


async def _die(running: Running) -> NoReturn:
    await asyncio.sleep(0)
    raise RuntimeError("out of ink")


async def test_work_that_dies_takes_its_process_along() -> None:
    service = Service(
        "registry",
        (),
        (),
        (),
        {},
        find_organization=lambda connection, id: asyncio.sleep(0, None),
        prepare=_die,
    )
    settings = Settings(database_url=NOWHERE, nats_url="nats://127.0.0.1:1")
    running = make_running(service, settings, Database(await open_pool(NOWHERE, "test", 1), Clock()))
    app = make_app(running)
    async with app.router.lifespan_context(app):
        await until(lambda: running.fatal)
    assert running.fatal == "_die died: RuntimeError('out of ink')"
