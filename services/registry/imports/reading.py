"""Reads a file in a process of its own, within memory and time, and refuses what is no register."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from chassis.refusals import Unprocessable, UnsupportedMedia
from contracts.registry.imports import ImportKind
from services.registry.imports.grid import Broken, Value
from services.registry.imports.table import Note, Record, Table

_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "services.registry.imports.child"
MOST_WALL_SECONDS = 30.0


class UnsupportedFile(UnsupportedMedia):
    """The file is neither xlsx nor csv."""


class UnreadableRegister(Unprocessable):
    """The file is a spreadsheet, and no register can be read from it."""


async def read_file(content: bytes, kind: ImportKind) -> Table:
    """The table in an xlsx or csv. Refuses with UnsupportedFile (415) or UnreadableRegister (422)."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", _MODULE, kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    try:
        written, _ = await asyncio.wait_for(child.communicate(content), MOST_WALL_SECONDS)
    except TimeoutError as error:
        raise UnreadableRegister(f"the file took more than {MOST_WALL_SECONDS:.0f} s to read") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise UnreadableRegister(
            "the file could not be read within the memory and time that a register needs"
        )
    return table_of(json.loads(written))


def table_of(answer: dict[str, Any]) -> Table:
    """What the reading process answered, as a table or as a refusal."""
    if "not_a_spreadsheet" in answer:
        raise UnsupportedFile(answer["not_a_spreadsheet"])
    if "not_a_register" in answer:
        raise UnreadableRegister(answer["not_a_register"])
    table = answer["table"]
    return Table(
        sheet=table["sheet"],
        records=[Record(row["row"], _values(row["values"])) for row in table["records"]],
        titles=table["titles"],
        remarks=table["remarks"],
        notes=[Note(**note) for note in table["notes"]],
    )


def _values(values: dict[str, Any]) -> dict[str, Value]:
    return {
        name: Broken(value["message"]) if isinstance(value, dict) else value for name, value in values.items()
    }
