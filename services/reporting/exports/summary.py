"""The summary report 总结报告 upward: figures, tables and highlights of the campaign, as docx or pdf."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from contracts.registry.activities import Activity
from contracts.registry.deliverables import Deliverable
from contracts.registry.theme_days import ThemeDay
from contracts.reporting.figures import Figures, Overview
from services.reporting.exports import figures, sources
from services.reporting.exports.annex import LAST
from services.reporting.exports.document import (
    Attached,
    Block,
    Document,
    Numbering,
    Paragraph,
    Table,
    chinese_date,
)
from services.reporting.exports.figures import NOTHING, share_of
from services.reporting.exports.highlights import Highlight, gather
from services.reporting.exports.official_docx import write_docx
from services.reporting.exports.official_pdf import write_pdf
from services.reporting.exports.order import Order
from services.reporting.exports.sources import Unit
from services.reporting.figures.handlers import overview_of
from services.reporting.figures.looking import look_at_all

HIGHLIGHTS = "亮点活动"
_SHARES = (8, 3, 3, 3, 4, 4, 3, 4)


@dataclass(frozen=True)
class Findings:
    """All that the report speaks of, read at one moment. `activities` are those that everybody sees."""

    units: Sequence[Unit]
    activities: Sequence[Activity]
    days: Sequence[ThemeDay]
    deliverables: Sequence[Deliverable]
    overview: Overview
    highlights: Sequence[Highlight]


async def make_docx(order: Order, out: IO[bytes]) -> None:
    """As docx."""
    document = await _write(order)
    await asyncio.to_thread(write_docx, document, out)
    order.progress.rows = order.progress.row_total or 0


async def make_pdf(order: Order, out: IO[bytes]) -> None:
    """As pdf, with the same words and tables."""
    document = await _write(order)
    await asyncio.to_thread(write_pdf, document, out, order.settings.font_folders)
    order.progress.rows = order.progress.row_total or 0


async def _write(order: Order) -> Document:
    asked = order.campaign_id, order.up_to
    as_of = None if order.stated_past is None else order.moment
    async with order.database.snapshot() as connection:
        units = await sources.read_units(connection, order.up_to)
        activities = await sources.read_activities(connection, *asked)
        looked = await look_at_all(connection, order.campaign_id, order.moment, as_of)
        found = Findings(
            units=units,
            activities=sorted(
                (each for each in activities if "draft" not in (each.state, each.state_before)),
                key=lambda each: (each.serial_number or LAST, each.id),
            ),
            days=await sources.read_theme_days(connection, *asked),
            deliverables=await sources.read_deliverables(connection, *asked),
            overview=await overview_of(connection, looked),
            highlights=gather(await sources.read_official(connection, *asked), units),
        )
    order.progress.row_total = len(found.overview.deliverables) + len(found.activities)
    return await asyncio.to_thread(compose, order, found)


def compose(order: Order, found: Findings) -> Document:
    """The report."""
    names = {unit.id: unit.name for unit in found.units}
    numbering = Numbering()
    blocks = [
        *_opening(order, found),
        numbering.head(1, "报送情况"),
        *_reporting(order, found, numbering),
        numbering.head(1, "活动开展情况"),
        *_activities(found, numbering),
        *_theme_days(found, names, numbering),
        *_highlights(found, numbering),
    ]
    attached = [
        Attached("各市（区）报送情况表", [_district_table(found)]),
        Attached("活动分类统计表", [_category_table(found)]),
    ]
    if found.days:
        attached.append(Attached("主题日活动统计表", [_theme_day_table(found)]))
    return Document(
        title=f"{order.campaign.name}总结报告",
        blocks=blocks,
        signed_by=names.get(order.campaign.issuer_id, ""),
        signed_on=order.local(order.moment).date(),
        attached=attached,
    )


def _opening(order: Order, found: Findings) -> Iterator[Block]:
    campaign = order.campaign
    based = f"根据{'、'.join(_titled(each) for each in campaign.based_on)}，" if campaign.based_on else ""
    yield Paragraph(
        f"{based}{campaign.name}于{chinese_date(campaign.starts_on)}至{chinese_date(campaign.ends_on)}举行，"
        f"主题为“{campaign.theme}”。现将有关情况报告如下。"
    )


def _titled(text: str) -> str:
    return text if "《" in text else f"《{text}》"


def _reporting(order: Order, found: Findings, numbering: Numbering) -> Iterator[Block]:
    by_deliverable = {each.deliverable_id: each for each in found.overview.deliverables}
    total = found.overview
    yield numbering.head(2, "总体情况")
    yield Paragraph(
        f"{order.stated}，应报送材料{total.expected}份，已报送{total.actual}份，"
        f"报送率{share_of(total.actual, total.expected)}；按时报送{total.actual_on_time}份，"
        f"按时率{share_of(total.actual_on_time, total.expected)}；审核通过{total.accepted}份，"
        f"零报告{total.nil_returns}份，逾期未报{total.overdue}份，免报{total.waived}份。"
    )
    yield numbering.head(2, "分事项情况")
    rows = [_figures_row(each.title, by_deliverable.get(each.id, NOTHING)) for each in found.deliverables]
    yield Table(_columns("报送事项"), [*rows, _figures_row("合计", total)], _SHARES)
    named = [
        f"{name}{counts.actual}份（报送率{share_of(counts.actual, counts.expected)}）"
        for name, counts in _by_district(found)
    ]
    if named:
        yield numbering.head(2, "分地区情况")
        yield Paragraph(f"各地区已报送：{'，'.join(named)}。详见附件1。")


def _columns(first: str) -> list[str]:
    return [first, "应报", "已报", "按时", "报送率", "按时率", "通过", "零报告"]


def _figures_row(name: str, counts: Figures) -> list[str]:
    return [
        name,
        str(counts.expected),
        str(counts.actual),
        str(counts.actual_on_time),
        share_of(counts.actual, counts.expected),
        share_of(counts.actual_on_time, counts.expected),
        str(counts.accepted),
        str(counts.nil_returns),
    ]


def _activities(found: Findings, numbering: Numbering) -> Iterator[Block]:
    standing = [each for each in found.activities if each.state != "cancelled"]
    key_count = sum(each.selection == "key" for each in standing)
    held = [each for each in standing if each.state in ("held", "reported")]
    turnout = sum(each.turnout or 0 for each in held)
    yield numbering.head(2, "活动安排")
    yield Paragraph(
        f"共登记活动{len(standing)}项，其中重点活动{key_count}项；已举办{len(held)}项，"
        f"取消{len(found.activities) - len(standing)}项，累计到场{turnout}人次。"
    )
    categories = figures.by_category(standing)
    if categories:
        listed = "，".join(f"{name}{count}项" for name, count, _ in categories)
        yield Paragraph(f"按类别分：{listed}。详见附件2。")
    yield numbering.head(2, "覆盖情况")
    counted = found.overview.activities
    for word, covered in (
        ("进基层（七进）", list(counted.by_setting.items())),
        ("重点人群（一老一少）", list(counted.by_audience.items())),
        ("宣传产品", figures.most_first(counted.by_product)),
        ("传播载体", figures.most_first(counted.by_carrier)),
    ):
        if covered:
            yield Paragraph(f"{word}：{'、'.join(f'{value}（{count}项）' for value, count in covered)}。")


def _theme_days(found: Findings, names: Mapping[UUID, str], numbering: Numbering) -> Iterator[Block]:
    if found.days:
        yield numbering.head(2, "主题日")
    counted = {(day.date, day.name): day for day in found.overview.activities.theme_days}
    for day in found.days:
        hosts = "、".join(names.get(id, str(id)) for id in day.organiser_ids)
        of_day = counted[day.date, day.name]
        told = f"，当日活动{of_day.total}项" if of_day.total else ""
        where = f"（{figures.hosted_in(of_day)}）" if of_day.districts else ""
        yield Paragraph(f"{day.date.month}月{day.date.day}日，{day.name}，由{hosts}主办{told}{where}。")


def _highlights(found: Findings, numbering: Numbering) -> Iterator[Block]:
    told = [each for each in found.highlights if HIGHLIGHTS in each.sections]
    if told:
        yield numbering.head(1, HIGHLIGHTS)
    for each in told:
        yield from each.paragraphs(HIGHLIGHTS)


def _by_district(found: Findings) -> list[tuple[str, Figures]]:
    return figures.by_district(found.overview.districts, found.units)


def _district_table(found: Findings) -> Table:
    shown = [_figures_row(name, counts) for name, counts in _by_district(found)]
    return Table(_columns("地区"), [*shown, _figures_row("合计", found.overview)], _SHARES)


def _category_table(found: Findings) -> Table:
    standing = [each for each in found.activities if each.state != "cancelled"]
    rows = figures.by_category(standing)
    shown = [[name, str(count), str(held), share_of(held, count)] for name, count, held in rows]
    total, held = sum(count for _, count, _ in rows), sum(held for *_, held in rows)
    return Table(
        ["活动类别", "活动数", "已举办", "举办率"],
        [*shown, ["合计", str(total), str(held), share_of(held, total)]],
        (8, 3, 3, 3),
    )


def _theme_day_table(found: Findings) -> Table:
    days = found.overview.activities.theme_days
    rows = [
        [f"{day.date.month}月{day.date.day}日", day.name, str(day.total), figures.hosted_in(day)]
        for day in days
    ]
    return Table(["日期", "主题日", "活动数", "各地区"], rows, (3, 5, 2, 8))
