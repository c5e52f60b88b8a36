"""Reads the organizations out of a table: rows that can be kept, and what is wrong at which cell."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.office.grid import Broken, Value, address, is_blank
from contracts.registry.imports import ImportWarning, RowError
from contracts.registry.organizations import Kind
from contracts.shapes import keep_line
from services.registry.imports.headings import ORGANIZATIONS
from services.registry.imports.hosts import split_outside
from services.registry.imports.kinds import BY_WORD, WORDS
from services.registry.imports.register import BadCell
from services.registry.imports.table import Record, Table

STANDARD = {heading.field: heading.standard for heading in ORGANIZATIONS}
_PARTING = frozenset("、；;，,/／")
_LONGEST, _MOST_ALIASES, _LAST_PLACE = 300, 50, 1_000_000


@dataclass(frozen=True)
class UnitRow:
    """An organization as the sheet has it. What is None or empty is blank there, and stays as it is."""

    row: int
    name: str
    short_name: str | None = None
    kind: Kind | None = None
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    sort_order: int | None = None


@dataclass
class UnitRegister:
    """`rows` are all rows that have a name, those with an error elsewhere too."""

    row_count: int
    columns: dict[str, int]
    rows: list[UnitRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[ImportWarning] = field(default_factory=list)

    def err(self, row: int, name: str, message: str) -> None:
        """Say what is wrong at one cell."""
        cell = address(row, self.columns.get(name))
        self.errors.append(RowError(row=row, column=STANDARD[name], cell=cell, message=message))


def read_units(table: Table) -> UnitRegister:
    """All rows of the table; each is read whole, so that one look shows all that is wrong."""
    register = UnitRegister(len(table.records), table.columns)
    register.warnings = [ImportWarning(code=n.code, rows=n.rows, message=n.message) for n in table.notes]
    for record in table.records:
        row = _read_row(record, register)
        if row is not None:
            register.rows.append(row)
    return register


def split_aliases(text: str) -> tuple[str, ...]:
    """The aliases in a cell: one a line where it has line ends, else parted by 、 ； , / outside brackets."""
    in_lines = "\n" in text
    pieces = text.split("\n") if in_lines else map(str.strip, split_outside(text, _PARTING))
    return tuple(dict.fromkeys(piece for piece in pieces if not is_blank(piece)))


def join_aliases(aliases: list[str]) -> str:
    """A cell that split_aliases parts into these again, whatever stands in them."""
    joined = "；".join(aliases)
    return joined if split_aliases(joined) == tuple(aliases) else "".join(f"{alias}\n" for alias in aliases)


def _read_row(record: Record, register: UnitRegister) -> UnitRow | None:
    def read(name: str, reader: Callable[[Value], object]) -> object:
        value = record.values.get(name)
        try:
            if isinstance(value, Broken):
                raise BadCell(value.message)
            return None if value is None or is_blank(value) else reader(value)
        except BadCell as fault:
            register.err(record.row, name, str(fault))
            return None

    short_name, kind, parent = read("short_name", _line), read("kind", _kind), read("parent", _line)
    aliases, sort_order = read("aliases", _aliases), read("sort_order", _place)
    name = read("name", _line)
    if not isinstance(name, str):
        if not any(error.row == record.row and error.column == STANDARD["name"] for error in register.errors):
            register.err(record.row, "name", "is blank; expected the organization's name")
        return None
    return UnitRow(
        row=record.row,
        name=name,
        short_name=short_name if isinstance(short_name, str) else None,
        kind=kind,  # type: ignore[arg-type]
        parent=parent if isinstance(parent, str) else None,
        aliases=aliases if isinstance(aliases, tuple) else (),
        sort_order=sort_order if isinstance(sort_order, int) else None,
    )


def _line(value: Value) -> str:
    if not isinstance(value, str):
        raise BadCell(f"holds the number {value} (a date counts as one); expected text")
    return _keep("".join(line.strip() for line in value.splitlines()) if "\n" in value else value)


def _keep(text: str) -> str:
    if len(text) > _LONGEST:
        raise BadCell(f"holds {len(text):,} characters; expected at most {_LONGEST}")
    try:
        return keep_line(text)
    except ValueError as fault:
        raise BadCell(f"{text[:40]!r} {fault}") from fault


def _kind(value: Value) -> Kind:
    written = "".join(unicodedata.normalize("NFKC", str(value)).split()).casefold()
    if (found := BY_WORD.get(written)) is None:
        known = "、".join(f"{words[0]} ({kind})" for kind, words in WORDS.items())
        raise BadCell(f"holds {str(value)[:40]!r}; expected one of {known}")
    return found


def _aliases(value: Value) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise BadCell(f"holds the number {value}; expected names parted by 、 or ；")
    kept = tuple(_keep(piece) for piece in split_aliases(value))
    if len(kept) > _MOST_ALIASES:
        raise BadCell(f"holds {len(kept)} names; expected at most {_MOST_ALIASES}")
    return kept


def _place(value: Value) -> int:
    written = unicodedata.normalize("NFKC", str(value)).strip()
    if not (written.isascii() and written.isdigit() and len(written) <= 7 and int(written) <= _LAST_PLACE):
        raise BadCell(f"holds {str(value)[:40]!r}; expected a whole number from 0 to {_LAST_PLACE}")
    return int(written)
