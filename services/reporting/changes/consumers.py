"""Events in: kept as changes, behind everything else that their batch does."""

from collections.abc import Sequence
from typing import Any

from chassis.database import Transaction
from services.reporting.changes import store
from services.reporting.changes.model import read_change


async def on_batch(tx: Transaction, events: Sequence[Any]) -> None:
    """Keep what a batch has changed."""
    changes = [change for event in events if (change := read_change(event, tx.now))]
    if changes:
        await store.add(tx.connection, changes)
