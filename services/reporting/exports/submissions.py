"""Submissions as a table: the newest version of each with its texts, as csv or xlsx, streamed row by row."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from services.reporting.exports import sources
from services.reporting.exports.order import Order
from services.reporting.exports.spreadsheet import StreamedSheet, Style
from services.reporting.exports.text import clean, guarded

HEADINGS = ("单位", "报送事项", "状态", "版本", "零报告", "收到时间", "期限", "是否按时", "回执号", "附件数")
STATES = {"received": "已报送", "returned": "退回补正", "accepted": "已通过", "withdrawn": "已撤回"}
PART = 16_000
"""Characters of a text in one cell of a workbook, which holds 32,767 in UTF-16; the rest stands in the next column."""
ROW_HEIGHT = 48.0
Value = str | int | None


async def make_csv(order: Order, out: IO[bytes]) -> None:
    """UTF-8 with its mark and CRLF, as spreadsheets open it; texts are whole."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    try:
        await _make(order, lambda row: writer.writerow([_for_csv(value) for value in row]), part=None)
        text.flush()
    finally:
        text.detach()


async def make_xlsx(order: Order, out: IO[bytes]) -> None:
    """One sheet with its headings frozen."""
    sheet: StreamedSheet | None = None

    def write(row: Sequence[Value]) -> None:
        nonlocal sheet
        if sheet is None:
            widths = [32.0, 18.0, 10.0, 6.0, 8.0, 20.0, 20.0, 10.0, 22.0, 8.0]
            widths += [48.0] * (len(row) - len(widths))
            sheet = StreamedSheet(
                out, "报送", widths, [Style(bold=True, horizontal="center"), Style()], (1, 1)
            )
            sheet.add((value, 0) for value in row)
        else:
            sheet.add(((value, 1) for value in row), ROW_HEIGHT)

    await _make(order, write, part=PART)
    assert sheet is not None
    await asyncio.to_thread(sheet.close)


async def _make(order: Order, write: Any, part: int | None) -> None:
    asked = order.campaign_id, order.up_to
    # A table has no place above its headings, so the last of these says of which moment it is.
    moment = [order.stated_past] if order.stated_past else []
    async with order.database.snapshot() as connection:
        order.progress.row_total = await sources.count_submissions(connection, *asked)
        lengths = await sources.measure_sections(connection, *asked)
        deliverables = await sources.read_deliverables(connection, *asked)
        titles = {str(each.id): each.title for each in deliverables}
        columns = _columns([name for each in deliverables for name in each.sections], lengths, part)
        write([*HEADINGS, *(_heading(*column) for column in columns), *moment])
        async for batch in sources.stream_submissions(connection, *asked):
            await asyncio.to_thread(_write_all, order, write, batch, titles, columns, part)
            order.progress.rows += len(batch)


def _columns(asked: Sequence[str], lengths: Mapping[str, int], part: int | None) -> list[tuple[str, int]]:
    """A column a section, in the order in which they are asked for; a text that no cell holds has several."""
    names = dict.fromkeys([*(name for name in asked if name in lengths), *lengths])
    return [
        (name, nth) for name in names for nth in range(1 if part is None else -(-lengths[name] // part) or 1)
    ]


def _heading(name: str, nth: int) -> str:
    return name if nth == 0 else f"{name}（续{nth}）"


def _write_all(
    order: Order,
    write: Any,
    batch: Sequence[Any],
    titles: Mapping[str, str],
    columns: Sequence[tuple[str, int]],
    part: int | None,
) -> None:
    for row in batch:
        write(_row(order, row, titles, columns, part))


def _row(
    order: Order, row: Any, titles: Mapping[str, str], columns: Sequence[tuple[str, int]], part: int | None
) -> list[Value]:
    told = row["body"]
    sections = told["sections"]
    return [
        row["organization"] or told["organization_id"],
        titles.get(told["deliverable_id"], told["deliverable_id"]),
        STATES[told["state"]],
        told["version"],
        "是" if told["nil_return"] else "否",
        _moment(order, datetime.fromisoformat(told["received_at"])),
        _moment(order, row["due_at"]),
        "是" if told["on_time"] else "否",
        told["receipt_number"],
        len(told["attachment_ids"]),
        *(_part(sections.get(name), nth, part) for name, nth in columns),
        *([None] if order.stated_past else []),
    ]


def _part(text: str | None, nth: int, part: int | None) -> str | None:
    if text is None or part is None:
        return text
    return text[nth * part : (nth + 1) * part] or None


def _moment(order: Order, moment: datetime | None) -> str | None:
    return None if moment is None else f"{order.local(moment):%Y-%m-%d %H:%M:%S}"


def _for_csv(value: Value) -> Value:
    return guarded(clean(value)) if isinstance(value, str) else value
