"""Reads the XML parts of an office file as a stream of elements, with document types forbidden."""

import re
from collections.abc import Callable
from xml.parsers import expat

from chassis.office.archive import Counted
from chassis.office.faults import Unreadable

Started = Callable[[str, dict[str, str]], None]
Ended = Callable[[str], None]
Told = Callable[[str], None]

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def walk(part: Counted, started: Started, ended: Ended | None = None, told: Told | None = None) -> None:
    """Calls back for each element and its text; names come without their namespace."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: started(
        _local(name), {_local(key): value for key, value in attributes.items()}
    )
    if ended is not None:
        parser.EndElementHandler = lambda name: ended(_local(name))
    if told is not None:
        parser.CharacterDataHandler = told
    try:
        parser.ParseFile(part)
    except expat.ExpatError as error:
        raise Unreadable(f"a part of the file is not XML ({error}): the file is damaged") from error


def unescape(text: str) -> str:
    """Text as a spreadsheet shows it: `_x000D_` and its kind are characters, line ends are one kind."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("a part of the file declares a document type, which no office program does")
