"""Activities, kept by what registry says."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.activities import ActivityDrafted
from services.submissions.activities import store


async def on_activities(tx: Transaction, events: Sequence[ActivityDrafted]) -> None:
    """Activities drafted and changed in any way."""
    await store.keep(tx.connection, [event.activity for event in latest(events)])
