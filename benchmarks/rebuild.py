"""A rebuild of the read side from the log while the overview is asked for without a pause.

`python -m benchmarks.rebuild 1000000` measures one of a million events (minutes).
"""

import asyncio
import resource
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import httpx
import uvicorn

from benchmarks.bench import Row
from benchmarks.stage import ACTOR, Stage, open_stage
from chassis import access
from chassis.access import AccessKey
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.database import Database
from chassis.service import make_app, make_running
from contracts.registry.campaigns import Campaign, CampaignOpened
from services.reporting import rebuilding
from services.reporting.app import SERVICE
from services.reporting.projections.campaigns import on_campaigns
from services.reporting.settings import ReportingSettings

EVENT_COUNT = 100_000
UNIT_COUNT = 10_000
LOG = """
    -- One version each of every debt of 10,000 units, as registry would have told them.
    INSERT INTO events (id, type, aggregate_id, aggregate_version, occurred_at, actor, traceparent, body)
    SELECT gen_random_uuid(), 'rollcall.registry.assignment.made.v1', id, 1, moment, '{}', '',
           convert_to(jsonb_build_object('assignment', jsonb_build_object(
               'id', id, 'version', 1, 'created_at', moment, 'updated_at', moment, 'campaign_id', $2::uuid,
               'deliverable_id', md5('deliverable' || n / $3)::uuid,
               'organization_id', md5('unit' || n % $3)::uuid,
               'kind', 'activity_summary', 'title', '活动总结', 'sections', jsonb_build_array('亮点活动'),
               'due_at', timestamptz '2024-09-16 15:59:59Z', 'due_set_at', moment, 'state', 'owed'))::text, 'UTF8')
      FROM (SELECT n, gen_random_uuid() AS id, timestamptz '2024-09-01 01:00:00Z' + n * interval '1 second' AS moment
              FROM generate_series($4::int, $1::int - 1) AS n) AS made
"""


async def measure(stage: Stage, event_count: int = EVENT_COUNT) -> list[Row]:
    """Events a second, requests meanwhile, how many of these failed, the slowest, and the memory of all of it."""
    campaign_id, office_id = uuid4(), uuid4()
    await _open_campaign(stage, campaign_id, office_id)
    registry = await connect(stage.databases["registry"].owner_dsn, "benchmark")
    await registry.execute("SET statement_timeout = 0")
    for start in range(0, event_count, 100_000):
        await registry.execute(LOG, min(start + 100_000, event_count), campaign_id, UNIT_COUNT, start)
    await registry.close()
    reporting = stage.databases["reporting"]
    pool = await open_pool(reporting.app_dsn, "reporting", 10)
    secret = access.make_secret()
    key = AccessKey(uuid4(), office_id, "coordinator", access.hash_secret(secret), None, None, 1)
    async with pool.acquire() as connection:
        await access.keep(connection, [key])
    logs = {owner: stage.databases[owner].app_dsn for owner in ("registry", "submissions")}
    seconds: list[float] = []
    failed = 0
    with TemporaryDirectory() as folder:
        settings = ReportingSettings(
            database_url=reporting.app_dsn,
            nats_url="nats://127.0.0.1:1",
            role="serve",
            export_folder=Path(folder),
        )
        app = make_app(make_running(SERVICE, settings, Database(pool, Clock())))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        headers = {"Authorization": f"Bearer {access.write_key(key.id, secret)}"}

        async def ask() -> None:
            nonlocal failed
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
                while True:
                    started = time.perf_counter()
                    answer = await client.get(f"/v1/campaigns/{campaign_id}/overview")
                    seconds.append(time.perf_counter() - started)
                    failed += answer.status_code != 200
                    await asyncio.sleep(0.02)

        asking = asyncio.create_task(ask())
        started = time.perf_counter()
        rebuilt = await rebuilding.rebuild(reporting.owner_dsn, logs, print)
        took = time.perf_counter() - started
        await asyncio.sleep(0.5)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        server.should_exit = True
        await serving
    await pool.close()
    assert rebuilt.swapped
    assert rebuilt.event_count == event_count + 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row(f"rebuild of {event_count:,} events", "events/s", event_count / took, 0, 0, 1),
        Row("requests meanwhile", "requests", len(seconds), 0, 0, 1),
        Row("of these failed", "requests", failed, 0, 0, 1),
        Row("the slowest", "s", max(seconds), 0, 0, 1),
        Row("memory of this process at most", "MiB", memory, 0, 0, 1),
    ]


async def _open_campaign(stage: Stage, campaign_id: UUID, office_id: UUID) -> None:
    """In registry's log, and known to reporting, as it would be."""
    now = datetime.now(UTC)
    campaign = Campaign(
        id=campaign_id,
        version=1,
        created_at=now,
        updated_at=now,
        name="活动周",
        theme="主题",
        starts_on=now.date(),
        ends_on=now.date(),
        timezone="Asia/Shanghai",
        issuer_id=office_id,
    )
    opened = CampaignOpened(campaign=campaign)
    for service in ("registry", "reporting"):
        pool = await open_pool(stage.databases[service].app_dsn, "benchmark", 2)
        async with Database(pool, Clock()).transaction() as tx:
            if service == "registry":
                await tx.record(opened, ACTOR)
            else:
                await on_campaigns(tx, [opened])
        await pool.close()


async def _alone(event_count: int) -> None:
    async with open_stage() as stage:
        for row in await measure(stage, event_count):
            print(row)


if __name__ == "__main__":
    asyncio.run(_alone(int([*sys.argv[1:], str(EVENT_COUNT)][0])))
