"""Sweeps: work that the clock asks for, done again and again; a failed one is tried at the next turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from chassis.connections import UNAVAILABLE
from chassis.metrics import SweepMetrics

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweep:
    """A line of a service's table of contents. `work` must do no harm when two processes run it at once."""

    name: str
    work: Callable[[], Awaitable[None]]
    every_seconds: float


async def run(sweep: Sweep, metrics: SweepMetrics) -> None:
    """Run one sweep until cancelled. The seconds between are real ones, whatever the clock shows."""
    while True:
        try:
            await sweep.work()
            metrics.last.labels(sweep.name).set_to_current_time()
        except UNAVAILABLE as error:
            metrics.failed.labels(sweep.name).inc()
            log.warning("sweep_without_database", sweep=sweep.name, error=repr(error))
        except Exception:
            metrics.failed.labels(sweep.name).inc()
            log.exception("sweep_failed", sweep=sweep.name)
        metrics.run.labels(sweep.name).inc()
        await asyncio.sleep(sweep.every_seconds)
