"""What reporting does by the clock: exports, checks of the counters, their checkpoints, and how far it lags."""

from collections.abc import Sequence

from chassis.service import Running
from chassis.sweeps import Sweep
from services.reporting.changes import store as changes
from services.reporting.counters import checks
from services.reporting.counters.checkpoints import keep_checkpoints
from services.reporting.counters.metrics import CounterMetrics, FigureMetrics, read_figures
from services.reporting.exports import handlers as exports
from services.reporting.figures import store
from services.reporting.settings import ReportingSettings

LAG_SECONDS = 1.0
FIGURES_SECONDS = 15.0
CHECKPOINT_SECONDS = 60.0
CHECK_SECONDS = 600.0
TRIM_SECONDS = 60.0


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running reporting service."""
    settings = running.settings
    assert isinstance(settings, ReportingSettings)

    async def make_exports() -> None:
        while await exports.make_next_export(running.database, settings.export_folder):
            pass

    async def look_at_lag() -> None:
        if not running.bus.is_connected:
            return
        for durable in running.service.durables:
            info = await running.bus.jetstream.consumer_info(durable.stream, durable.name)
            pending = (info.num_pending or 0) + (info.num_ack_pending or 0)
            async with running.database.transaction() as tx:
                await store.keep_lag(tx.connection, durable.name, pending)

    counter_metrics, figure_metrics = CounterMetrics(running.registry), FigureMetrics(running.registry)

    async def check_counters() -> None:
        await checks.check(running.database, counter_metrics)

    async def keep_counters() -> None:
        await keep_checkpoints(running.database)

    async def show_figures() -> None:
        async with running.database.reading() as connection:
            figure_metrics.show(await read_figures(connection, running.database.clock.now()))

    async def trim_changes() -> None:
        async with running.database.transaction() as tx:
            await changes.trim(tx.connection)

    return (
        Sweep("exports", make_exports, settings.sweep_seconds),
        Sweep("lag", look_at_lag, LAG_SECONDS),
        Sweep("counters", check_counters, CHECK_SECONDS),
        Sweep("checkpoints", keep_counters, CHECKPOINT_SECONDS),
        Sweep("figures", show_figures, FIGURES_SECONDS),
        Sweep("changes", trim_changes, TRIM_SECONDS),
    )
