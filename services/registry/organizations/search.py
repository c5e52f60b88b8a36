"""Search: what of a unit a search looks through, its names and the initials of their pinyin. Pure."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, lazy_pinyin

from services.registry.organizations.names import normal_form

MOST_READINGS = 8
# Letters of names of units that are read in two ways: 长桥, 重元寺, 浒墅关, 盛泽, 银行, 车坊, 厦门, 会计.
_READ_TWO_WAYS = {
    "长": "cz", "重": "zc", "朝": "cz", "浒": "hx", "盛": "sc", "乐": "ly", "行": "xh", "车": "cj",
    "厦": "sx", "会": "hk", "校": "xj", "传": "cz", "调": "dt", "参": "cs", "单": "ds", "解": "jx",
    "降": "jx", "藏": "cz", "省": "sx", "莘": "xs", "宿": "sx", "翟": "zd",
}  # fmt: skip


def searched_text(names: Iterable[str]) -> str:
    """Every form of every name, a line each: a search finds what stands in it."""
    return "\n".join(dict.fromkeys(form for name in names for form in (normal_form(name), *initials(name))))


def initials(name: str) -> tuple[str, ...]:
    """The initials of a name, whatever stands between its letters: 吴江区 is wjq; 重元寺 is zys and cys."""
    readings = [_read(letter) for letter in normal_form(name) if letter.isalnum()]
    if all(len(reading) == 1 for reading in readings):
        return ("".join(readings),)
    return tuple(map("".join, islice(product(*readings), MOST_READINGS)))


@lru_cache(maxsize=65_536)
def _read(letter: str) -> str:
    # A letter at a time, and not in words: a thousand times as fast, and the table has those that it matters for.
    return _READ_TWO_WAYS.get(letter) or lazy_pinyin(letter, style=Style.FIRST_LETTER)[0][:1] or letter
