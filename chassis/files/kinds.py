"""Kinds of files: told by their content, and only then compared with what their name and sender say."""

import struct
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pylibmagic  # noqa: F401 - before magic: it brings the library that magic loads

from chassis.files import compound
from chassis.refusals import Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    import magic

MOST_ENTRIES_BYTES = 4 * 1024 * 1024
_START_OF_ZIP = b"PK\x03\x04"
_END_OF_ZIP = b"PK\x05\x06"
_END_BYTES = 22 + 65_535
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ANYTHING = ("", "application/octet-stream", "binary/octet-stream", "application/x-download")


class KindNotAllowed(UnsupportedMedia):
    """The file is of a kind that is not taken."""


class KindDisagrees(Unprocessable):
    """The file's name or its declared type says another thing than its content."""


class EmptyFile(Unprocessable):
    """A file without a byte."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`found` are the types by content, `declared` what senders call it besides `media_type`."""

    media_type: str
    extensions: tuple[str, ...]
    found: tuple[str, ...]
    declared: tuple[str, ...] = ()


def _office(part: str, name: str) -> Kind:
    media_type = f"{_OFFICE}{part}"
    return Kind(media_type, (name,), (media_type,), ("application/zip", "application/vnd.ms-office"))


_OLD_OFFICE = ("application/vnd.ms-office", "application/x-ole-storage", "application/cdfv2")
_TEXT = ("text/plain", "text/csv", "application/csv", "application/json", "application/x-ndjson")
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", ("pdf",), ("application/pdf",), ("application/x-pdf",)),
    "docx": _office("wordprocessingml.document", "docx"),
    "xlsx": _office("spreadsheetml.sheet", "xlsx"),
    "pptx": _office("presentationml.presentation", "pptx"),
    "doc": Kind("application/msword", ("doc",), ("application/msword",), _OLD_OFFICE),
    "xls": Kind("application/vnd.ms-excel", ("xls",), ("application/vnd.ms-excel",), _OLD_OFFICE),
    "ppt": Kind("application/vnd.ms-powerpoint", ("ppt",), ("application/vnd.ms-powerpoint",), _OLD_OFFICE),
    "jpg": Kind("image/jpeg", ("jpg", "jpeg"), ("image/jpeg",), ("image/jpg", "image/pjpeg")),
    "png": Kind("image/png", ("png",), ("image/png",), ("image/x-png",)),
    "webp": Kind("image/webp", ("webp",), ("image/webp",)),
    "gif": Kind("image/gif", ("gif",), ("image/gif",)),
    "mp4": Kind("video/mp4", ("mp4",), ("video/mp4", "video/x-m4v"), ("application/mp4",)),
    "mp3": Kind("audio/mpeg", ("mp3",), ("audio/mpeg",), ("audio/mp3", "audio/x-mp3")),
    "txt": Kind("text/plain", ("txt",), _TEXT),
    "csv": Kind("text/csv", ("csv",), _TEXT, ("text/plain", "application/csv", "application/vnd.ms-excel")),
    "zip": Kind(
        "application/zip", ("zip",), ("application/zip",), ("application/x-zip-compressed", "multipart/x-zip")
    ),
}
_STREAMS = {
    "EncryptedPackage": "application/encrypted",
    "VBA": "application/x-macro-office",
    "_VBA_PROJECT": "application/x-macro-office",
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_SAID = {
    "application/msword": "an old document of Word or WPS (doc, wps)",
    "application/vnd.ms-excel": "an old workbook of Excel or WPS (xls, et)",
    "application/encrypted": "an encrypted office file, which nobody can look into",
    "application/x-encrypted-zip": "an encrypted archive, which nobody can look into",
    "application/x-large-zip": "an archive with more entries than can be looked through",
    "application/x-macro-office": "an office file with macros",
    "application/octet-stream": "a file of no kind that is known",
}


def tell_kind(path: Path, filename: str, declared: str, allowed: Sequence[str]) -> Kind:
    """The kind of the file at `path` by its content. KindNotAllowed when it is none of `allowed`, KindDisagrees when
    the extension or the declared type belong to another kind. Reads the disk: not for the event loop.
    """
    if path.stat().st_size == 0:
        raise EmptyFile("the file holds no byte; expected a file with something in it")
    found = find_media_type(path)
    fitting = [name for name in allowed if found in KINDS[name].found]
    if not fitting:
        raise KindNotAllowed(
            f"the file is {_SAID.get(found, found)}; expected one of {', '.join(allowed)}",
            found=found,
            allowed=list(allowed),
        )
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    named = [name for name in fitting if extension in KINDS[name].extensions]
    if not named:
        raise KindDisagrees(
            f"the name ends in {extension or 'no extension'!r}, and the content is {found}; "
            f"expected {' or '.join(f'.{KINDS[name].extensions[0]}' for name in fitting)}",
            found=found,
        )
    kind = KINDS[named[0]]
    _check_declared(kind, declared, found)
    return kind


def _check_declared(kind: Kind, declared: str, found: str) -> None:
    media_type = declared.partition(";")[0].strip().lower()
    if media_type not in (*_ANYTHING, kind.media_type, *kind.found, *kind.declared):
        raise KindDisagrees(
            f"the part says that it is {media_type}, and the content is {found}; expected {kind.media_type}",
            found=found,
        )


def find_media_type(path: Path) -> str:
    """The type by content, as libmagic names it, and a closer look at what is a zip outside."""
    with _magic_lock:
        found: str = _magic().from_file(str(path)).lower()
    with path.open("rb") as file:
        start = file.read(len(compound.MAGIC))
    # libmagic goes by the order of a zip's first parts, and does not know that of every library.
    is_unknown_zip = found == "application/octet-stream" and start.startswith(_START_OF_ZIP)
    if found == "application/zip" or found.startswith(_OFFICE) or is_unknown_zip:
        return _look_into(path)
    return _look_into_compound(path) if start == compound.MAGIC else found


@cache
def _magic() -> "magic.Magic":
    import magic

    return magic.Magic(mime=True)


_magic_lock = threading.Lock()
"""libmagic's state is for one thread at a time."""


def _look_into(path: Path) -> str:
    """What a zip is: by the names in it, not by which of them comes first."""
    if _entries_size(path) > MOST_ENTRIES_BYTES:
        return "application/x-large-zip"
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, OSError):
        return "application/octet-stream"
    if any(entry.flag_bits & 1 for entry in entries):
        return "application/x-encrypted-zip"
    return _office_type({entry.filename for entry in entries})


def _office_type(names: set[str]) -> str:
    if "[Content_Types].xml" not in names:
        return "application/zip"
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return "application/x-macro-office"
    for folder, part in (
        ("word/", "wordprocessingml.document"),
        ("xl/", "spreadsheetml.sheet"),
        ("ppt/", "presentationml.presentation"),
    ):
        if any(name.startswith(folder) for name in names):
            return f"{_OFFICE}{part}"
    return "application/zip"


def _look_into_compound(path: Path) -> str:
    """What a compound file is: libmagic goes by a summary that not every office program writes."""
    try:
        names = compound.read_stream_names(path)
    except ValueError:
        return "application/octet-stream"
    for stream, media_type in _STREAMS.items():
        if stream in names:
            return media_type
    return "application/x-ole-storage"


def _entries_size(path: Path) -> int:
    """How many bytes the list of entries takes by the zip's own end record; a list is read whole into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES))
        tail = file.read()
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or len(tail) < at + 22:
        return 0
    entries: int = struct.unpack_from("<I", tail, at + 12)[0]
    return entries
