"""The data folder: everything that one installation keeps, used by one `rollcall up` at a time."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from chassis.access import make_secret, write_key
from chassis.sealing import make_key
from cli.refusal import CannotStart


@dataclass(frozen=True, slots=True)
class Folder:
    """Where things lie below `root`."""

    root: Path

    @property
    def coordinator_key(self) -> Path:
        """The first coordinator's key, mode 0600."""
        return self.root / "coordinator.key"

    @property
    def secrets_key(self) -> Path:
        """What seals robot addresses and secrets, mode 0600: keep it with the backups, or they stay sealed."""
        return self.root / "secrets.key"

    @property
    def addresses(self) -> Path:
        """Where everything listens and with which passwords, for the other subcommands; mode 0600."""
        return self.root / "addresses.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def files(self) -> Path:
        """Attachments, a folder a service."""
        return self.root / "files"


@contextmanager
def occupy(root: Path) -> Iterator[Folder]:
    """Make the folder if need be and hold it; refuses one that is in use or cannot be written."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(root / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"the data folder {root} cannot be written ({error.strerror}); expected one that can"
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
            raise CannotStart(
                f"another rollcall up (process {pid}) uses {root}; stop it, or name another --data"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        folder = Folder(root.resolve())
        for needed in (folder.logs, folder.exports, folder.files):
            needed.mkdir(mode=0o700, exist_ok=True)
        yield folder
    finally:
        os.close(handle)


def ensure_key(folder: Folder) -> str:
    """The first coordinator's key: made once, and kept before anything is done with it."""
    if folder.coordinator_key.exists():
        return folder.coordinator_key.read_text().strip()
    key = write_key(uuid4(), make_secret())
    write_private(folder.coordinator_key, key + "\n")
    return key


def ensure_secrets_key(folder: Folder) -> str:
    """The key that seals addresses and secrets: made once."""
    if not folder.secrets_key.exists():
        write_private(folder.secrets_key, make_key() + "\n")
    return folder.secrets_key.read_text().strip()


def ensure_anchor(folder: Folder, clock: str) -> float:
    """The real moment at which the chosen clock showed its start: kept, so that its time goes on at a restart."""
    kept = folder.root / "clock.json"
    if kept.exists():
        known = json.loads(kept.read_text())
        if known["clock"] == clock:
            return float(known["anchor"])
    anchor = time.time()
    write_private(kept, json.dumps({"clock": clock, "anchor": anchor}))
    return anchor


def write_private(path: Path, text: str) -> None:
    """Write a file whole, for the owner's eyes."""
    part = path.with_suffix(path.suffix + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
