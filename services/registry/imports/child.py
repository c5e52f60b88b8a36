"""The process that reads one file: limits itself, reads the question from its input, writes the answer in lines."""

import base64
import json
import sys
from collections.abc import Iterator

from chassis.limits import MOST_MEMORY, limit_self
from chassis.office.faults import Unreadable, WrongKind
from chassis.office.grid import Grid
from chassis.office.workbook import read_workbook
from services.registry.imports.delimited import read_delimited
from services.registry.imports.examination import examine
from services.registry.imports.headings import BY_KIND
from services.registry.imports.question import Question, read_question
from services.registry.imports.table import Table, find_table

MOST_SECONDS = 20
MOST_SECONDS_IN_ALL = 60
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
Line = tuple[str, str]


def parse(content: bytes, kind: str) -> Table:
    """The register in the file, by what the file is, not by what it is called."""
    return parse_with_grid(content, kind)[0]


def parse_with_grid(content: bytes, kind: str) -> tuple[Table, Grid]:
    """The register, and the sheet that it stands in."""
    if not content.strip():
        raise Unreadable("the file is empty; expected xlsx or csv with a row of headings")
    return find_table(_grids(content, kind), BY_KIND[kind])


def _grids(content: bytes, kind: str) -> list[Grid]:
    if content.startswith(_COMPOUND_FILE):
        raise WrongKind("the file is an old xls or is encrypted; save it as a plain xlsx and send that")
    if content.startswith(b"%PDF"):
        raise WrongKind("the file is a PDF; expected xlsx or csv")
    if content.startswith(b"PK"):
        return read_workbook(content)
    return read_delimited(content, BY_KIND[kind])


def answer(written: bytes) -> Iterator[Line]:
    """Lines of one word and its JSON; the last may say why there is no answer."""
    try:
        question = read_question(written)
        table, grid = parse_with_grid(question.file, question.kind)
        # What the file could grow into is behind us; what is left is our own work on so many rows.
        limit_self(MOST_SECONDS_IN_ALL, MOST_SECONDS_IN_ALL)
        yield from _tell(question, table, grid)
    except WrongKind as fault:
        yield "not_a_spreadsheet", json.dumps(str(fault))
    except Unreadable as fault:
        yield "not_a_register", json.dumps(str(fault))
    except MemoryError:
        said = f"the file needs more than {MOST_MEMORY // 2**20} MiB to read: no register does"
        yield "not_a_register", json.dumps(said)


def _tell(question: Question, table: Table, grid: Grid) -> Iterator[Line]:
    count = len(table.records)
    if question.most_rows is not None and count > question.most_rows:
        yield "register", json.dumps({"row_count": count, "is_long": True})
        return
    for step in examine(question, table):
        if isinstance(step, float):
            yield "progress", str(step)
            continue
        yield "register", json.dumps(step.as_register())
        if question.want == "workbook":
            yield "workbook", base64.b64encode(step.write_workbook(grid, table)).decode()
            return
        yield "findings", step.findings.model_dump_json()
        if question.want == "changes":
            yield from (("change", json.dumps(change)) for change in step.changes)


def main() -> None:
    limit_self(MOST_SECONDS, MOST_SECONDS_IN_ALL)
    for word, rest in answer(sys.stdin.buffer.read()):
        sys.stdout.write(f"{word} {rest}\n")
        if word == "progress":
            sys.stdout.flush()


if __name__ == "__main__":
    main()
