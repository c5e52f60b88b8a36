"""What the notifier does by the clock: plan the rungs that have come due, deliver what is planned, seal what is not."""

from collections.abc import Sequence
from functools import partial

from chassis.service import Running
from chassis.sweeps import Sweep
from services.notifier.channels.openings import OPENINGS
from services.notifier.contacts.sealing import seal_all
from services.notifier.deliveries.handlers import Deliverer
from services.notifier.deliveries.metrics import DeliveryMetrics
from services.notifier.incidents.handlers import tell_of_incidents
from services.notifier.reminders.handlers import find_moments, plan_reminders
from services.notifier.reminders.metrics import ReminderMetrics
from services.notifier.settings import NotifierSettings
from services.notifier.summaries.handlers import plan_summaries
from services.notifier.texts.writing import FAILURES

HOUR = 3_600.0
SEAL_SECONDS = 60.0
INCIDENT_SECONDS = 2.0
"""However seldom all else is swept: an incident's rung is heard within 10 s."""


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running notifier: each kind of channel has its own, and so has what is urgent in each."""
    settings = running.settings
    assert isinstance(settings, NotifierSettings)
    metrics = DeliveryMetrics(running.registry)
    reminders = ReminderMetrics(running.registry)
    running.registry.register(FAILURES)

    async def plan() -> None:
        planned = await plan_reminders(running.database)
        reminders.note(planned, running.database.clock.now())

    async def tell() -> None:
        await tell_of_incidents(running.database)

    async def summarize() -> None:
        await plan_summaries(running.database)

    async def find() -> None:
        await find_moments(running.database)

    async def deliver(channel: str, urgent: bool) -> None:
        await Deliverer(running.database, settings, channel, metrics).deliver(urgent)

    async def seal() -> None:
        await seal_all(running.database, settings.sealer)

    return (
        Sweep("incidents", tell, min(settings.sweep_seconds, INCIDENT_SECONDS)),
        Sweep("reminders", plan, settings.sweep_seconds),
        Sweep("summaries", summarize, settings.sweep_seconds * 10),
        Sweep("due_moments", find, HOUR),
        Sweep("seals", seal, SEAL_SECONDS),
        *(
            Sweep(f"deliveries_{name}", partial(deliver, channel, urgent), settings.sweep_seconds)
            for channel in OPENINGS
            for name, urgent in ((channel, False), (f"{channel}_urgent", True))
        ),
    )
