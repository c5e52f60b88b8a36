"""Contents: the same bytes kept once, and removed only when nothing names them any more.

Every location that was ever written to stands in one of two tables: in `stored_content` when rows may name it, in
`leaving_content` from before its first byte until it is, and again from when it is not. So no crash leaves bytes that
nobody knows of. A location is written once and never again, so that a slow removal can never take newer bytes.
The grace is real time, by the database's clock: it is about processes, whatever the service's clock shows.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.connections import UNAVAILABLE, Connection
from chassis.database import Database, Transaction
from chassis.files.storage import Storage, StorageAway
from chassis.files.uploads import Received
from chassis.identity import new_id

GRACE_SECONDS = 3_600.0
PUT_SECONDS = 900.0
"""How long storage may take for one file: well within the hour after which what was not claimed leaves."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Bytes that lie at `location`; `is_new` until a transaction claims them."""

    sha256: str
    size: int
    location: str
    is_new: bool


TOUCH = """
    -- From now on for an hour it is not released, so that a row may come to name it.
    UPDATE stored_content SET touched_at = now() WHERE sha256 = $1 RETURNING location
"""
ANNOUNCE = "INSERT INTO leaving_content (location, leave_at) VALUES ($1, now() + interval '1 hour')"


HASTEN = "UPDATE leaving_content SET leave_at = now() WHERE location = $1"


@asynccontextmanager
async def placing(database: Database, storage: Storage, received: Received) -> AsyncIterator[Placed]:
    """Have the bytes in storage, from where they leave again by themselves unless they are claimed inside."""
    placed = await _place(database, storage, received)
    try:
        yield placed
    except BaseException:
        # Held by the row: when the claim was committed after all, there is nothing here to hasten.
        with contextlib.suppress(*UNAVAILABLE):
            async with database.apart() as connection:
                await connection.execute(HASTEN, placed.location)
        raise


async def _place(database: Database, storage: Storage, received: Received) -> Placed:
    async with database.apart() as connection:
        known = await connection.fetchval(TOUCH, received.sha256)
        if known is not None:
            return Placed(received.sha256, received.size, known, is_new=False)
        location = f"{received.sha256[:2]}/{received.sha256}-{new_id().hex}"
        await connection.execute(ANNOUNCE, location)
    try:
        async with asyncio.timeout(PUT_SECONDS):
            await storage.keep(received.path, location)
    except TimeoutError:
        raise StorageAway(f"the storage took longer than {PUT_SECONDS:.0f} s; nothing was kept") from None
    return Placed(received.sha256, received.size, location, is_new=True)


CLAIM = """
    -- Not one whose hour is nearly over: it may be leaving by now.
    DELETE FROM leaving_content WHERE location = $1 AND leave_at > now() + interval '5 minutes' RETURNING location
"""
KEEP = """
    INSERT INTO stored_content (sha256, size, location, touched_at) VALUES ($1, $2, $3, now())
    ON CONFLICT (sha256) DO UPDATE SET touched_at = excluded.touched_at RETURNING location
"""
LEAVE = "INSERT INTO leaving_content (location, leave_at) VALUES ($1, now())"


async def claim(tx: Transaction, placed: Placed) -> None:
    """Keep what was placed, in the transaction that names it; another upload of the same bytes wins if it was first."""
    if not placed.is_new:
        if await tx.connection.fetchval(TOUCH, placed.sha256) is None:
            raise StorageAway("the same bytes were just being removed; nothing was kept: come again")
        return
    if await tx.connection.fetchval(CLAIM, placed.location) is None:
        raise StorageAway("keeping the file took too long; nothing was kept: come again")
    kept = await tx.connection.fetchval(KEEP, placed.sha256, placed.size, placed.location)
    if kept != placed.location:
        await tx.connection.execute(LEAVE, placed.location)


LOCATE = "SELECT location FROM stored_content WHERE sha256 = $1"


async def locate(connection: Connection, sha256: str) -> str:
    """Where this content lies; a row that names it holds it there."""
    found: str = await connection.fetchval(LOCATE, sha256)
    return found


LEAVING = "SELECT location FROM leaving_content WHERE leave_at <= now() ORDER BY leave_at LIMIT 100"
GONE = "DELETE FROM leaving_content WHERE location = $1"


async def remove_leaving(database: Database, storage: Storage) -> int:
    """Remove the bytes that nothing names; how many. Again and again, by whomever, does no harm."""
    async with database.reading() as connection:
        leaving = [row["location"] for row in await connection.fetch(LEAVING)]
    for location in leaving:
        await storage.delete(location)
        async with database.apart() as connection:
            await connection.execute(GONE, location)
    return len(leaving)
