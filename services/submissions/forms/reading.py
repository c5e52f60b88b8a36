"""Has a form read in a process of its own, within memory and time."""

import asyncio
import json
from pathlib import Path
from typing import Any

from chassis import confined
from chassis.files.kinds import KindNotAllowed
from chassis.refusals import Unprocessable
from services.submissions.forms.filled import Filled, from_json

KINDS = ("xlsx", "docx")
MOST_BYTES = 10 * 1024 * 1024
MOST_WALL_SECONDS = 30.0
AT_ONCE = 2
_MODULE = "services.submissions.forms.child"


class FormUnreadable(Unprocessable):
    """The file of a form is damaged, or larger inside than any form is."""


class NotAForm(Unprocessable):
    """The file is no form that was downloaded here, or not one alone."""


class FormReader:
    """Reads so many forms at once and has the others wait: each has a process of its own."""

    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def read(self, path: Path, extension: str) -> Filled:
        """What is filled in; KindNotAllowed (415), FormUnreadable or NotAForm (422)."""
        answers: list[dict[str, Any]] = []

        async def hear(line: bytes) -> None:
            answers.append(json.loads(line))

        async with self._reading:
            # Those that wait do so on disk, not in memory.
            content = await asyncio.to_thread(path.read_bytes)
            try:
                question = b"\n".join([extension.encode(), content])
                await confined.ask(_MODULE, question, hear, MOST_WALL_SECONDS)
            except (confined.TookTooLong, confined.EndedEarly) as error:
                raise FormUnreadable(
                    "the file could not be read within the memory and time that a form needs; download it anew"
                ) from error
        return _read(answers[0])


def _read(answer: dict[str, Any]) -> Filled:
    match answer.get("refused"):
        case None:
            return from_json(answer["filled"])
        case "wrong_kind":
            raise KindNotAllowed(answer["detail"], allowed=list(KINDS))
        case "not_a_form":
            raise NotAForm(f"{answer['detail']}; download the form at GET /v1/assignments/{{id}}/form")
    raise FormUnreadable(answer["detail"])
