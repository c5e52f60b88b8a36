"""The calendar, kept by what registry says."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.calendar_days import CalendarDaySet
from services.notifier.calendar import store


async def on_calendar_days(tx: Transaction, events: Sequence[CalendarDaySet]) -> None:
    """Days declared and cleared."""
    await store.keep(tx.connection, [event.calendar_day for event in latest(events)])
