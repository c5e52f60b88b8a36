"""Reads the activities out of a table: rows that can be kept, and what is wrong at which cell."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.office.grid import Broken, Value, address, is_blank
from contracts.registry.imports import ImportWarning, RowError
from contracts.shapes import keep_line, keep_prose
from services.registry.imports.headings import ACTIVITIES
from services.registry.imports.table import Record, Table

STANDARD = {heading.field: heading.standard for heading in ACTIVITIES}
_LONGEST = {"category": 300, "name": 300, "hosts": 5_000}
_LAST_SERIAL = 100_000
_SERIAL = re.compile(r"[(第]?0*(\d{1,7})[)号]?[.、]?")


class BadCell(ValueError):
    """What is wrong at one cell, and what was expected."""


@dataclass(frozen=True)
class Row:
    """An activity as the sheet has it. `category` is None where it is blank and in no merged range."""

    row: int
    serial_number: int | None
    category: str | None
    name: str
    hosts_text: str


@dataclass
class Register:
    """`rows` are those without an error, `keyed` are all. `titles` and `remarks` are the lines around the table."""

    row_count: int
    rows: list[Row] = field(default_factory=list)
    keyed: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[ImportWarning] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    sheet: str = ""
    columns: dict[str, int] = field(default_factory=dict)

    def cell(self, row: int, name: str) -> str | None:
        """The address of a row's cell."""
        return address(row, self.columns.get(name))


def read_register(table: Table) -> Register:
    """All rows of the table, each kept or in error; the counts add up."""
    register = Register(
        len(table.records),
        titles=table.titles,
        remarks=table.remarks,
        sheet=table.sheet,
        columns=table.columns,
    )
    register.warnings = [ImportWarning(code=n.code, rows=n.rows, message=n.message) for n in table.notes]
    serials: dict[int, int] = {}
    twice: set[int] = set()
    for record in table.records:
        row = _read_row(record, register)
        serial = row.serial_number
        if serial is not None and serial in serials:
            twice |= {serials[serial], record.row}
            message = (
                f"the serial number {serial} stands in rows {serials[serial]} and {record.row}; expected once"
            )
            _err(register, record.row, "serial_number", message)
        elif serial is not None:
            serials[serial] = record.row
        register.rows.append(row)
    register.keyed = register.rows
    wrong = twice | {error.row for error in register.errors}
    register.rows = [row for row in register.rows if row.row not in wrong]
    return register


def _read_row(record: Record, register: Register) -> Row:
    def read(name: str, reader: Callable[[str, Value | None], str | int | None]) -> str | int | None:
        try:
            return reader(name, record.values.get(name))
        except BadCell as fault:
            _err(register, record.row, name, str(fault))
            return None

    serial, category = read("serial_number", _serial), read("category", _optional_line)
    name, hosts = read("name", _line), read("hosts", _text)
    if "\n" in str(record.values.get("name", "")).strip():
        message = f"row {record.row}: the name stands on several lines and is kept as one"
        register.warnings.append(ImportWarning(code="lines_joined", rows=[record.row], message=message))
    return Row(
        row=record.row,
        serial_number=serial if isinstance(serial, int) else None,
        category=category if isinstance(category, str) else None,
        name=str(name),
        hosts_text=str(hosts),
    )


def _serial(_: str, value: Value | None) -> int | None:
    if value is None or is_blank(value):
        return None
    if isinstance(value, Broken):
        raise BadCell(value.message)
    found = _SERIAL.fullmatch("".join(unicodedata.normalize("NFKC", str(value)).split()))
    if found is None or not 1 <= int(found[1]) <= _LAST_SERIAL:
        raise BadCell(f"holds {str(value)[:40]!r}; expected a whole number from 1 to {_LAST_SERIAL}")
    return int(found[1])


def _text(name: str, value: Value | None) -> str:
    if isinstance(value, Broken):
        raise BadCell(value.message)
    if value is None or is_blank(value):
        raise BadCell("is blank; expected text")
    if not isinstance(value, str):
        raise BadCell(f"holds the number {value} (a date counts as one); expected text")
    if len(value) > _LONGEST[name]:
        raise BadCell(f"holds {len(value):,} characters; expected at most {_LONGEST[name]:,}")
    try:
        return keep_prose(value)
    except ValueError as fault:
        raise BadCell(str(fault)) from fault


def _line(name: str, value: Value | None) -> str:
    text = _text(name, value)
    try:
        return keep_line("".join(line.strip() for line in text.splitlines()))
    except ValueError as fault:
        raise BadCell(str(fault)) from fault


def _optional_line(name: str, value: Value | None) -> str | None:
    return None if is_blank(value) else _line(name, value)


def _err(register: Register, row: int, name: str, message: str) -> None:
    cell = register.cell(row, name)
    register.errors.append(RowError(row=row, column=STANDARD[name], cell=cell, message=message))
