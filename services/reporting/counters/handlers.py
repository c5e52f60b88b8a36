"""Counters: read before and after a change of the rows that they count, and moved by the difference."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from services.reporting.counters import store, timelines
from services.reporting.counters.model import BEGINNING, differences


@asynccontextmanager
async def counting(
    tx: Transaction,
    assignment_ids: Collection[UUID] = (),
    acknowledgement_ids: Collection[UUID] = (),
    since: datetime = BEGINNING,
) -> AsyncIterator[None]:
    """Count anew what is changed inside about these debts; nothing in it may be from before `since`.

    Nothing is counted until the counters are filled: they will hold whatever is changed before that.
    """
    if not await store.is_filled(tx.connection):
        yield
        return
    touched = (
        (timelines.DEBTS, list(assignment_ids)),
        (timelines.ACKNOWLEDGEMENTS, list(acknowledgement_ids)),
    )
    before = [await store.read(tx, timeline, ids, since) if ids else {} for timeline, ids in touched]
    yield
    after = [await store.read(tx, timeline, ids, since) if ids else {} for timeline, ids in touched]
    for old, new in zip(before, after, strict=True):
        await store.fold(tx.connection, differences(old, new))
