"""The sweep at size: a statement a batch, no rows through Python, each by its index, and cheap when nothing is due."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from benchmarks.sweep import DUE, fill, sweep
from chassis.connections import prepare
from services.notifier.notifications.store import NOBODY
from services.notifier.reminders import store
from tests.support.databases import Cluster, TestDatabase

COUNT = 10_000
FIRST_RUNG = datetime.fromisoformat("2024-09-03T09:00:00+08:00")


@pytest.fixture
async def full(cluster: Cluster) -> AsyncIterator[TestDatabase]:
    """Ten deliverables that a thousand units owe, due the same evening."""
    made = await cluster.clone("notifier")
    await fill(made.owner_url, COUNT)
    yield made
    await made.drop()


async def test_ten_thousand_are_planned_with_a_statement_a_batch(
    full: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = await sweep(full.url, FIRST_RUNG.replace(day=2))
    whole = await sweep(full.url, FIRST_RUNG)
    assert (early.planned_count, whole.planned_count) == (0, COUNT)
    assert whole.statement_count - early.statement_count == 20, "ten moments: cut, and one batch, each"
    monkeypatch.setattr(store, "BATCH", 250)
    cut = await sweep(full.url, DUE)
    assert cut.planned_count == COUNT
    assert cut.statement_count - whole.statement_count == 40, "each moment cut at 250, 500, 750 and 1,000"
    idle = await sweep(full.url, DUE)
    assert (idle.planned_count, idle.statement_count < early.statement_count) == (0, True)


async def test_a_batch_is_read_by_the_index_of_its_moment(full: TestDatabase) -> None:
    owner = await asyncpg.connect(full.owner_url)
    await prepare(owner)
    row = await owner.fetchrow("SELECT campaign_id, deliverable_id, due_at, rungs FROM due_moment LIMIT 1")
    assert row is not None
    rungs = [{"occasion": "due-7", "fire_at": FIRST_RUNG.isoformat(), "recipient": "owner"}]
    ids = (row["campaign_id"], row["deliverable_id"], row["due_at"], store.FIRST, store.LAST)
    plan = await owner.fetchval(f"EXPLAIN (FORMAT json) {store.PLAN_RUNGS}", FIRST_RUNG, NOBODY, rungs, *ids)
    idle = await owner.fetchval(f"EXPLAIN (FORMAT json) {store.LOCK_MOMENTS}", FIRST_RUNG, None)
    await owner.close()
    reads = {
        node["Node Type"]
        for node in nodes(json.loads(plan)[0]["Plan"])
        if node.get("Relation Name") == "assignment"
    }
    assert reads
    assert not any("Seq Scan" in read for read in reads), reads
    assert {node.get("Relation Name") for node in nodes(json.loads(idle)[0]["Plan"])} == {None, "due_moment"}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, from the top down."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)
