"""The process that parses one file: limits itself, reads the file from its input, writes the table as JSON."""

import contextlib
import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from services.registry.imports.delimited import read_delimited
from services.registry.imports.faults import NotARegister, NotASpreadsheet
from services.registry.imports.grid import Grid
from services.registry.imports.headings import BY_KIND
from services.registry.imports.table import Table, read_table
from services.registry.imports.workbook import read_workbook

MOST_MEMORY = 512 * 1024 * 1024
MOST_SECONDS = 20
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"


def parse(content: bytes, kind: str) -> Table:
    """The register in the file, by what the file is, not by what it is called."""
    if not content.strip():
        raise NotARegister("the file is empty; expected xlsx or csv with a row of headings")
    return read_table(_grids(content), BY_KIND[kind])


def _grids(content: bytes) -> list[Grid]:
    if content.startswith(_COMPOUND_FILE):
        raise NotASpreadsheet("the file is an old xls or is encrypted; save it as a plain xlsx and send that")
    if content.startswith(b"%PDF"):
        raise NotASpreadsheet("the file is a PDF; expected xlsx or csv")
    return read_workbook(content) if content.startswith(b"PK") else read_delimited(content)


def limit_self() -> None:
    """Past these the process ends, and with it whatever the file wanted to grow into."""
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        # A platform that knows no such limit still has the limits on bytes, cells and wall time.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def answer(content: bytes, kind: str) -> dict[str, Any]:
    try:
        return {"table": asdict(parse(content, kind))}
    except NotASpreadsheet as fault:
        return {"not_a_spreadsheet": str(fault)}
    except NotARegister as fault:
        return {"not_a_register": str(fault)}
    except MemoryError:
        return {
            "not_a_register": f"the file needs more than {MOST_MEMORY // 2**20} MiB to read: no register does"
        }


def main() -> None:
    limit_self()
    json.dump(answer(sys.stdin.buffer.read(), sys.argv[1]), sys.stdout)


if __name__ == "__main__":
    main()
