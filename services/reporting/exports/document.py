"""A paper in the official format (GB/T 9704-2012) as data: what it says, apart from how docx or pdf say it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.reporting.exports.text import clean

NUMERALS = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Heading:
    """Level 1 is 一、 in 黑体, 2 （一） in 楷体, 3 1. in 仿宋."""

    level: Literal[1, 2, 3]
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Text of one line or several, indented by two letters; `lead` stands before it in bold (who says it)."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Table:
    """Columns are as wide as their shares; the first stands to the left, the others in the middle."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[int]


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Attached:
    """附件: on a page of its own."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """`signed_by` None: nobody signs it."""

    title: str
    blocks: Sequence[Block]
    signed_by: str
    signed_on: date
    attached: Sequence[Attached] = field(default=())


SHORT = 28 * 8


def ends_short(blocks: Sequence[Block]) -> bool:
    """Whether the last paragraph goes over to the signature's page, so that this one is no page of its own; a long one
    would leave a gap where it stood.
    """
    last = blocks[-1] if blocks else None
    return isinstance(last, Paragraph) and len(last.lead) + len(last.text) <= SHORT


def numeral(number: int) -> str:
    """1 to 99 as 一 to 九十九; the number itself past that."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones else "")


class Numbering:
    """Counts the headings of a document: 一、 then （一） then 1."""

    def __init__(self) -> None:
        self._counts = [0, 0, 0]

    def head(self, level: Literal[1, 2, 3], text: str) -> Heading:
        """The next heading of this level; those below begin anew."""
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (3 - level)
        nth = self._counts[level - 1]
        mark = {1: f"{numeral(nth)}、", 2: f"（{numeral(nth)}）", 3: f"{nth}."}[level]
        return Heading(level, f"{mark}{text}")


def paragraphs(text: str, lead: str = "") -> list[Paragraph]:
    """Text of others, verbatim, a paragraph a line that is not blank."""
    lines = [line.strip() for line in clean(text).splitlines() if line.strip()]
    return [Paragraph(line, lead if nth == 0 else "") for nth, line in enumerate(lines)]


def chinese_date(day: date) -> str:
    """In Arabic numerals without zeros before them: 2024年9月6日."""
    return f"{day.year}年{day.month}月{day.day}日"


def signature_indents(signed_by: str, day: str) -> tuple[float, float]:
    """How many letters signature and date stand from the right edge (7.3.5.2, papers without a seal): the signature
    two, the date two to the right of its beginning; a longer date two, and the signature by so much more.
    """
    width, date_width = _width(signed_by), _width(day)
    if width >= date_width:
        return 2.0, width - date_width
    return 4.0 + date_width - width, 2.0


def _width(text: str) -> float:
    """In letters of Chinese; a Latin one is half of that."""
    return sum(0.5 if letter.isascii() else 1.0 for letter in text)
