"""The process that reads one form: limits itself, and answers with what was filled in or why nothing can be read."""

import json
import sys
from dataclasses import asdict
from typing import Any

from chassis.limits import MOST_MEMORY, limit_self
from chassis.office.document import read_document
from chassis.office.faults import Unreadable, WrongKind
from chassis.office.grid import Grid, address
from chassis.office.workbook import read_whole_workbook
from services.submissions.forms.filled import Filled
from services.submissions.forms.finding import NotAForm, find_filled

MOST_SECONDS = 20


def read_form(extension: str, content: bytes) -> Filled:
    """What stands in a filled-in form."""
    if extension == "xlsx":
        return find_filled(read_whole_workbook(content), _by_letter, cells_can_be_full=True)
    return find_filled(read_document(content), _by_place, cells_can_be_full=False)


def answer(extension: str, content: bytes) -> dict[str, Any]:
    """What was found, or the kind of refusal and its words."""
    try:
        return {"filled": asdict(read_form(extension, content))}
    except WrongKind as fault:
        return {"refused": "wrong_kind", "detail": str(fault)}
    except NotAForm as fault:
        return {"refused": "not_a_form", "detail": str(fault)}
    except Unreadable as fault:
        return {"refused": "unreadable", "detail": str(fault)}
    except MemoryError:
        said = f"the file needs more than {MOST_MEMORY // 2**20} MiB to read: no form does"
        return {"refused": "unreadable", "detail": said}


def _by_letter(_: Grid, row: int, column: int) -> str:
    return address(row, column) or ""


def _by_place(grid: Grid, row: int, column: int) -> str:
    return f"table {grid.name} row {row} column {column}"


def main() -> None:
    """One question in, one line out."""
    limit_self(MOST_SECONDS, MOST_SECONDS)
    extension, _, content = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.write(f"{json.dumps(answer(extension.decode(), content))}\n")


if __name__ == "__main__":
    main()
