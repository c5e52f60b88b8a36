"""What the notifier does by the clock: plan the rungs that have come due, deliver what is planned."""

from collections.abc import Sequence

from chassis.service import Running
from chassis.sweeps import Sweep
from services.notifier.deliveries import handlers as deliveries
from services.notifier.reminders import handlers as reminders
from services.notifier.settings import NotifierSettings


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running notifier."""
    settings = running.settings
    assert isinstance(settings, NotifierSettings)

    async def plan_reminders() -> None:
        await reminders.plan_reminders(running.database)

    async def deliver() -> None:
        await deliveries.deliver_due(running.database, settings)

    return (
        Sweep("reminders", plan_reminders, settings.sweep_seconds),
        Sweep("deliveries", deliver, settings.sweep_seconds),
    )
