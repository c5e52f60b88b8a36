"""Uploads: a body streamed to a local file, hashed and measured on the way, looked at, and gone if nobody keeps it."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request

from chassis import idempotency
from chassis.files.kinds import tell_kind
from chassis.files.multipart import EXTRA_BYTES, Fields, Named, read_file
from chassis.files.settings import FileSettings
from chassis.files.storage import Storage, open_storage, told_apart
from chassis.http.middleware import raise_limit
from chassis.identity import new_id
from chassis.metrics import FileMetrics
from chassis.refusals import Refusal, TooLarge
from chassis.settings import BadSettings

BUFFER_BYTES = 256 * 1024
"""Written at once: what one upload holds in memory."""
IDLE_SECONDS = 60.0
LEFT_SECONDS = 3_600.0
"""A file that nobody wrote to for so long was left behind by a process that died."""


class UploadStalled(Refusal):
    """Nothing came for too long."""

    status = 408


@dataclass(frozen=True, slots=True)
class Received:
    """A whole file at `path`, hashed and told by its content, until the end of its block; all of the form was there
    at `received_at`.
    """

    path: Path
    filename: str
    media_type: str
    size: int
    sha256: str
    received_at: datetime
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken where it is less than the settings allow, and the names of the fields that may stand beside."""

    kinds: Sequence[str]
    most_bytes: int
    fields: Collection[str] = ()


@dataclass
class Files:
    """What a service needs to take files in and give them out."""

    settings: FileSettings
    storage: Storage
    metrics: FileMetrics
    looking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    @property
    def incoming(self) -> Path:
        """The folder in which files grow."""
        return self.settings.incoming_folder

    @asynccontextmanager
    async def receiving(
        self, request: Request, check_name: Callable[[str], str], wanted: Wanted | None = None
    ) -> AsyncIterator[Received]:
        """The file of the request's form, whole; `check_name` gives the name as it is kept, or refuses it before
        the first byte is taken. However the block ends, nothing is left behind that was not kept.
        """
        taken = wanted or Wanted(self.settings.upload_kinds, self.settings.upload_limit_bytes)
        path = self.incoming / f"{new_id().hex}.part"
        try:
            yield await self._receive(request, check_name, path, taken)
        finally:
            await asyncio.shield(asyncio.to_thread(path.unlink, missing_ok=True))

    async def _receive(
        self, request: Request, check_name: Callable[[str], str], path: Path, wanted: Wanted
    ) -> Received:
        limit = min(wanted.most_bytes, self.settings.upload_limit_bytes)
        raise_limit(request.scope, limit + EXTRA_BYTES)
        _check_declared_length(request, limit)
        with told_apart():
            spool = await asyncio.to_thread(Spool.open, path, limit)
        try:
            content_type = request.headers.get("content-type", "")
            named = await read_file(
                content_type,
                _within_time(request),
                lambda part: _refuse_by_name(part, check_name),
                spool.take,
                wanted.fields,
            )
            received_at = request.app.state.database.clock.now()
            await spool.finish()
        finally:
            spool.file.close()
        async with self.looking:
            kind = await asyncio.to_thread(tell_kind, path, named.filename, named.media_type, wanted.kinds)
        filename, sha256 = check_name(named.filename), spool.hash.hexdigest()
        said = "\0".join([filename, sha256, *(f"{name}={value}" for name, value in named.fields)])
        idempotency.say_body(hashlib.sha256(said.encode()).hexdigest())
        return Received(path, filename, kind.media_type, spool.size, sha256, received_at, named.fields)

    async def sweep_incoming(self) -> None:
        """Remove what a process that died in the middle of an upload left behind."""
        await asyncio.to_thread(_remove_left, self.incoming, time.time() - LEFT_SECONDS)


def open_files(settings: FileSettings, metrics: FileMetrics) -> Files:
    """Storage and the folder for what comes in; BadSettings when a folder cannot be made."""
    try:
        # The storage first: what mkdir makes on the way to a folder is open to everybody.
        storage = open_storage(settings)
        settings.incoming_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(
            f"ROLLCALL_STORAGE_URL: {error.filename} cannot be made ({error.strerror}); expected a folder that can"
        ) from None
    return Files(settings, storage, metrics)


@dataclass
class Spool:
    """A file that grows; disk and hash are worked at in a thread, a buffer at a time."""

    file: BinaryIO
    limit: int
    size: int = 0
    buffer: bytearray = field(default_factory=bytearray)
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @classmethod
    def open(cls, path: Path, limit: int) -> "Spool":
        """A new file for the owner's eyes alone."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return cls(os.fdopen(handle, "wb", buffering=0), limit)

    async def take(self, data: bytes) -> None:
        """Add to the file; TooLarge as soon as it is longer than it may be."""
        self.size += len(data)
        if self.size > self.limit:
            raise too_large(self.limit)
        self.buffer += data
        if len(self.buffer) >= BUFFER_BYTES:
            await self._write()

    async def finish(self) -> None:
        """Write what is left."""
        if self.buffer:
            await self._write()

    async def _write(self) -> None:
        data, self.buffer = self.buffer, bytearray()
        with told_apart():
            await asyncio.to_thread(self._write_and_hash, data)

    def _write_and_hash(self, data: bytearray) -> None:
        self.hash.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self.file.write(rest) :]


def too_large(limit: int) -> TooLarge:
    """The one answer to a file that is too long."""
    return TooLarge(f"the file is longer than {limit} bytes; expected at most that", limit_bytes=limit)


def _check_declared_length(request: Request, limit: int) -> None:
    declared = request.headers.get("content-length", "")
    if (
        declared.isascii()
        and declared.isdigit()
        and len(declared) < 19
        and int(declared) > limit + EXTRA_BYTES
    ):
        raise too_large(limit)


def _refuse_by_name(part: Named, check_name: Callable[[str], str]) -> None:
    check_name(part.filename)


async def _within_time(request: Request) -> AsyncIterator[bytes]:
    body = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UploadStalled(
                f"nothing came for {IDLE_SECONDS:.0f} s; expected the file without a pause"
            ) from None
        yield chunk


def _remove_left(folder: Path, before: float) -> None:
    for path in folder.glob("*.part"):
        try:
            if path.stat().st_mtime < before:
                path.unlink()
        except FileNotFoundError:
            continue
