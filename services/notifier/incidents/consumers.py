"""Incidents, kept by what submissions says of them."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.submissions.incidents import IncidentReported
from services.notifier.incidents import handlers


async def on_incidents(tx: Transaction, events: Sequence[IncidentReported]) -> None:
    """Each in its turn, not the newest alone: one of them may have brought another limit."""
    for incident in sorted((event.incident for event in events), key=lambda incident: incident.version):
        await handlers.follow_incident(tx, incident)
