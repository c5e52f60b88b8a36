"""Serving: a kept file given out, whole or from where it broke off; its bytes are proved before the first goes out.

Storage is not believed: the file is read and hashed once before it is sent, so that a flipped bit is an answer of
500, a line in the log and a count, and never a file that looks sound. For 50 MB that is a few hundredths of a second
on a local disk; from a bucket it doubles what is fetched.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from chassis.files.names import content_disposition
from chassis.files.storage import CHUNK_BYTES, Storage
from chassis.metrics import FileMetrics
from chassis.refusals import Refusal

log = structlog.get_logger()
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class FileDamaged(Refusal):
    """What lies in storage is not what was put there."""

    status = 500


class RangeNotSatisfiable(Refusal):
    """The file ends before the asked range begins."""

    status = 416


class Shelf(Protocol):
    """Where files are given out of."""

    @property
    def storage(self) -> Storage: ...

    @property
    def metrics(self) -> FileMetrics: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as its row knows it."""

    location: str
    sha256: str
    size: int
    filename: str
    media_type: str


async def serve(files: Shelf, kept: Kept, request: Request) -> Response:
    """The file as an attachment: 200, 206 for one range, 304 when the caller has it; FileDamaged if it is not whole."""
    etag = f'"{kept.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": content_disposition(kept.filename),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
    }
    if _has(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": headers["Cache-Control"]})
    span = read_range(request.headers.get("range"), request.headers.get("if-range"), etag, kept.size)
    await prove(files, kept)
    start, end = span or (0, kept.size)
    headers["Content-Length"] = str(end - start)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.size}"
    body = _cut_to_chunks(files.storage, kept.location, start, end)
    return StreamingResponse(body, 206 if span else 200, headers, kept.media_type)


def _has(header: str | None, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return etag in tags or "*" in tags


def read_range(asked: str | None, if_range: str | None, etag: str, size: int) -> tuple[int, int] | None:
    """Start and end (not included) of the one range asked for; None for the whole, which any other form gets
    (RFC 9110, 14.2), as does a range of a file that is not the caller's any more.
    """
    match = _RANGE.fullmatch((asked or "").replace(" ", ""))
    if match is None or match[0] == "bytes=-" or (if_range is not None and if_range != etag):
        return None
    first, last = match[1], match[2]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise _unsatisfiable(asked, size)
    return start, end


def _unsatisfiable(asked: str | None, size: int) -> RangeNotSatisfiable:
    refusal = RangeNotSatisfiable(f"Range is {asked!r}, and the file has {size} bytes")
    refusal.headers = {"Content-Range": f"bytes */{size}"}  # type: ignore[misc]
    return refusal


async def prove(files: Shelf, kept: Kept) -> None:
    """Read the file once and compare its hash; FileDamaged when it is another, shorter or not there."""
    digest = hashlib.sha256()
    try:
        async for chunk in files.storage.read(kept.location):
            await asyncio.to_thread(digest.update, chunk)
    except FileNotFoundError:
        pass
    if digest.hexdigest() != kept.sha256:
        files.metrics.damaged.inc()
        log.error("file_damaged", location=kept.location, expected=kept.sha256, found=digest.hexdigest())
        raise FileDamaged("the file in storage is not the one that was put there; the office has been told")


async def _cut_to_chunks(storage: Storage, location: str, start: int, end: int) -> AsyncIterator[bytes]:
    async for chunk in storage.read(location, start, end):
        for at in range(0, len(chunk), CHUNK_BYTES):
            yield chunk[at : at + CHUNK_BYTES]
