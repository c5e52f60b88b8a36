"""Large exports stream: memory does not grow with the rows. `make bench` does it with 100,000."""

from pathlib import Path

import pytest

from tests.support.databases import Cluster
from tests.support.export_process import MEGABYTE, make, seed

FEW, MANY = 500, 10_000
MOST_MORE = 20 * MEGABYTE
"""A workbook of so many rows that is held in memory takes 60 MB more."""


@pytest.mark.parametrize("kind", ["submissions_csv", "submissions_xlsx"])
async def test_twenty_times_the_rows_take_no_more_memory(cluster: Cluster, tmp_path: Path, kind: str) -> None:
    database = await cluster.clone("reporting")
    made = [
        await make(database.url, tmp_path, await seed(database.owner_url, count), kind)
        for count in (FEW, MANY)
    ]
    await database.drop()
    assert [(each.state, each.rows, each.error) for each in made] == [
        ("done", FEW, None),
        ("done", MANY, None),
    ]
    few, many = made
    assert many.peak_bytes - few.peak_bytes < MOST_MORE, made
