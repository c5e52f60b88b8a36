"""The matrix 报送情况一览表: a row a unit, indented by the tree, a column a deliverable, and totals under each."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import IO
from uuid import UUID

from contracts.registry.deliverables import Deliverable
from contracts.reporting.figures import CellState
from services.reporting.exports import sources
from services.reporting.exports.order import Order
from services.reporting.exports.sources import Unit
from services.reporting.exports.spreadsheet import StreamedSheet, Style, height_of
from services.reporting.exports.tree import walk
from services.reporting.figures.matrix import Debt
from services.reporting.figures.model import cell_state, rate

SHOWN: Mapping[CellState, tuple[str, str]] = {
    "owed": ("○ 待报送", "#FFFFFF"),
    "overdue": ("✗ 逾期未报", "#F8CBAD"),
    "received": ("● 已报送", "#DDEBF7"),
    "late": ("◐ 迟报", "#FFE699"),
    "returned": ("↩ 退回补正", "#FCE4D6"),
    "accepted": ("✓ 已通过", "#E2EFDA"),
    "waived": ("— 免报", "#EDEDED"),
}
"""A symbol and a word, so that nothing hangs on the colour."""
NIL = "（零报告）"
MOST_INDENT = 6
COLUMN = ("expected", "actual", "actual_on_time", "accepted")
_TITLE, _NOTE, _HEADING, _TOTAL, _SHARE, _EMPTY = range(6)
_BASE = [
    Style(bold=True, size=16, horizontal="center", bordered=False),
    Style(horizontal="right", bordered=False, size=10),
    Style(bold=True, horizontal="center", fill="#D9E1F2"),
    Style(bold=True, horizontal="center"),
    Style(bold=True, horizontal="center", number="0.0%"),
    Style(),
]
_UNIT = len(_BASE)
_CELL = {state: _UNIT + MOST_INDENT + 1 + nth for nth, state in enumerate(SHOWN)}
_STYLES = [
    *_BASE,
    *(Style(indent=depth) for depth in range(MOST_INDENT + 1)),
    *(Style(horizontal="center", fill=fill) for _, fill in SHOWN.values()),
]
Totals = dict[UUID, dict[str, int]]


async def make(order: Order, out: IO[bytes]) -> None:
    """Rows are read and written in batches of units."""
    async with order.database.snapshot() as connection:
        deliverables = await sources.read_deliverables(connection, order.campaign_id, order.up_to)
        units = await sources.read_units(connection, order.up_to)
        owing = await sources.find_owing(connection, order.campaign_id, order.up_to)
        shown = list(walk(units, owing))
        order.progress.row_total = len(shown)
        sheet = await asyncio.to_thread(_begin, order, deliverables, out)
        totals: Totals = {each.id: dict.fromkeys(COLUMN, 0) for each in deliverables}
        for start in range(0, len(shown), sources.BATCH_ROWS):
            batch = shown[start : start + sources.BATCH_ROWS]
            ids = [unit.id for unit, _ in batch]
            debts = await sources.read_debts(connection, order.campaign_id, ids, order.up_to)
            await asyncio.to_thread(_add, sheet, order, deliverables, batch, debts, totals)
            order.progress.rows += len(batch)
    await asyncio.to_thread(_end, sheet, deliverables, totals)


def _begin(order: Order, deliverables: Sequence[Deliverable], out: IO[bytes]) -> StreamedSheet:
    widths = [44.0, *(20.0 for _ in deliverables)]
    sheet = StreamedSheet(out, "报送情况", widths, _STYLES, frozen=(3, 1), heading_row=3)
    sheet.add_line(f"{order.campaign.name}报送情况一览表", _TITLE, 30)
    sheet.add_line(order.stated, _NOTE)
    headings = [_heading(order, each) for each in deliverables]
    height = height_of(["单位", *headings], widths)
    sheet.add([(text, _HEADING) for text in ("单位", *headings)], height)
    return sheet


def _heading(order: Order, deliverable: Deliverable) -> str:
    if deliverable.due_at is None:
        return f"{deliverable.title}\n（期限待定）"
    due = order.local(deliverable.due_at)
    clock = "" if deliverable.due_on is not None and deliverable.due_time is None else f"{due:%H:%M}"
    return f"{deliverable.title}\n（{due.month}月{due.day}日{clock}前）"


def _add(
    sheet: StreamedSheet,
    order: Order,
    deliverables: Sequence[Deliverable],
    batch: Sequence[tuple[Unit, int]],
    debts: Mapping[UUID, Sequence[Debt]],
    totals: Totals,
) -> None:
    for unit, depth in batch:
        cells = {debt.deliverable_id: debt for debt in debts[unit.id]}
        written: list[tuple[str | None, int]] = [(unit.name, _UNIT + min(depth, MOST_INDENT))]
        for each in deliverables:
            debt = cells.get(each.id)
            written.append((None, _EMPTY) if debt is None else _cell(debt, order))
            if debt is not None:
                _count(totals[each.id], debt)
        sheet.add(written, height_of([unit.name], [40.0 - 2 * depth]))


def _cell(debt: Debt, order: Order) -> tuple[str, int]:
    state = cell_state(debt.state, debt.handed_in, debt.on_time, debt.due_at, order.moment)
    is_nil = debt.nil_return and state not in ("owed", "overdue", "waived")
    return SHOWN[state][0] + (NIL if is_nil else ""), _CELL[state]


def _count(totals: dict[str, int], debt: Debt) -> None:
    if debt.state == "waived":
        return
    is_there = debt.handed_in not in (None, "withdrawn")
    totals["expected"] += 1
    totals["actual"] += is_there
    totals["actual_on_time"] += bool(is_there and debt.on_time)
    totals["accepted"] += debt.handed_in == "accepted"


def _end(sheet: StreamedSheet, deliverables: Sequence[Deliverable], totals: Totals) -> None:
    for word, name in zip(("应报", "已报", "按时", "已通过"), COLUMN, strict=True):
        sheet.add([(word, _TOTAL), *((totals[each.id][name], _TOTAL) for each in deliverables)])
    for word, name in (("报送率", "actual"), ("按时率", "actual_on_time")):
        shares = (rate(totals[each.id][name], totals[each.id]["expected"]) for each in deliverables)
        sheet.add([(word, _TOTAL), *(("—" if share is None else share, _SHARE) for share in shares)])
    sheet.close()
