"""What the notifier does by the clock: plan the rungs that have come due, deliver what is planned, seal what is not."""

from collections.abc import Sequence
from functools import partial

from chassis.service import Running
from chassis.sweeps import Sweep
from services.notifier.channels.openings import OPENINGS
from services.notifier.contacts.sealing import seal_all
from services.notifier.deliveries.handlers import Deliverer
from services.notifier.deliveries.metrics import DeliveryMetrics
from services.notifier.reminders.handlers import plan_reminders
from services.notifier.settings import NotifierSettings

SEAL_SECONDS = 60.0


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running notifier: each kind of channel has its own, and so has what is urgent in each."""
    settings = running.settings
    assert isinstance(settings, NotifierSettings)
    metrics = DeliveryMetrics(running.registry)

    async def plan() -> None:
        await plan_reminders(running.database)

    async def deliver(channel: str, urgent: bool) -> None:
        await Deliverer(running.database, settings, channel, metrics).deliver(urgent)

    async def seal() -> None:
        await seal_all(running.database, settings.sealer)

    return (
        Sweep("reminders", plan, settings.sweep_seconds),
        Sweep("seals", seal, SEAL_SECONDS),
        *(
            Sweep(f"deliveries_{name}", partial(deliver, channel, urgent), settings.sweep_seconds)
            for channel in OPENINGS
            for name, urgent in ((channel, False), (f"{channel}_urgent", True))
        ),
    )
