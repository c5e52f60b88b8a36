"""What figures read of the tables at size: no more than they answer with."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.reporting.counters import checkpoints
from services.reporting.counters.model import COUNTS
from tests.support.databases import Cluster

CAMPAIGN = UUID(int=1)
MOVEMENTS = f"""
    INSERT INTO movement (campaign_id, moment, cell_id, {", ".join(COUNTS)})
    SELECT $1::uuid, timestamptz '2024-09-01Z' + interval '1 second' * n, md5((n % 2000)::text)::uuid,
           {", ".join("1" for _ in COUNTS)}
      FROM generate_series(1, 40000) AS n
"""


@pytest.fixture
async def full(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """Forty thousand movements, and a checkpoint near their end."""
    made = await cluster.clone("reporting")
    owner = await asyncpg.connect(made.owner_url)
    await owner.execute(MOVEMENTS, CAMPAIGN)
    await owner.execute(
        "INSERT INTO checkpoint SELECT $1::uuid, timestamptz '2024-09-01 10:30:00Z'", CAMPAIGN
    )
    await owner.execute("VACUUM ANALYZE")
    yield owner
    await owner.close()
    await made.drop()


async def test_the_next_checkpoint_is_found_from_the_newest_on(full: asyncpg.Connection) -> None:
    asked = (CAMPAIGN, datetime.fromisoformat("2024-09-02T00:00:00+00:00"), 500, checkpoints.EVERY)
    moment = await full.fetchval(checkpoints.NEXT, *asked)
    assert moment == datetime.fromisoformat("2024-09-01T10:38:21+00:00")
    assert await _rows_read(full, checkpoints.NEXT, "movement", *asked) == 501


async def _rows_read(connection: asyncpg.Connection, statement: str, table: str, *values: Any) -> float:
    plan: str = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT json) {statement}", *values)
    return sum(
        float(node["Actual Rows"]) * float(node["Actual Loops"])
        for node in _nodes(json.loads(plan)[0]["Plan"])
        if node.get("Relation Name") == table
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
