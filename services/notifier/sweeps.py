"""What the notifier does by the clock: plan the rungs that have come due, deliver what is planned."""

from collections.abc import Sequence
from functools import partial

from chassis.service import Running
from chassis.sweeps import Sweep
from services.notifier.channels.openings import OPENINGS
from services.notifier.deliveries.handlers import deliver_due
from services.notifier.reminders.handlers import plan_reminders
from services.notifier.settings import NotifierSettings
from services.notifier.texts.writing import FAILURES


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running notifier: each kind of channel has its own, so that none waits for another."""
    settings = running.settings
    assert isinstance(settings, NotifierSettings)
    running.registry.register(FAILURES)

    async def plan() -> None:
        await plan_reminders(running.database)

    async def deliver(channel: str) -> None:
        await deliver_due(running.database, settings, channel)

    return (
        Sweep("reminders", plan, settings.sweep_seconds),
        *(
            Sweep(f"deliveries_{channel}", partial(deliver, channel), settings.sweep_seconds)
            for channel in OPENINGS
        ),
    )
