"""Sweeps: a failed turn is counted, said in the log, and followed by another."""

import asyncio
import contextlib

import pytest
import structlog
from prometheus_client import CollectorRegistry

from chassis.metrics import SweepMetrics
from chassis.sweeps import Sweep, run


async def turns(*outcomes: Exception | None) -> tuple[list[dict[str, object]], SweepMetrics]:
    """What is logged and counted by a sweep whose turns end like this."""
    left, done = list(outcomes), asyncio.Event()

    async def work() -> None:
        if not left:
            done.set()
            await asyncio.Event().wait()
        if error := left.pop(0):
            raise error

    metrics = SweepMetrics("registry", CollectorRegistry())
    with structlog.testing.capture_logs() as logged:
        running = asyncio.create_task(run(Sweep("remind", work, 0), metrics))
        await asyncio.wait_for(done.wait(), 10)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    return [dict(line) for line in logged], metrics


@pytest.mark.parametrize(
    ("outcome", "event"),
    [(ConnectionRefusedError("refused"), "sweep_without_database"), (ValueError("wrong"), "sweep_failed")],
)
async def test_a_failed_turn_is_said_and_counted_and_the_next_one_runs(
    outcome: Exception, event: str
) -> None:
    (line,), metrics = await turns(outcome, None)
    assert (line["event"], line["sweep"]) == (event, "remind")
    # A database that is away is no fault of the code: one line, no traceback.
    assert bool(line.get("exc_info")) is isinstance(outcome, ValueError)
    assert metrics.failed.labels("remind")._value.get() == 1
    assert metrics.run.labels("remind")._value.get() == 2
