"""Assignments, kept by what registry says."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.assignments import AssignmentMade
from services.submissions.assignments import store


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade]) -> None:
    """Assignments made, dated, extended, waived, moved to the unit that took the place of another."""
    await store.keep(tx.connection, [event.assignment for event in latest(events)])
