"""Opens an xlsx: which sheets are visible, the grid of each, and what lies on it beside its cells."""

from collections.abc import Iterator

from chassis.office.grid import Beside, Grid, Tables
from chassis.office.markup import walk
from chassis.office.package import Package, open_package, telling_damage
from chassis.office.worksheet import SharedStrings, Worksheet, place


def read_workbook(content: bytes) -> list[Grid]:
    """The visible sheets, in order. A formula counts by its stored value, and one without is broken."""
    with telling_damage("spreadsheetml"):
        package = open_package(content, "spreadsheetml")
        return [grid for _, grid in _read_sheets(package)]


def read_whole_workbook(content: bytes) -> Tables:
    """The same, and the file's properties; beside the cells `picture` (at its upper left corner) and `remark`."""
    with telling_damage("spreadsheetml"):
        package = open_package(content, "spreadsheetml")
        tables = Tables([], package.read_properties())
        for part, grid in _read_sheets(package):
            grid.beside = [*_read_drawings(package, part), *_read_remarks(package, part)]
            tables.grids.append(grid)
        return tables


def _read_sheets(package: Package) -> Iterator[tuple[str, Grid]]:
    relations = package.relations(package.main)
    strings = _strings(package)
    for name, relation_id in _visible(package):
        relation = relations.get(relation_id)
        if relation is not None and relation.type.endswith("/worksheet"):
            sheet = Worksheet(Grid(name), strings)
            walk(package.archive.open(relation.target), sheet.started, sheet.ended, sheet.told)
            yield relation.target, sheet.grid


def _read_drawings(package: Package, sheet: str) -> list[Beside]:
    anchors = _Anchors()
    for part in package.named(sheet, "drawing"):
        walk(package.archive.open(part), anchors.started, anchors.ended, anchors.told)
    return anchors.found


def _read_remarks(package: Package, sheet: str) -> list[Beside]:
    found: list[Beside] = []

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag in ("comment", "threadedComment"):
            column, row = place(attributes.get("ref", ""))
            found.append(Beside(row, column, "remark"))

    for kind in ("comments", "threadedComment"):
        for part in package.named(sheet, kind):
            walk(package.archive.open(part), started)
    return found


class _Anchors:
    """Collects where the drawings of a sheet begin; one that is nowhere in the grid lies at its first cell."""

    def __init__(self) -> None:
        self.found: list[Beside] = []
        self._row = self._column = 1
        self._from = False
        self._listens = ""

    def started(self, tag: str, _: dict[str, str]) -> None:
        if tag.endswith("Anchor"):
            self._row = self._column = 1
        elif tag == "from":
            self._from = True
        self._listens = tag if self._from and tag in ("row", "col") else ""

    def ended(self, tag: str) -> None:
        self._listens = ""
        if tag == "from":
            self._from = False
        elif tag.endswith("Anchor"):
            self.found.append(Beside(self._row, self._column, "picture"))

    def told(self, text: str) -> None:
        if self._listens == "row":
            self._row = int(text) + 1
        elif self._listens == "col":
            self._column = int(text) + 1


def _visible(package: Package) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            found.append((attributes.get("name", ""), attributes.get("id", "")))

    walk(package.archive.open(package.main), started)
    return found


def _strings(package: Package) -> list[str]:
    strings = SharedStrings()
    for part in package.named(package.main, "sharedStrings"):
        walk(package.archive.open(part), strings.started, strings.ended, strings.told)
    return strings.texts
