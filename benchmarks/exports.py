"""Exports of 100,000 rows, each in a process of its own: seconds, and the most memory that it ever took."""

import tempfile
from pathlib import Path

from benchmarks.bench import Row
from benchmarks.stage import Stage
from tests.support.export_process import MEGABYTE, make, seed

ROW_COUNT = 100_000
MOST_MEGABYTES = 300
KINDS = ("submissions_csv", "submissions_xlsx", "matrix_xlsx")


async def measure(stage: Stage) -> list[Row]:
    """Ratios of memory are to what is allowed; of time, to the first kind."""
    database = stage.databases["reporting"]
    campaign_id = await seed(database.owner_dsn, ROW_COUNT)
    rows = []
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder:
        made = [await make(database.app_dsn, Path(folder), campaign_id, kind) for kind in KINDS]
    for each in made:
        assert each.state == "done", each
        seconds, memory = each.seconds, each.peak_bytes / MEGABYTE
        name = f"{each.kind} of {ROW_COUNT:,} submissions, {each.size / MEGABYTE:.0f} MB"
        rows.append(Row(name, "s", seconds, seconds, seconds, seconds / made[0].seconds))
        rows.append(Row(f"{each.kind}: most memory", "MB", memory, memory, memory, memory / MOST_MEGABYTES))
    return rows
