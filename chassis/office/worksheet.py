"""Collects one sheet's cells and merged ranges, and the strings that sheets share, as they stream by."""

import re
from math import isfinite

from chassis.office.faults import Unreadable
from chassis.office.grid import LAST_COLUMN, Broken, Grid, Range, Value, is_blank
from chassis.office.markup import unescape

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
LAST_ROW = 1_048_576
MOST_CELLS = 500_000
MOST_RANGES = 100_000


class SharedStrings:
    """The workbook's table of texts. Phonetic readings beside a text are no part of it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._listens = self._phonetic = False

    def started(self, tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            self._pieces = []
        self._phonetic = self._phonetic or tag == "rPh"
        self._listens = tag == "t" and not self._phonetic

    def ended(self, tag: str) -> None:
        self._listens = False
        if tag == "rPh":
            self._phonetic = False
        if tag == "si":
            self.texts.append(unescape("".join(self._pieces)))

    def told(self, text: str) -> None:
        if self._listens:
            self._pieces.append(text)


class Worksheet:
    """One sheet on its way into a grid."""

    def __init__(self, grid: Grid, strings: list[str]) -> None:
        self.grid = grid
        self._strings = strings
        self._row = self._column = self._count = 0
        self._type = ""
        self._value: list[str] = []
        self._listens = self._phonetic = self._formula = self._stored = False

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "row":
            self._row = _row(attributes.get("r", self._row + 1))
            self._column = 0
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._listens = self._stored = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t":
            self._listens = not self._phonetic
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def ended(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._listens = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "c":
            self._end_cell()

    def told(self, text: str) -> None:
        if self._listens:
            self._value.append(text)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            self._column, self._row = place(attributes["r"])
        self._type = attributes.get("t", "n")
        self._value = []
        self._formula = self._stored = False

    def _end_cell(self) -> None:
        value = self._read("".join(self._value))
        if self._formula:
            self.grid.formulas.add((self._row, self._column))
        if not is_blank(value) and self._column <= LAST_COLUMN:
            self._count += 1
            if self._count > MOST_CELLS:
                raise Unreadable(f"the sheet has more than {MOST_CELLS:,} filled cells; divide it")
            self.grid.put(self._row, self._column, value)

    def _read(self, text: str) -> Value:
        if self._formula and not text and not (self._type == "str" and self._stored):
            return Broken("holds a formula with no stored value; open the file, save it, and send it again")
        if self._type == "s":
            return self._strings[int(text)] if text else ""
        if self._type == "e":
            return Broken(f"holds the error {text}; expected a value", text)
        if self._type == "b":
            return "TRUE" if text == "1" else "FALSE"
        return _number(text) if self._type == "n" and text else unescape(text)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (left, top), (right, bottom) = place(first), place(last or first)
        self.grid.ranges.append(Range(top, left, bottom, right))
        if len(self.grid.ranges) > MOST_RANGES:
            raise Unreadable(f"the sheet has more than {MOST_RANGES:,} merged ranges; divide it")


def place(reference: str) -> tuple[int, int]:
    """Column and row of a cell reference such as `AB12`."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(f"{reference!r} is no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, _row(found[2])


def _row(number: str | int) -> int:
    """A row that a spreadsheet can have."""
    if not 1 <= int(number) <= LAST_ROW:
        raise ValueError(f"{number} is no row")
    return int(number)


def _number(text: str) -> int | float | str:
    number = float(text)
    if not isfinite(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
