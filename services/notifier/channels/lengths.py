"""Lengths: a text too long for one message goes on in the next; nothing is cut in silence."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid5

from services.notifier.channels.message import Message

Size = Callable[[str], int]
MARK = "({}/{}) "
MARK_ROOM = 16


def divide(message: Message, longest: int, size: Size) -> list[Message]:
    """The message itself, or parts of it, numbered, each with an id of its own that is the same at every try."""
    if size(message.text) <= longest:
        return [message]
    pieces = divide_text(message.text, longest - MARK_ROOM, size)
    return [
        replace(
            message,
            text=MARK.format(number, len(pieces)) + piece,
            delivery_id=message.delivery_id if number == 1 else uuid5(message.delivery_id, str(number)),
        )
        for number, piece in enumerate(pieces, 1)
    ]


def divide_text(text: str, longest: int, size: Size) -> list[str]:
    """Pieces no larger than `longest`, divided at line ends where that can be; together they are the text."""
    pieces = [""]
    for line in text.splitlines(keepends=True):
        for part in _divide_line(line, longest, size):
            if pieces[-1] and size(pieces[-1] + part) > longest:
                pieces.append("")
            pieces[-1] += part
    return pieces


def _divide_line(line: str, longest: int, size: Size) -> list[str]:
    parts = []
    while size(line) > longest:
        end = _longest_prefix(line, longest, size)
        parts.append(line[:end])
        line = line[end:]
    return [*parts, line]


def _longest_prefix(line: str, longest: int, size: Size) -> int:
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(line[:middle]) <= longest else (low, middle - 1)
    return low
