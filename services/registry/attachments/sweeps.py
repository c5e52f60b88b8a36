"""What becomes of attachments by the clock: they are scanned, and removed when nothing names them."""

from collections.abc import Sequence

from chassis.files import contents
from chassis.files.scanner import read_address
from chassis.service import Running
from chassis.sweeps import Sweep
from services.registry.attachments import handlers

REMOVE_SECONDS = 60.0


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of attachments; without a scanner none of them scans."""
    database, files = running.database, running.files
    assert files is not None
    url = files.settings.clamd_url
    scanner = None if url is None else read_address(url)

    async def scan() -> None:
        while scanner is not None and await handlers.scan_next(database, files, scanner):
            pass

    async def remove() -> None:
        while await handlers.remove_unused(database):
            pass
        await handlers.remove_contents(database, files, contents.GRACE_SECONDS)

    return (
        Sweep("scanning", scan, running.settings.sweep_seconds),
        Sweep("unused_attachments", remove, REMOVE_SECONDS),
    )
