"""The calendar, kept by what registry says."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.calendar_days import CalendarDaySet
from services.notifier.calendar import store
from services.notifier.reminders import store as reminders


async def on_calendar_days(tx: Transaction, events: Sequence[CalendarDaySet]) -> None:
    """Days declared and cleared; every ladder is reckoned anew."""
    await store.keep(tx.connection, [event.calendar_day for event in latest(events)])
    await reminders.look_again(tx)
