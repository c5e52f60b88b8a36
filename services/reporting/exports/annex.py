"""The annex 附件: the title, the headings, a key activity a row with its category merged, the remark."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import IO
from uuid import UUID

from contracts.registry.activities import Activity, Host
from services.reporting.exports import sources
from services.reporting.exports.order import NotMakeable, Order
from services.reporting.exports.spreadsheet import Cell, Sheet, Style, height_of, write_sheet

HEADINGS = ("序号", "活动类别", "活动名称", "主办单位")
_WIDTHS = [6.0, 20.0, 46.0, 42.0]
_TITLE, _HEADING, _SERIAL, _CATEGORY, _TEXT, _REMARK = range(6)
_STYLES = [
    Style(bold=True, size=18, horizontal="center", bordered=False),
    Style(bold=True, horizontal="center"),
    Style(horizontal="center"),
    Style(horizontal="center"),
    Style(),
    Style(bordered=False),
]


LAST = 1_000_000


async def make(order: Order, out: IO[bytes]) -> None:
    """The annex as the next edition would print it: of the key activities, by their serial numbers."""
    async with order.database.snapshot() as connection:
        activities = await sources.read_activities(connection, order.campaign_id, order.up_to)
        names = {unit.id: unit.name for unit in await sources.read_units(connection, order.up_to)}
    rows = rows_of(activities, names)
    order.progress.row_total = len(rows)
    titles = order.campaign.annex_titles or [order.campaign.name]
    remarks = [*order.campaign.annex_remarks, *filter(None, [order.stated_past])]
    out.write(await asyncio.to_thread(write_annex, rows, titles, remarks))
    order.progress.rows = len(rows)


def is_printed(activity: Activity) -> bool:
    """Whether it has a place in the annex: chosen as key, and not cancelled."""
    return activity.selection == "key" and activity.state != "cancelled"


def rows_of(activities: Iterable[Activity], names: Mapping[UUID, str]) -> list["AnnexRow"]:
    """The annex's rows; NotMakeable while a draft is among them, which is nobody's to print."""
    printed = sorted(filter(is_printed, activities), key=lambda each: (each.serial_number or LAST, each.id))
    if drafts := [each.name for each in printed if each.state == "draft"]:
        raise NotMakeable(
            f"{len(drafts)} key activities are drafts ({'、'.join(drafts[:3])}); "
            "register them first, or take them back"
        )
    return [
        AnnexRow(each.serial_number, each.category, each.name, hosts_text_of(each, names)) for each in printed
    ]


def hosts_text_of(activity: Activity, names: Mapping[UUID, str]) -> str:
    """The host cell as it was imported; of an activity that was drafted here its hosts are written out."""
    if activity.hosts_text is not None:
        return activity.hosts_text
    return "、".join(filter(None, (_name(host, names) for host in activity.hosts)))


def _name(host: Host, names: Mapping[UUID, str]) -> str | None:
    known = None if host.organization_id is None else names.get(host.organization_id)
    return host.written_as or known or host.outside_party


@dataclass(frozen=True)
class AnnexRow:
    """One activity. `hosts_text` is the host cell as it is to be read, verbatim."""

    serial_number: int | None
    category: str
    name: str
    hosts_text: str


def write_annex(
    rows: Iterable[AnnexRow], titles: Sequence[str], remarks: Sequence[str] = (), sheet_name: str = "附件"
) -> bytes:
    """The workbook. Rows come in their order; neighbours of one category share one merged cell.

    `titles` are the lines over the headings and `remarks` those under the rows, each across the table.
    """
    kept = list(rows)
    first = len(titles) + 2
    sheet = Sheet(
        name=sheet_name,
        widths=_WIDTHS,
        styles=_STYLES,
        rows=_lines(kept, titles, remarks),
        merged=_merged(kept, len(titles), len(remarks)),
        repeated_rows=(first - 1, first - 1),
        heights={
            1: 30.0,
            **{
                first + nth: height_of((row.name, row.hosts_text), _WIDTHS[2:])
                for nth, row in enumerate(kept)
            },
        },
    )
    out = BytesIO()
    write_sheet(sheet, out)
    return out.getvalue()


def _lines(
    rows: list[AnnexRow], titles: Sequence[str], remarks: Sequence[str]
) -> Iterator[tuple[int, list[Cell]]]:
    number = 0
    for title in titles:
        number += 1
        yield number, [("A", title, _TITLE)]
    number += 1
    yield number, [(column, text, _HEADING) for column, text in zip("ABCD", HEADINGS, strict=True)]
    for _, group in groupby(rows, key=lambda row: row.category):
        for place, row in enumerate(group):
            number += 1
            yield number, _cells(row, row.category if place == 0 else None)
    for remark in remarks:
        number += 1
        yield number, [("A", remark, _REMARK)]


def _cells(row: AnnexRow, category: str | None) -> list[Cell]:
    return [
        ("A", row.serial_number, _SERIAL),
        ("B", category, _CATEGORY),
        ("C", row.name, _TEXT),
        ("D", row.hosts_text, _TEXT),
    ]


def _merged(rows: list[AnnexRow], title_count: int, remark_count: int) -> Iterator[str]:
    for number in range(1, title_count + 1):
        yield f"A{number}:D{number}"
    number = title_count + 2
    for _, group in groupby(rows, key=lambda row: row.category):
        count = sum(1 for _ in group)
        if count > 1:
            yield f"B{number}:B{number + count - 1}"
        number += count
    for _ in range(remark_count):
        yield f"A{number}:D{number}"
        number += 1
