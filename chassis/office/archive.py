"""The zip around an office file, opened within limits: a file of 775 KiB can hold a sheet of 300 MiB."""

from io import BytesIO, RawIOBase
from typing import IO
from zipfile import BadZipFile, ZipFile

from chassis.office.faults import Unreadable, WrongKind

MOST_PARTS = 1_000
MOST_BYTES = 64 * 1024 * 1024


class Archive:
    """Parts by name. All reads together stay below MOST_BYTES, whatever the headers claim."""

    def __init__(self, content: bytes, extension: str) -> None:
        try:
            self._zip = ZipFile(BytesIO(content))
        except (BadZipFile, ValueError) as error:
            raise WrongKind(
                f"the file begins as a zip and is none ({error}); expected {extension}"
            ) from error
        self.left = MOST_BYTES
        self._check(self._zip)

    def _check(self, archive: ZipFile) -> None:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise Unreadable(f"the file holds {len(parts)} parts; at most {MOST_PARTS} are read")
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise too_big()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def open(self, name: str) -> "Counted":
        if name not in self:
            raise Unreadable(f"the file names the part {name} and does not hold it: the file is damaged")
        return Counted(self, self._zip.open(name))


class Counted(RawIOBase):
    """A part that takes what is read from the archive's allowance."""

    def __init__(self, archive: Archive, part: IO[bytes]) -> None:
        super().__init__()
        self._archive = archive
        self._part = part

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._part.read(min(size, 65_536) if size >= 0 else 65_536)
        self._archive.left -= len(chunk)
        if self._archive.left < 0:
            raise too_big()
        return chunk


def too_big() -> Unreadable:
    return Unreadable(f"unpacked, the file is larger than {MOST_BYTES // 2**20} MiB")
