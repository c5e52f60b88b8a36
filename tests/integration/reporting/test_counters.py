"""Counters: any history, told in any order by several consumers at once, ends in what the plain way comes to."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.envelope import Event
from services.reporting.app import SERVICE
from services.reporting.projections import READ_SIDE
from services.reporting.settings import ReportingSettings
from tests.integration.reporting.conftest import START
from tests.integration.reporting.histories import History, a_history, a_shuffle
from tests.integration.reporting.plain import overview_at, shown
from tests.support.databases import Cluster
from tests.support.service import ServiceUnderTest, serving

LATER = START + timedelta(days=2)
SEEDS = st.integers(0, 2**32)


def settings_of(folder: Path) -> ReportingSettings:
    return ReportingSettings(
        database_url="postgres://unused@127.0.0.1/unused",
        nats_url="nats://127.0.0.1",
        role="serve",
        export_folder=folder,
    )


async def hear_at_once(service: ServiceUnderTest, batches: Sequence[Sequence[Event]]) -> None:
    """Three consumers that take the batches side by side, each batch in a transaction of its own."""
    waiting = list(reversed(batches))

    async def consume() -> None:
        while waiting:
            await service.hear(*waiting.pop())

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(consume())


async def read_tables(service: ServiceUnderTest) -> dict[str, list[str]]:
    async with service.database.reading() as connection:
        return {
            table: sorted(
                row["body"] for row in await connection.fetch(f"SELECT t::text AS body FROM {table} t")
            )
            for table in READ_SIDE
            if table not in ("cell",)
        }


async def ask(service: ServiceUnderTest, history: History, key: str, path: str) -> dict[str, Any]:
    answer = await service.ask("GET", f"/v1/campaigns/{history.facts.campaign_id}/{path}", key)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def moments_of(history: History, seed: int) -> list[datetime]:
    moments = sorted({event.aggregate.updated_at for event in history.events})
    return random.Random(seed).sample(moments, min(4, len(moments)))


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=SEEDS)
def test_any_history_in_any_order_over_several_consumers_gives_what_the_plain_way_gives(
    cluster: Cluster, tmp_path: Path, seed: int
) -> None:
    asyncio.run(check_history(cluster, tmp_path, seed))


async def check_history(cluster: Cluster, folder: Path, seed: int) -> None:
    history = a_history(seed)
    async with serving(cluster, SERVICE, settings_of(folder), LATER) as shuffled:
        key = await shuffled.let_in(history.facts.ids["office"], "coordinator")
        await hear_at_once(shuffled, a_shuffle(history, seed))
        present = await ask(shuffled, history, key, "overview")
        assert shown(present) == overview_at(history.events, history.facts.campaign_id, LATER)
        for moment in moments_of(history, seed):
            past = await ask(
                shuffled, history, key, f"overview?as_of={moment.isoformat().replace('+', '%2B')}"
            )
            assert shown(past) == overview_at(history.events, history.facts.campaign_id, moment), moment
        tables = await read_tables(shuffled)
    async with serving(cluster, SERVICE, settings_of(folder), LATER) as plain:
        for event in history.events:
            await plain.hear(event)
        assert await read_tables(plain) == tables


async def test_as_of_a_moment_every_figure_is_what_it_was_at_that_moment(
    cluster: Cluster, tmp_path: Path
) -> None:
    history = a_history(2, steps=40)
    async with serving(cluster, SERVICE, settings_of(tmp_path), START) as service:
        roles = {"office": "coordinator", "district": "overseer", "stranger": "overseer", "north": "reporter"}
        keys = {name: await service.let_in(history.facts.ids[name], role) for name, role in roles.items()}
        said: list[tuple[datetime, str, str, Any]] = []
        events, paths = list(history.events), ("overview", "matrix", "timeline", "activities")
        while events:
            moment = events[0].aggregate.updated_at
            now = [event for event in events if event.aggregate.updated_at == moment]
            events = events[len(now) :]
            await service.hear(*now)
            service.clock.set(moment)
            for name in keys if len(events) % 3 == 0 else ():
                said += [
                    (moment, name, path, await ask(service, history, keys[name], path)) for path in paths
                ]
        service.clock.set(LATER)
        for moment, name, path, answer in said:
            at = moment.isoformat().replace("+", "%2B")
            again = await ask(service, history, keys[name], f"{path}?as_of={at}")
            assert _without_lag(again) == _without_lag(answer), (moment, name, path)
        assert len(said) > 20


def _without_lag(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "behind_seconds"}
