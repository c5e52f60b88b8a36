"""When keys were used, as the other services tell it."""

from collections.abc import Sequence

from chassis.database import Transaction
from contracts.key_uses import KeyUse, SubmissionsKeyUseNoted
from services.registry.access import store


async def on_key_uses(tx: Transaction, events: Sequence[SubmissionsKeyUseNoted]) -> None:
    """Keep the newest of each key and service."""
    newest: dict[tuple[object, str], KeyUse] = {}
    for event in events:
        use = event.key_use
        known = newest.get((use.id, use.service))
        if known is None or use.version >= known.version:
            newest[use.id, use.service] = use
    await store.keep_uses(tx, list(newest.values()))
