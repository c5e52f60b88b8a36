"""The parts of an office file and how they name each other: a workbook, a document, and their properties."""

import posixpath
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from zipfile import BadZipFile

from chassis.office.archive import Archive
from chassis.office.faults import Unreadable, WrongKind
from chassis.office.markup import walk

Markup = Literal["spreadsheetml", "wordprocessingml"]
_SAID: dict[Markup, tuple[str, str]] = {
    "spreadsheetml": ("workbook", "xlsx"),
    "wordprocessingml": ("document", "docx"),
}
DAMAGE = (BadZipFile, zlib.error, EOFError, NotImplementedError, LookupError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Relation:
    type: str
    target: str


@dataclass(frozen=True)
class Package:
    """An office file whose main part is a workbook or a document."""

    archive: Archive
    main: str

    def relations(self, part: str = "") -> dict[str, Relation]:
        """What a part names, by the id under which it does; without a name, what the file as a whole does."""
        return _relations(self.archive, part)

    def named(self, part: str, kind: str) -> Iterator[str]:
        """The parts that are there of those that `part` names as this kind."""
        for relation in self.relations(part).values():
            if relation.type.endswith(f"/{kind}") and relation.target in self.archive:
                yield relation.target

    def read_properties(self) -> dict[str, str]:
        """What was written into the file's own (custom) properties, by name."""
        properties = _Properties()
        for part in self.named("", "custom-properties"):
            walk(self.archive.open(part), properties.started, properties.ended, properties.told)
        return properties.found


@contextmanager
def telling_damage(markup: Markup) -> Iterator[None]:
    """Whatever a damaged file does to those who read it is one fault: Unreadable."""
    name, extension = _SAID[markup]
    try:
        yield
    except DAMAGE as error:
        raise Unreadable(
            f"the {name} is damaged or encrypted ({error}); expected a plain {extension}"
        ) from error


def open_package(content: bytes, markup: Markup) -> Package:
    """The file as what it is said to be, or WrongKind."""
    name, extension = _SAID[markup]
    archive = Archive(content, extension)
    kinds = _content_types(archive, extension)
    for relation in _relations(archive, "").values():
        if relation.type.endswith("/officeDocument"):
            kind = kinds.get("/" + relation.target, "")
            if "macroEnabled" in kind:
                raise WrongKind(f"the {name} carries macros; save it as {extension} and send that")
            if markup in kind and relation.target in archive:
                return Package(archive, relation.target)
    raise WrongKind(f"the zip holds no {name}; expected {extension}")


def _content_types(archive: Archive, extension: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if "[Content_Types].xml" not in archive:
        raise WrongKind(f"the zip is no office document; expected {extension}")

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


class _Properties:
    """Collects properties as their part streams by."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name: str | None = None

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "property":
            self._name = attributes.get("name", "")
            self.found[self._name] = ""

    def ended(self, tag: str) -> None:
        if tag == "property":
            self._name = None

    def told(self, text: str) -> None:
        if self._name is not None:
            self.found[self._name] += text.strip()
