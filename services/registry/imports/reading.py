"""Has a file read and held against the register in a process of its own, within memory and time."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from chassis import confined
from chassis.refusals import Unprocessable, UnsupportedMedia
from services.registry.imports.question import Question

_MODULE = "services.registry.imports.child"
MOST_WALL_SECONDS = 60.0
MOST_WALL_SECONDS_OF_A_JOB = 300.0
"""Nobody waits for the answer to a long file; what it may use of the processor is limited all the same."""
Tell = Callable[[float], Awaitable[None]]


class UnsupportedFile(UnsupportedMedia):
    """The file is neither xlsx nor csv."""


class UnreadableRegister(Unprocessable):
    """The file is a spreadsheet, and no register can be read from it."""


@dataclass
class Answer:
    """What came back. `findings` is JSON, as it is shown; `changes` are JSON lines, one an aggregate.

    Of the organizations that decisions ask for, `founded` are the ids of the new ones and `known` of those that are
    there by now, by name. `is_long`: the file has more rows than were asked for, and was only counted.
    """

    row_count: int = 0
    is_long: bool = False
    findings: str = ""
    titles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    founded: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    open_errors: list[dict[str, Any]] = field(default_factory=list)
    open_texts: list[dict[str, Any]] = field(default_factory=list)
    changes: list[bytes] = field(default_factory=list)
    workbook: bytes = b""


async def _say_nothing(_: float) -> None:
    return None


async def examine(question: Question, tell: Tell = _say_nothing, most_seconds: float | None = None) -> Answer:
    """The answer; UnsupportedFile (415) or UnreadableRegister (422) when the file is no register.

    `tell` is awaited with the progress, from 0 to 1, as the reading goes on.
    """
    most_seconds = most_seconds or MOST_WALL_SECONDS
    answer = Answer()

    async def hear(line: bytes) -> None:
        await _take(line, answer, tell)

    try:
        await confined.ask(_MODULE, question.written(), hear, most_seconds)
    except confined.TookTooLong as error:
        raise UnreadableRegister(f"the file took more than {most_seconds:.0f} s to read") from error
    except confined.EndedEarly as error:
        raise UnreadableRegister(
            "the file could not be read within the memory and time that a register needs"
        ) from error
    return answer


async def _take(line: bytes, answer: Answer, tell: Tell) -> None:
    word, _, rest = line.partition(b" ")
    if word == b"progress":
        await tell(float(rest))
    elif word == b"change":
        answer.changes.append(rest)
    elif word == b"findings":
        answer.findings = rest.decode().rstrip("\n")
    elif word == b"workbook":
        answer.workbook = base64.b64decode(rest)
    elif word == b"register":
        vars(answer).update(json.loads(rest))
    else:
        _refuse(word.decode(), json.loads(rest))


def _refuse(word: str, detail: str) -> None:
    if word == "not_a_spreadsheet":
        raise UnsupportedFile(detail)
    raise UnreadableRegister(detail)
