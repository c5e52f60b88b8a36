"""Opens an xlsx: which sheets are visible, the grid of each, and what lies on it beside its cells."""

from dataclasses import dataclass, field

from chassis.office.grid import Grid
from chassis.office.markup import walk
from chassis.office.package import Package, Relation, open_package, telling_damage
from chassis.office.worksheet import SharedStrings, Worksheet, place

Place = tuple[int, int]
"""Row and column, both from 1."""


@dataclass
class Workbook:
    """A workbook's visible sheets in order; of each that was asked about, what lies on it, and where."""

    grids: list[Grid]
    pictures: list[list[Place]] = field(default_factory=list)
    remarks: list[list[Place]] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)


def read_workbook(content: bytes) -> list[Grid]:
    """The visible sheets, in order. A formula counts by its stored value, and one without is broken."""
    with telling_damage("spreadsheetml"):
        return _read_sheets(open_package(content, "spreadsheetml")).grids


def read_whole_workbook(content: bytes) -> Workbook:
    """The same, with the pictures and drawings (where they begin), the remarks, and the file's own properties."""
    with telling_damage("spreadsheetml"):
        package = open_package(content, "spreadsheetml")
        book = _read_sheets(package, whole=True)
        book.properties = package.read_properties()
        return book


def _read_sheets(package: Package, whole: bool = False) -> Workbook:
    relations = package.relations(package.main)
    strings = _strings(package)
    book = Workbook([])
    for name, relation_id in _visible(package):
        relation = relations.get(relation_id)
        if relation is None or not relation.type.endswith("/worksheet"):
            continue
        sheet = Worksheet(Grid(name), strings)
        walk(package.archive.open(relation.target), sheet.started, sheet.ended, sheet.told)
        book.grids.append(sheet.grid)
        if whole:
            _read_beside(package, relation, book)
    return book


def _read_beside(package: Package, sheet: Relation, book: Workbook) -> None:
    """Drawings by their first anchor cell, remarks by the cell that they are about."""
    anchors = _Anchors()
    for part in package.named(sheet.target, "drawing"):
        walk(package.archive.open(part), anchors.started, anchors.ended, anchors.told)
    remarks: list[Place] = []

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag in ("comment", "threadedComment"):
            column, row = place(attributes.get("ref", ""))
            remarks.append((row, column))

    for kind in ("comments", "threadedComment"):
        for part in package.named(sheet.target, kind):
            walk(package.archive.open(part), started)
    book.pictures.append(anchors.places)
    book.remarks.append(remarks)


class _Anchors:
    """Collects where the drawings of a sheet begin; one that is nowhere in the grid lies at its first cell."""

    def __init__(self) -> None:
        self.places: list[Place] = []
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
            self.places.append((self._row, self._column))

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
