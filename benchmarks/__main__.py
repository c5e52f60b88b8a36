"""`make bench`: all benchmarks in one run, one table."""

import logging

import structlog
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks import (
    exports,
    figures,
    intake,
    projection,
    rebuild,
    register,
    relay,
    sweep,
    urgent,
    visible,
)
from benchmarks.bench import Row
from benchmarks.stage import open_stage
from benchmarks.world import open_world

ROUNDS = 3


async def run() -> None:
    """Measure, and show."""
    table = Table(title="medians of interleaved rounds; ratio to the first line of each block")
    for column in ("what", "median", "lowest", "highest", "unit", "ratio"):
        table.add_column(column, justify="left" if column in ("what", "unit") else "right")
    async with open_stage() as stage:
        _add(table, await relay.measure(stage, ROUNDS))
        _add(table, await projection.measure(stage, ROUNDS))
        _add(table, await exports.measure(stage))
        _add(table, await figures.measure(stage, 100_000, 1_000_000))
        _add(table, await rebuild.measure(stage))
        _add(table, await urgent.measure(stage))
        # Last of the notifier's: it leaves two million reminders behind.
        _add(table, await sweep.measure(stage))
        for rows in await intake.measure(stage, ROUNDS):
            _add(table, rows)
    async with open_world(40_000) as world:
        _add(table, await intake.measure_up(world, ROUNDS))
        _add(table, await visible.measure(world, (100, 300, 500)))
        _add(table, await register.measure(world))
        plans = await register.explain(world)
    Console(width=140).print(table)
    print(plans)


def _add(table: Table, rows: list[Row]) -> None:
    for row in rows:
        figures = (f"{value:,.2f}" for value in (row.middle, row.lowest, row.highest))
        table.add_row(row.name, *figures, row.unit, f"{row.ratio:.2f}")
    table.add_section()


structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
uvloop.run(run())
