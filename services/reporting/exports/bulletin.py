"""The bulletin 亮点简报: what is new, particular and worth telling, out of accepted summaries, by district."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import IO

from services.reporting.exports import sources
from services.reporting.exports.document import Block, Document, Numbering, Paragraph
from services.reporting.exports.figures import ELSEWHERE
from services.reporting.exports.highlights import NAMED, Highlight, gather
from services.reporting.exports.official_docx import write_docx
from services.reporting.exports.order import Order

NOTHING = "截至目前，尚无审核通过的亮点材料。"


async def make(order: Order, out: IO[bytes]) -> None:
    """One paper; a summary that is not accepted does not stand in it."""
    async with order.database.snapshot() as connection:
        units = await sources.read_units(connection, order.up_to)
        official = await sources.read_official(connection, order.campaign_id, order.up_to)
    highlights = gather(official, units)
    order.progress.row_total = len(highlights)
    document = Document(
        title=f"{order.campaign.name}亮点简报",
        blocks=list(_blocks(highlights, order.stated_past)),
        signed_by={unit.id: unit.name for unit in units}.get(order.campaign.issuer_id, ""),
        signed_on=order.local(order.moment).date(),
    )
    await asyncio.to_thread(write_docx, document, out)
    order.progress.rows = len(highlights)


def _blocks(highlights: Sequence[Highlight], stated_past: str | None) -> Iterator[Block]:
    if stated_past:
        yield Paragraph(f"（{stated_past}）")
    if not highlights:
        yield Paragraph(NOTHING)
    numbering = Numbering()
    for district, told in groupby(highlights, key=lambda each: each.district):
        yield numbering.head(1, district or ELSEWHERE)
        of_district = list(told)
        for section in NAMED:
            saying = [each for each in of_district if section in each.sections]
            if saying:
                yield numbering.head(2, section)
            for each in saying:
                yield from each.paragraphs(section)
