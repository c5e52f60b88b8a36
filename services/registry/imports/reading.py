"""Has a file read and held against the register in a process of its own, within memory and time."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.refusals import Unprocessable, UnsupportedMedia
from services.registry.imports.question import Question

_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "services.registry.imports.child"
_LONGEST_LINE = 256 * 1024 * 1024
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
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", _MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
        env=_surroundings(),
    )
    answer = Answer()
    try:
        async with asyncio.timeout(most_seconds):
            await asyncio.gather(_ask(child, question.written()), _listen(child, answer, tell))
            await child.wait()
    except TimeoutError as error:
        raise UnreadableRegister(f"the file took more than {most_seconds:.0f} s to read") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise UnreadableRegister(
            "the file could not be read within the memory and time that a register needs"
        )
    return answer


def _surroundings() -> dict[str, str]:
    """What the child needs to start: none of the service's passwords goes to where strangers' files are read."""
    needed = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    kept = {name: os.environ[name] for name in needed if name in os.environ}
    path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}


async def _ask(child: asyncio.subprocess.Process, written: bytes) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(written)
        await child.stdin.drain()
        child.stdin.close()
    except ConnectionError:
        return  # it has ended already; its status says why


async def _listen(child: asyncio.subprocess.Process, answer: Answer, tell: Tell) -> None:
    """Line by line: a long answer must not keep the loop from others."""
    assert child.stdout is not None
    async for line in child.stdout:
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
