"""What reporting does by the clock: exports, checks of the counters, their checkpoints, and how far it lags."""

from collections.abc import Sequence
from functools import partial

from chassis.files.storage import Storage, open_storage
from chassis.service import Running
from chassis.settings import BadSettings
from chassis.sweeps import Sweep
from services.reporting.changes.handlers import trim_changes
from services.reporting.counters import checks
from services.reporting.counters.checkpoints import keep_checkpoints
from services.reporting.counters.metrics import CounterMetrics, FigureMetrics, read_figures
from services.reporting.exports import handlers as exports
from services.reporting.exports.job import make_next_export
from services.reporting.exports.order import Workshop
from services.reporting.figures import store
from services.reporting.figures.texts import keep_texts
from services.reporting.settings import ReportingSettings

LAG_SECONDS = 1.0
FIGURES_SECONDS = 15.0
CHECKPOINT_SECONDS = 60.0
CHECK_SECONDS = 600.0
TEXTS_SECONDS = 2.0
TRIM_SECONDS = 60.0
EXPIRE_SECONDS = 60.0


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running reporting service."""
    settings = running.settings
    assert isinstance(settings, ReportingSettings)

    workshop = Workshop(running.database, settings, _open(settings))

    async def make_exports() -> None:
        while await make_next_export(workshop):
            pass

    async def expire_exports() -> None:
        await exports.expire_exports(workshop)

    async def look_at_lag() -> None:
        if not running.bus.is_connected:
            return
        for durable in running.service.durables:
            info = await running.bus.jetstream.consumer_info(durable.stream, durable.name)
            pending = (info.num_pending or 0) + (info.num_ack_pending or 0)
            async with running.database.transaction() as tx:
                await store.keep_lag(tx.connection, durable.name, pending)

    counter_metrics, figure_metrics = CounterMetrics(running.registry), FigureMetrics(running.registry)

    async def show_figures() -> None:
        async with running.database.reading() as connection:
            figure_metrics.show(await read_figures(connection, running.database.clock.now()))

    # A sweep for each that may be made at once: a long one does not keep the others waiting.
    makers = (
        Sweep(f"exports_{nth}", make_exports, settings.sweep_seconds)
        for nth in range(1, settings.exports_at_once + 1)
    )
    return (
        *makers,
        Sweep("expired_exports", expire_exports, EXPIRE_SECONDS),
        Sweep("lag", look_at_lag, LAG_SECONDS),
        Sweep("counters", partial(checks.check, running.database, counter_metrics), CHECK_SECONDS),
        Sweep("checkpoints", partial(keep_checkpoints, running.database), CHECKPOINT_SECONDS),
        Sweep("texts", partial(keep_texts, running.database), TEXTS_SECONDS),
        Sweep("figures", show_figures, FIGURES_SECONDS),
        Sweep("changes", partial(trim_changes, running.database), TRIM_SECONDS),
    )


def _open(settings: ReportingSettings) -> Storage:
    try:
        return open_storage(settings)
    except OSError as error:
        raise BadSettings(
            f"ROLLCALL_STORAGE_URL: {error.filename} cannot be made ({error.strerror}); expected a folder that can"
        ) from None
