"""kill -9 of a notifier at random moments through its deliveries, against a receiver that keeps what it got."""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from uuid import uuid4

import asyncpg

from chassis.sealing import make_key
from tests.support.databases import TestDatabase
from tests.support.hooks import Call, HookServer
from tests.support.installation import ROOT
from tests.support.waiting import until

QUEUE = """
    WITH unit AS (SELECT uuidv7() AS id FROM generate_series(1, $1)),
    named AS (
        INSERT INTO organization (id, version, name, body) SELECT id, 1, '单位', '{}' FROM unit RETURNING id
    ), contacts AS (
        INSERT INTO contact (id, version, created_at, updated_at, organization_id, name, locale, channels)
        SELECT uuidv7(), 1, now(), now(), id, 'x', 'zh-CN',
               jsonb_build_array(jsonb_build_object('kind', 'webhook', 'url', $2::text))
          FROM unit
    )
    INSERT INTO notification (id, version, created_at, updated_at, campaign_id, occasion, about_id, organization_id,
                              about_organization_id, channel, channel_number, title, details, state, planned_for)
    SELECT id, 1, now(), now(), $3, 'notice_issued', id, id, id, 'webhook', 1, id::text, '{"due_at": null}', 'planned',
           now()
      FROM unit
"""
CAMPAIGN = "INSERT INTO campaign (id, version, name, issuer_id, timezone) VALUES ($1, 1, '活动周', $1, 'UTC')"
LEFT = "SELECT count(*) FROM notification WHERE state <> 'sent'"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: `lost` never arrived, `strange` came again under another id."""

    count: int
    kills: int
    seconds: float
    lost: int
    doubled: int
    strange: int
    unsent: int


async def deliver_under_fire(
    made: TestDatabase, hooks: HookServer, count: int, kills: int, notifiers: int = 1, lease: int = 2
) -> Outcome:
    """Deliver so many, each its own message, while the notifiers are killed so often and started again at once."""
    started = time.monotonic()
    connection = await asyncpg.connect(made.admin_url)
    try:
        campaign = uuid4()
        await connection.execute(CAMPAIGN, campaign)
        await connection.execute(QUEUE, count, hooks.url, campaign)
        env = {
            **os.environ,
            "ROLLCALL_DATABASE_URL": made.url,
            "ROLLCALL_NATS_URL": "nats://127.0.0.1:1",
            "ROLLCALL_SECRETS_KEY": make_key(),
            "ROLLCALL_WEBHOOK_ALLOW_PRIVATE": "true",
        }
        running = [await _start(env, lease) for _ in range(notifiers)]
        try:
            for number in range(kills):
                least = count * (number + random.random()) / (kills + 1)
                await until(lambda least=least: len(hooks.calls) >= least, seconds=600)  # type: ignore[misc]
                victim = random.randrange(notifiers)
                running[victim].kill()
                await running[victim].wait()
                running[victim] = await _start(env, lease)

            async def is_over() -> bool:
                return not await connection.fetchval(LEFT)

            await until(is_over, seconds=600, every=0.1)
        finally:
            for each in running:
                each.kill()
                await each.wait()
        unsent: int = await connection.fetchval(LEFT)
        return _judge(hooks.calls, count, kills, time.monotonic() - started, unsent)
    finally:
        await connection.close()


async def _start(env: dict[str, str], lease: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.notifier_process", "webhook", str(lease), cwd=ROOT, env=env
    )


def _judge(calls: list[Call], count: int, kills: int, seconds: float, unsent: int) -> Outcome:
    ids: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    for call in calls:
        (item,) = call.items
        ids.setdefault(item["title"], set()).add(call.headers["webhook-id"])
        times[item["title"]] += 1
    return Outcome(
        count=count,
        kills=kills,
        seconds=seconds,
        lost=count - len(ids),
        doubled=sum(many > 1 for many in times.values()),
        strange=sum(len(each) > 1 for each in ids.values()),
        unsent=unsent,
    )
