"""Compound files (OLE, MS-CFB): the names of the streams in one, which tell a doc from an xls and from a safe."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_SECTORS = 2_000
"""Of the directory: 8,000 streams; no office file has a hundred."""
_LAST = 0xFFFFFFFA


def read_stream_names(path: Path) -> set[str]:
    """The names in the file's directory; ValueError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(512)
        if len(head) < 512 or not head.startswith(MAGIC):
            raise ValueError("no compound file")
        shift = struct.unpack_from("<H", head, 30)[0]
        if shift not in (9, 12):
            raise ValueError("neither of the two sizes of sectors")
        table = struct.unpack_from("<109I", head, 76)
        first: int = struct.unpack_from("<I", head, 48)[0]
        return {
            name
            for sector in _chain(file, table, 1 << shift, first)
            for entry in range(0, 1 << shift, 128)
            if (name := _read_name(sector[entry : entry + 128]))
        }


def _chain(file: BinaryIO, table: tuple[int, ...], size: int, sector: int) -> Iterator[bytes]:
    """The sectors from this one on, each told its next by the allocation table."""
    for _ in range(MOST_SECTORS):
        if sector >= _LAST:
            return
        yield _read_sector(file, size, sector)
        block, place = divmod(sector, size // 4)
        if block >= len(table):
            raise ValueError("a directory beyond the first table")
        sector = struct.unpack_from("<I", _read_sector(file, size, table[block]), place * 4)[0]
    raise ValueError("a directory without an end")


def _read_sector(file: BinaryIO, size: int, sector: int) -> bytes:
    file.seek((sector + 1) * size)
    found = file.read(size)
    if len(found) < size:
        raise ValueError("a sector beyond the end")
    return found


def _read_name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    if entry[66] == 0 or not 2 <= length <= 64:
        return ""
    return entry[: length - 2].decode("utf-16-le", "replace")
