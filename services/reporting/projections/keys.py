"""Keys, as registry tells them: this service lets callers in by its own copy."""

from collections.abc import Sequence

from chassis import access
from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.keys import KeyIssued
from services.reporting.counters import store as counters


async def on_keys(tx: Transaction, events: Sequence[KeyIssued]) -> None:
    """Keys issued and revoked."""
    await counters.begin(tx)
    copies = [access.copy_of(event.key, event.secret_sha256) for event in latest(events)]
    await access.keep(tx.connection, copies)
