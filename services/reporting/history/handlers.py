"""Placements: made when a unit first owes in a campaign, made anew when the tree or the issuer changes."""

from collections.abc import Collection

from chassis.database import Transaction
from services.reporting.counters.handlers import counting
from services.reporting.history import store
from services.reporting.history.model import Placement, place
from services.reporting.history.store import Pair


async def place_new(tx: Transaction, pairs: Collection[Pair]) -> None:
    """Place those that are not placed yet; their debts are counted by whoever brings them."""
    missing = await store.find_new(tx.connection, pairs)
    if missing:
        await store.keep_placements(tx.connection, await _places(tx, missing))


async def place_all(tx: Transaction, pairs: Collection[Pair]) -> None:
    """Place all of these, whatever was kept; what they owe is counted anew by the caller."""
    if pairs:
        await store.keep_placements(tx.connection, await _places(tx, pairs))


async def place_again(tx: Transaction, pairs: Collection[Pair]) -> None:
    """Place anew, and have the counters follow those that stand elsewhere now, or stood elsewhere than was known."""
    if not pairs:
        return
    kept = await store.read_placements(tx.connection, list(pairs))
    moved = {pair: places for pair, places in (await _places(tx, pairs)).items() if places != kept[pair]}
    if not moved:
        return
    debts, acknowledgements = await store.find_debts(tx.connection, list(moved))
    async with counting(tx, debts, acknowledgements):
        await store.keep_placements(tx.connection, moved)


async def _places(tx: Transaction, pairs: Collection[Pair]) -> dict[Pair, list[Placement]]:
    issuers = await store.read_issuers(tx.connection, {campaign for campaign, _ in pairs})
    pasts = await store.read_unit_pasts(tx.connection, {unit for _, unit in pairs})
    return {pair: place(pasts, issuers.get(pair[0]), pair[1]) for pair in pairs}
