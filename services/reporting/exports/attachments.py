"""All attachments as one zip: a folder a unit in the office's order, and a list of what is in it and what is not.

The files are read by their hash where submissions keeps them; nothing is asked of submissions itself.
"""

import asyncio
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from chassis.files.names import make_safe
from contracts.attachments import Attachment
from services.reporting.counters.model import PRESENT
from services.reporting.exports import sources
from services.reporting.exports.order import Order
from services.reporting.exports.text import clean, guarded
from services.reporting.exports.tree import places_of

LIST = "清单.csv"
HEADINGS = ("单位", "报送事项", "回执号", "路径", "文件名", "字节数", "SHA-256", "情况")
KEPT, MISSING, DAMAGED, UNKNOWN = "已收入", "缺失", "与报送时不一致", "尚未收到文件信息"
LEFT_OUT = {"scanning": "正在查毒，未收入", "refused": "查毒未通过，未收入", "removed": "已删除，未收入"}
"""A file that submissions itself would not give out is not given out here; without a scanner all are `unscanned`."""
MOST_LETTERS = 80
_NO_DAY = (1980, 1, 1, 0, 0, 0)


class Damaged(Exception):
    """The bytes changed between two readings of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A file that a submission names, and where it goes in the zip."""

    unit: str
    deliverable: str
    receipt_number: str
    path: str
    file: Attachment | None


async def make(order: Order, out: IO[bytes]) -> None:
    """Files are copied in chunks; each is proved by its hash before its first byte goes in."""
    lines = await _read_lines(order)
    order.progress.row_total = len(lines)
    states = []
    with ZipFile(out, "w", ZIP_STORED, allowZip64=True) as archive:
        for line in lines:
            states.append(await _put(order, archive, line))
            order.progress.rows += 1
        archive.writestr(_entry(LIST), _write_list(lines, states), ZIP_DEFLATED)


async def _read_lines(order: Order) -> list[Line]:
    async with order.database.snapshot() as connection:
        rows = await sources.read_attached(connection, order.campaign_id)
        units = await sources.read_units(connection, PRESENT)
        deliverables = await sources.read_deliverables(connection, order.campaign_id, PRESENT)
    names = {unit.id: unit.name for unit in units}
    titles = {each.id: each.title for each in deliverables}
    return list(_place(rows, places_of(units), names, titles))


def _place(
    rows: list[Any], places: Mapping[UUID, int], names: Mapping[UUID, str], titles: Mapping[UUID, str]
) -> Iterator[Line]:
    last = len(places) + 1
    width = max(3, len(str(last)))
    taken: set[str] = set()
    ordered = sorted(rows, key=lambda row: places.get(row["organization_id"], last))
    for row in ordered:
        unit = names.get(row["organization_id"]) or str(row["organization_id"])
        folder = f"{places.get(row['organization_id'], last):0{width}}-{make_safe(_short(unit))}"
        file = None if row["file"] is None else Attachment.model_validate(row["file"])
        name = str(row["attachment_id"]) if file is None else make_safe(_short(clean(file.filename)))
        yield Line(
            unit=unit,
            deliverable=titles.get(row["deliverable_id"], ""),
            receipt_number=row["receipt_number"],
            path=_free(folder, name, taken),
            file=file,
        )


def _free(folder: str, name: str, taken: set[str]) -> str:
    """A path that no other file has, on a file system that does not tell capitals apart."""
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    path, nth = f"{folder}/{name}", 1
    while path.casefold() in taken:
        nth += 1
        path = f"{folder}/{stem}({nth}){dot}{extension}"
    taken.add(path.casefold())
    return path


def _short(name: str) -> str:
    """Paths of more than 260 letters cannot be unpacked on Windows."""
    if len(name) <= MOST_LETTERS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > 16:
        return name[:MOST_LETTERS]
    return f"{stem[: MOST_LETTERS - len(extension) - 1]}{dot}{extension}"


async def _put(order: Order, archive: ZipFile, line: Line) -> str:
    """What became of it, in the words of the list."""
    if line.file is None:
        return UNKNOWN
    if line.file.state in LEFT_OUT:
        return LEFT_OUT[line.file.state]
    location = await order.storage.find(f"{line.file.sha256[:2]}/{line.file.sha256}-")
    if location is None:
        return MISSING
    try:
        if await _hash(order, location) != line.file.sha256:
            return DAMAGED
        await _copy(order, archive, line, location)
    except FileNotFoundError:
        return MISSING
    return KEPT


async def _hash(order: Order, location: str) -> str:
    digest = hashlib.sha256()
    async for chunk in order.storage.read(location):
        await asyncio.to_thread(digest.update, chunk)
    return digest.hexdigest()


async def _copy(order: Order, archive: ZipFile, line: Line, location: str) -> None:
    assert line.file is not None
    digest = hashlib.sha256()
    chunks = order.storage.read(location)
    first = await anext(chunks)
    with archive.open(_entry(line.path), "w", force_zip64=True) as entry:
        await asyncio.to_thread(_write, entry, digest, first)
        async for chunk in chunks:
            await asyncio.to_thread(_write, entry, digest, chunk)
    if digest.hexdigest() != line.file.sha256:
        raise Damaged(f"{line.path} changed while it was copied")


def _write(entry: IO[bytes], digest: Any, chunk: bytes) -> None:
    digest.update(chunk)
    entry.write(chunk)


def _entry(path: str) -> ZipInfo:
    entry = ZipInfo(path, _NO_DAY)
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry


def _write_list(lines: list[Line], states: list[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for line, state in zip(lines, states, strict=True):
        file = line.file
        known = ("", "", "") if file is None else (guarded(clean(file.filename)), file.size, file.sha256)
        path = line.path if state == KEPT else ""
        writer.writerow(
            [guarded(line.unit), guarded(line.deliverable), line.receipt_number, path, *known, state]
        )
    return text.getvalue().encode("utf-8-sig")
