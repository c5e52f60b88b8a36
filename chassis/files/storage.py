"""Storage: where bytes lie, each under a location of its own that is written once; a local folder or an S3 bucket."""

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from chassis.files.settings import StorageSettings
from chassis.refusals import Refusal, Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Config

CHUNK_BYTES = 1024 * 1024
PART_BYTES = 8 * 1024 * 1024
AT_ONCE = 4
"""Files that are sent to a bucket at the same moment, two parts each: what bounds the memory that they take."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageFull(Refusal):
    """There is no room for the file."""

    status = 507


class StorageAway(Unavailable):
    """The storage does not answer."""


@contextmanager
def told_apart() -> Iterator[None]:
    """A disk that is full and a storage that is away, each by its name; a missing file stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BaseError) as error:
        if getattr(error, "errno", None) in _FULL or "os error 28" in str(error):
            raise StorageFull(
                "the storage has no room for this file; nothing was kept: tell the office"
            ) from error
        raise StorageAway("the storage does not answer; nothing was kept: come again") from error


@dataclass
class Storage:
    """A folder (with `folder` its path) or a bucket behind one interface."""

    store: LocalStore | S3Store
    folder: Path | None
    sending: asyncio.Semaphore

    async def keep(self, file: Path, location: str) -> None:
        """Have a finished local file at `location`, on disk; from a folder's own file system it is moved."""
        with told_apart():
            if self.folder is not None:
                await asyncio.to_thread(_move, file, self.folder / location)
                return
            async with self.sending:
                await obstore.put_async(self.store, location, file, chunk_size=PART_BYTES, max_concurrency=2)

    async def read(self, location: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in chunks; FileNotFoundError when they are not there."""
        options: obstore.GetOptions = {}
        if end is not None:
            options = {"range": (start, end)}
        elif start:
            options = {"range": {"offset": start}}
        with told_apart():
            found = await obstore.get_async(self.store, location, options=options)
            async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    async def find(self, start: str) -> str | None:
        """A location that begins with `start`, of which the folder is a part; None when there is none."""
        folder = start.rpartition("/")[0]
        with told_apart():
            async for listed in obstore.list(self.store, f"{folder}/", offset=start):
                for found in listed:
                    if found["path"].startswith(start):
                        return found["path"]
        return None

    async def delete(self, location: str) -> None:
        """Have nothing at `location`; that it was gone already is no error."""
        with told_apart(), contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self.store, location)


def open_storage(settings: StorageSettings) -> Storage:
    """The storage that the settings name; a folder is made when it is not there."""
    folder = settings.storage_folder
    if folder is not None:
        return open_folder(folder)
    return Storage(_open_bucket(settings), None, asyncio.Semaphore(AT_ONCE))


def open_folder(folder: Path) -> Storage:
    """A folder as storage; it is made when it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(LocalStore(folder), folder, asyncio.Semaphore(AT_ONCE))


def _open_bucket(settings: StorageSettings) -> S3Store:
    parts = urlsplit(settings.storage_url)
    config: S3Config = {"region": settings.storage_region, "virtual_hosted_style_request": False}
    if settings.storage_endpoint is not None:
        config["endpoint"] = settings.storage_endpoint
    if settings.storage_access_key is not None and settings.storage_secret_key is not None:
        config["access_key_id"] = settings.storage_access_key
        config["secret_access_key"] = settings.storage_secret_key.get_secret_value()
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={
            "allow_http": (settings.storage_endpoint or "").startswith("http://"),
            "timeout": "120s",
        },
        retry_config={"max_retries": 3},
    )


def _move(file: Path, target: Path) -> None:
    """What is answered as kept is on disk: the file, and the folder that names it."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    _sync(file)
    file.replace(target)
    _sync(target.parent)
    _sync(target.parent.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
