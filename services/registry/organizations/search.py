"""Search: what of a unit a search looks through, its names and the initials of their pinyin. Pure."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product
from typing import Any

from pypinyin import Style, lazy_pinyin

from services.registry.organizations.names import normal_form

MOST_READINGS = 8
# Letters of place names that the dictionary reads in one way and people in two: 长桥, 重元寺, 浒墅关, 盛泽, 朝阳.
_READ_TWO_WAYS = {"长": "cz", "重": "cz", "朝": "cz", "浒": "xh", "盛": "sc", "乐": "ly", "行": "hx"}
# A run that holds no Chinese comes back a letter each, so that every letter has its place.
_LETTER_BY_LETTER: Any = list


def searched_text(names: Iterable[str]) -> str:
    """Every form of every name, a line each: a search finds what stands in it."""
    return "\n".join(dict.fromkeys(form for name in names for form in (normal_form(name), *initials(name))))


@lru_cache(maxsize=65_536)
def initials(name: str) -> tuple[str, ...]:
    """The initials of a name: 吴江区 is wjq; 重元寺 is zys and cys."""
    letters = [letter for letter in normal_form(name) if letter.isalnum()]
    spoken = lazy_pinyin("".join(letters), style=Style.FIRST_LETTER, errors=_LETTER_BY_LETTER)
    readings = product(*map(_read, letters, spoken))
    return tuple(dict.fromkeys("".join(reading) for reading in islice(readings, MOST_READINGS)))


def _read(letter: str, first: str) -> str:
    return "".join(dict.fromkeys(first[:1] + _READ_TWO_WAYS.get(letter, ""))) or letter
