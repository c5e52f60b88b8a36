"""The one file of a multipart form, handed on as it comes in, and the short fields that may stand beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from chassis.refusals import BadRequest, Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PART = "file"
_AS_BROWSERS_WRITE = {'"': "%22", "\r": "%0D", "\n": "%0A"}
EXTRA_BYTES = 64 * 1024
"""What a form takes beside its file: boundaries, headers and fields."""
MOST_FIELDS = 100
MOST_FIELD_BYTES = 1_000
Fields = tuple[tuple[str, str], ...]
"""Names and values in the order in which they stand; a name may stand several times."""


class BrokenForm(BadRequest):
    """The body is no multipart form, or ends before it is whole."""


class FileMissing(Unprocessable):
    """The form has no file."""


class UnexpectedPart(Unprocessable):
    """The form has a part that is not asked for."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the part says of itself, and what stood beside it."""

    filename: str
    media_type: str
    fields: Fields = ()


class _Reader:
    """Turns the parser's calls into the headers of the one part and its bytes, and into fields of these names."""

    def __init__(self, check: Callable[[Named], None], names: Collection[str]) -> None:
        self.check = check
        self.names = names
        self.named: Named | None = None
        self.fields: list[tuple[str, bytes]] = []
        self.ended = False
        self.data: list[bytes] = []
        self._in_field = False
        self._field, self._value, self._headers = b"", b"", dict[bytes, bytes]()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self.on_part_begin,
            "on_header_field": self.on_header_field,
            "on_header_value": self.on_header_value,
            "on_header_end": self.on_header_end,
            "on_headers_finished": self.on_headers_finished,
            "on_part_data": self.on_part_data,
            "on_end": self.on_end,
        }

    def on_part_begin(self) -> None:
        self._headers = {}

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def on_headers_finished(self) -> None:
        name, options = _read_disposition(self._headers)
        self._in_field = name in self.names
        if self._in_field:
            self.fields.append((name, b""))
            if len(self.fields) > MOST_FIELDS:
                raise UnexpectedPart(f"the form has more than {MOST_FIELDS} fields; expected at most that")
            return
        named = _read_headers(name, options, self._headers)
        if self.named is not None:
            raise UnexpectedPart(f"the form has more than one part {PART!r}; expected one file alone")
        self.check(named)
        self.named = named

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if not self._in_field:
            self.data.append(data[start:end])
            return
        name, value = self.fields[-1]
        if len(value) + end - start > MOST_FIELD_BYTES:
            raise UnexpectedPart(
                f"the field {name!r} is longer than {MOST_FIELD_BYTES} bytes; expected at most that"
            )
        self.fields[-1] = (name, value + data[start:end])

    def on_end(self) -> None:
        self.ended = True

    def take(self) -> bytes:
        """The bytes that came since the last call."""
        taken, self.data = b"".join(self.data), []
        return taken


def _read_disposition(headers: dict[bytes, bytes]) -> tuple[str, dict[bytes, bytes]]:
    disposition, options = parse_options_header(headers.get(b"content-disposition", b"").decode("latin-1"))
    name = options.get(b"name", b"").decode("utf-8", "replace")
    return name if disposition == b"form-data" else "", options


def _read_headers(name: str, options: dict[bytes, bytes], headers: dict[bytes, bytes]) -> Named:
    if name != PART:
        raise UnexpectedPart(f"the form has a part {name!r}; expected one named {PART!r}")
    if b"filename" not in options:
        raise FileMissing(f"the part {PART!r} has no filename; expected a file with its name")
    if headers.get(b"content-transfer-encoding", b"binary").lower() not in (b"binary", b"8bit", b"7bit"):
        raise BrokenForm("the part has a Content-Transfer-Encoding; expected the bytes as they are")
    try:
        filename = options[b"filename"].decode()
    except UnicodeDecodeError:
        raise BrokenForm("the filename is no UTF-8; expected a form that is sent as UTF-8") from None
    for letter, written in _AS_BROWSERS_WRITE.items():
        filename = filename.replace(written, letter)
    return Named(filename, headers.get(b"content-type", b"").decode("latin-1"))


def read_boundary(content_type: str) -> bytes:
    """The boundary that the header names; UnsupportedMedia when the body is no multipart form."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise UnsupportedMedia(
            f"Content-Type is {kind.decode('latin-1') or 'missing'!r}; expected multipart/form-data"
        )
    if not options.get(b"boundary"):
        raise BrokenForm("the Content-Type names no boundary; expected multipart/form-data; boundary=…")
    return options[b"boundary"]


async def read_file(
    content_type: str,
    body: AsyncIterator[bytes],
    check: Callable[[Named], None],
    take: Callable[[bytes], Awaitable[None]],
    names: Collection[str] = (),
) -> Named:
    """Hand the file's bytes to `take` as they come; `check` may refuse it by its name before the first. Fields of
    other names than these are refused.
    """
    reader = _Reader(check, names)
    try:
        parser = MultipartParser(read_boundary(content_type), reader.callbacks())
        async for chunk in body:
            parser.write(chunk)
            if data := reader.take():
                await take(data)
        parser.finalize()
    except FormParserError as broken:
        raise BrokenForm(f"the body is no multipart form: {broken}") from None
    if not reader.ended:
        raise BrokenForm("the body ends before the form does; expected it whole")
    if reader.named is None:
        raise FileMissing(f"the form holds no part; expected one named {PART!r}")
    return replace(reader.named, fields=tuple((name, _read_text(name, raw)) for name, raw in reader.fields))


def _read_text(name: str, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BrokenForm(f"the field {name!r} is no UTF-8; expected text in UTF-8") from None
