"""What reporting does by the clock: make and give up exports, and see how far it lags."""

from collections.abc import Sequence

from chassis.files.storage import Storage, open_storage
from chassis.service import Running
from chassis.settings import BadSettings
from chassis.sweeps import Sweep
from services.reporting.exports import handlers as exports
from services.reporting.exports.job import make_next_export
from services.reporting.exports.order import Workshop
from services.reporting.figures import store
from services.reporting.settings import ReportingSettings

LAG_SECONDS = 1.0
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

    # A sweep for each that may be made at once: a long one does not keep the others waiting.
    makers = (
        Sweep(f"exports_{nth}", make_exports, settings.sweep_seconds)
        for nth in range(1, settings.exports_at_once + 1)
    )
    return (
        *makers,
        Sweep("expired_exports", expire_exports, EXPIRE_SECONDS),
        Sweep("lag", look_at_lag, LAG_SECONDS),
    )


def _open(settings: ReportingSettings) -> Storage:
    try:
        return open_storage(settings)
    except OSError as error:
        raise BadSettings(
            f"ROLLCALL_STORAGE_URL: {error.filename} cannot be made ({error.strerror}); expected a folder that can"
        ) from None
