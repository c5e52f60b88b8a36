"""Sets a document as pdf in the official format, by typst: the text goes in as data, the fonts are embedded."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import typst

from services.reporting.exports import fonts
from services.reporting.exports.document import (
    Block,
    Document,
    Heading,
    Paragraph,
    chinese_date,
    ends_short,
    signature_indents,
)
from services.reporting.exports.text import clean

TEMPLATE = Path(__file__).with_name("official.typ")
_FONTS = {
    "fangsong": fonts.FANGSONG,
    "kai": fonts.KAI,
    "hei": fonts.HEI,
    "title": fonts.TITLE,
    "song": fonts.SONG,
}


def write_pdf(document: Document, out: IO[bytes], folders: Sequence[Path] = ()) -> None:
    """The file; NoChineseFont where it would show boxes. It is dated by no day."""
    fonts.check_chinese(folders)
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=fonts.find_fonts(folders),
        sys_inputs={"paper": json.dumps(_paper(document, folders), ensure_ascii=False)},
    )
    out.write(made)


def _paper(document: Document, folders: Sequence[Path]) -> dict[str, Any]:
    day = chinese_date(document.signed_on)
    indents = signature_indents(document.signed_by, day)
    return {
        "title": clean(document.title),
        "ends_short": ends_short(document.blocks),
        "blocks": [_block(block) for block in document.blocks],
        "attached": [
            {"title": clean(each.title), "blocks": [_block(block) for block in each.blocks]}
            for each in document.attached
        ],
        "signature": list(zip((clean(document.signed_by), day), indents, strict=True)),
        "fonts": {name: fonts.families_of(font, folders) for name, font in _FONTS.items()},
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"is": "heading", "level": block.level, "text": clean(block.text)}
    if isinstance(block, Paragraph):
        return {"is": "paragraph", "lead": clean(block.lead), "text": clean(block.text)}
    return {
        "is": "table",
        "headings": [clean(text) for text in block.headings],
        "rows": [[clean(text) for text in row] for row in block.rows],
        "shares": list(block.shares),
    }
