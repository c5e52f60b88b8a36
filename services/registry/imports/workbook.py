"""Opens an xlsx: which sheets are visible, and the grid of each."""

import posixpath
import zlib
from dataclasses import dataclass
from zipfile import BadZipFile

from services.registry.imports.archive import Archive
from services.registry.imports.faults import NotARegister, NotASpreadsheet
from services.registry.imports.grid import Grid
from services.registry.imports.markup import walk
from services.registry.imports.worksheet import SharedStrings, Worksheet

DAMAGE = (BadZipFile, zlib.error, EOFError, NotImplementedError, LookupError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Relation:
    type: str
    target: str


def read_workbook(content: bytes) -> list[Grid]:
    """The visible sheets, in order. A formula counts by its stored value, and one without is broken."""
    archive = Archive(content)
    try:
        return _read_sheets(archive)
    except DAMAGE as error:
        raise NotARegister(
            f"the workbook is damaged or encrypted ({error}); expected a plain xlsx"
        ) from error


def _read_sheets(archive: Archive) -> list[Grid]:
    book = _book_path(archive)
    relations = _relations(archive, book)
    strings = _strings(archive, relations)
    grids = []
    for name, relation_id in _visible(archive, book):
        relation = relations.get(relation_id)
        if relation is not None and relation.type.endswith("/worksheet"):
            sheet = Worksheet(Grid(name), strings)
            walk(archive.open(relation.target), sheet.started, sheet.ended, sheet.told)
            grids.append(sheet.grid)
    return grids


def _book_path(archive: Archive) -> str:
    kinds = _content_types(archive)
    for relation in _relations(archive, "").values():
        if relation.type.endswith("/officeDocument"):
            kind = kinds.get("/" + relation.target, "")
            if "macroEnabled" in kind:
                raise NotASpreadsheet("the workbook carries macros (xlsm); save it as xlsx and send that")
            if "spreadsheetml" in kind and relation.target in archive:
                return relation.target
    raise NotASpreadsheet("the zip holds no workbook; expected xlsx or csv")


def _content_types(archive: Archive) -> dict[str, str]:
    found: dict[str, str] = {}
    if "[Content_Types].xml" not in archive:
        raise NotASpreadsheet("the zip is no office document; expected xlsx or csv")

    def started(name: str, attributes: dict[str, str]) -> None:
        if name == "Override":
            found[attributes.get("PartName", "")] = attributes.get("ContentType", "")

    walk(archive.open("[Content_Types].xml"), started)
    return found


def _relations(archive: Archive, part: str) -> dict[str, Relation]:
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, Relation] = {}

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            found[attributes.get("Id", "")] = Relation(attributes.get("Type", ""), target.lstrip("/"))

    if path in archive:
        walk(archive.open(path), started)
    return found


def _visible(archive: Archive, book: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            found.append((attributes.get("name", ""), attributes.get("id", "")))

    walk(archive.open(book), started)
    return found


def _strings(archive: Archive, relations: dict[str, Relation]) -> list[str]:
    strings = SharedStrings()
    for relation in relations.values():
        if relation.type.endswith("/sharedStrings") and relation.target in archive:
            walk(archive.open(relation.target), strings.started, strings.ended, strings.told)
    return strings.texts
