"""Keeping: stored files from their receipt to their removal. Who may see one, and what names it, is the service's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.events import Fact, System
from chassis.files import contents, stored
from chassis.files.rows import Rows
from chassis.files.scanner import Address, ScannerAway, read_address, scan
from chassis.files.serving import Kept
from chassis.files.stored import AnyFile, Described
from chassis.files.uploads import Files, Received
from chassis.identity import new_id
from chassis.sweeps import Sweep

SCANNER = System("scanner")
REMOVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Telling(Generic[AnyFile]):
    """The facts by which a service tells of its files."""

    stored: Callable[[AnyFile], Fact]
    cleared: Callable[[AnyFile], Fact]
    refused: Callable[[AnyFile], Fact]
    removed: Callable[[AnyFile], Fact]

    @classmethod
    def by(cls, facts: Sequence[Callable[..., Fact]], field: str) -> "Telling[AnyFile]":
        """By these four, in this order, each of which carries the file in `field`."""
        return cls(*(partial(_tell, fact, field) for fact in facts))


def _tell(fact: Callable[..., Fact], field: str, file: AnyFile) -> Fact:
    return fact(**{field: file})


@dataclass(frozen=True, slots=True)
class Keeping(Generic[AnyFile]):
    """One service's files: what they are called there, their rows, and how it tells of them."""

    name: str
    rows: Rows[AnyFile]
    telling: Telling[AnyFile]

    async def store(self, database: Database, files: Files, received: Received, actor: Principal) -> AnyFile:
        """Keep a file that was received whole; the same bytes are kept once."""
        described = Described(received.filename, received.media_type, received.size, received.sha256)
        is_scanned = files.settings.clamd_url is not None
        async with (
            contents.placing(database, files.storage, received) as placed,
            database.transaction() as tx,
        ):
            stored.check_room(await self.rows.count_unused(tx.connection, actor.organization_id))
            await contents.claim(tx, placed)
            file = self.rows.read(
                stored.describe(described, new_id(), actor.organization_id, is_scanned, tx.now)
            )
            await self.rows.insert(tx, file)
            await tx.record(self.telling.stored(file), actor)
            tx.answer(file)
        files.metrics.received.inc()
        files.metrics.received_bytes.inc(received.size)
        return file

    async def locate(self, connection: Connection, file: AnyFile) -> Kept:
        """Where the bytes of a file lie, that the scanner lets pass."""
        stored.check_fetchable(file)
        location = await contents.locate(connection, file.sha256)
        return Kept(location, file.sha256, file.size, file.filename, file.media_type)

    async def scan_next(self, database: Database, files: Files, scanner: Address) -> bool:
        """Have the scanner look at the next file; False when none waits. ScannerAway puts it off."""
        async with database.apart() as connection:
            waiting = await self.rows.claim_scan(connection)
            if waiting is None:
                return False
            location = await contents.locate(connection, waiting.sha256)
        try:
            finding = await scan(scanner, files.storage.read(location))
        except ScannerAway:
            async with database.apart() as connection:
                await self.rows.put_off_scan(connection, waiting.id)
            raise
        files.metrics.scanned.labels("clean" if finding is None else "refused").inc()
        async with database.transaction() as tx:
            present = await self.rows.lock(tx, waiting.id)
            if present is not None and present.state in ("scanning", "unscanned"):
                judged = stored.judge(present, finding, tx.now)
                tell = self.telling.cleared if finding is None else self.telling.refused
                await self.rows.save_verdict(tx, judged)
                await tx.record(tell(judged), SCANNER)
        return True

    async def remove_unused(self, database: Database) -> int:
        """Remove files that nothing came to name in time; how many."""
        async with database.transaction() as tx:
            unused = await self.rows.delete_unused(tx, stored.unused_before(tx.now))
            removed = [stored.remove(each, tx.now) for each in unused]
            await tx.record_all([self.telling.removed(each) for each in removed], System(self.name))
        return len(unused)

    async def remove_contents(self, database: Database, files: Files, grace_seconds: float) -> None:
        """Have the bytes go that no file names, and what an upload left that was never finished."""
        async with database.transaction() as tx:
            await self.rows.release_contents(tx, grace_seconds)
        while removed := await contents.remove_leaving(database, files.storage):
            files.metrics.removed.inc(removed)
        await files.sweep_incoming()

    def make_sweeps(self, database: Database, files: Files, scan_seconds: float) -> Sequence[Sweep]:
        """What becomes of the files by the clock; without a scanner none is scanned."""
        url = files.settings.clamd_url
        scanner = None if url is None else read_address(url)

        async def scan_all() -> None:
            while scanner is not None and await self.scan_next(database, files, scanner):
                pass

        async def remove() -> None:
            while await self.remove_unused(database):
                pass
            await self.remove_contents(database, files, contents.GRACE_SECONDS)

        return (
            Sweep("scanning", scan_all, scan_seconds),
            Sweep(f"unused_{self.name}", remove, REMOVE_SECONDS),
        )
