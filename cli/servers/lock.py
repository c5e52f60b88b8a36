"""The hold on a server's folder: one launcher at a time, and no new server before the last one is wholly gone."""

import asyncio
import fcntl
import os
import time
from pathlib import Path

from cli.refusal import CannotStart

LOOK_SECONDS = 0.05


class FolderInUse(CannotStart):
    """Something else runs on this folder."""


class FolderLock:
    """Two locks: the launcher's own, and one that the server's processes inherit and so hold until the last ends.

    The kernel lets go of a lock when its last holder dies, however it dies: unlike a number in a pid file,
    it cannot be left behind, half written, or mean another process by now.
    """

    def __init__(self, folder: Path, what: str) -> None:
        self.folder = folder
        self.what = what
        self.launcher: int | None = None

    def take(self) -> None:
        """Be the one launcher on the folder, or FolderInUse at once."""
        if self.launcher is not None:
            return
        handle = _open(self.folder / "launcher.lock")
        if not _try(handle):
            holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise FolderInUse(
                f"{self.what} of {self.folder} is run by process {holder} already; stop that first, "
                "or choose another folder"
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self.launcher = handle

    async def until_alone(self, seconds: float) -> int:
        """Wait for a server that a killed launcher left; the handle to be inherited by the next, then closed.

        FolderInUse when it is still there after so many seconds.
        """
        handle = _open(self.folder / "server.lock")
        limit = time.monotonic() + seconds
        try:
            while not _try(handle):
                if time.monotonic() > limit:
                    raise FolderInUse(
                        f"{self.what} of {self.folder} still runs, left by a launcher that is gone, after "
                        f"{seconds:g} s; expected it to end by itself: stop it by hand"
                    )
                await asyncio.sleep(LOOK_SECONDS)
        except BaseException:
            os.close(handle)
            raise
        return handle

    def release(self) -> None:
        """Let another launcher have the folder."""
        if self.launcher is not None:
            os.close(self.launcher)
            self.launcher = None


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
