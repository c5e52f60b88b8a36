"""Likeness: the forms nearest to a text among ten thousand, exactly, without comparing it with each. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

LIKELY = 50.0
"""The least likeness of a candidate, of 100: twice the letters in common, over all letters of both."""

_NOT_EMPTY = re.compile(rb"[^\0]")
_IN_BYTE = [tuple(place for place in range(8) if byte >> place & 1) for byte in range(256)]


class Forms:
    """Forms by the letters that they hold: a bit a form, set in one number for each letter.

    The second 局 of a form is another letter than the first, so what two forms share bounds what they have in common.
    """

    def __init__(self, forms: Sequence[str]) -> None:
        self._forms = forms
        holders: dict[tuple[str, int], list[int]] = defaultdict(list)
        sizes: dict[int, list[int]] = defaultdict(list)
        for place, form in enumerate(forms):
            sizes[len(form)].append(place)
            for letter in _letters(form):
                holders[letter].append(place)
        self._holders = {letter: _bits(places, len(forms)) for letter, places in holders.items()}
        self._sizes = {size: _bits(places, len(forms)) for size, places in sizes.items()}

    def nearest(self, form: str, limit: int) -> list[tuple[int, float]]:
        """Place and likeness from 0 to 100 of the nearest, the likest first; none below LIKELY."""
        places = self._may_be_likely(form)
        likely = [self._forms[place] for place in places]
        near = process.extract(form, likely, scorer=fuzz.ratio, score_cutoff=LIKELY, limit=limit)
        return [(places[nth], score) for _, score, nth in near]

    def _may_be_likely(self, form: str) -> list[int]:
        """Those that share enough letters to be likely, in their order."""
        by_needed: dict[int, int] = defaultdict(int)
        for size, bits in self._sizes.items():
            # LIKELY is a half: twice what is common, over both lengths.
            by_needed[-(-(len(form) + size) // 4)] |= bits
        shared = self._count_shared(form)
        found = 0
        for needed, bits in by_needed.items():
            if needed <= len(form):
                found |= _at_least(shared, needed, bits)
        return _places(found)

    def _count_shared(self, form: str) -> list[int]:
        """How many letters each form shares with this one: the counts' binary digits, the ones first."""
        digits: list[int] = []
        for letter in _letters(form):
            carry = self._holders.get(letter, 0)
            for nth, digit in enumerate(digits):
                digits[nth], carry = digit ^ carry, digit & carry
            if carry:
                digits.append(carry)
        return digits


def _letters(form: str) -> Iterator[tuple[str, int]]:
    seen: dict[str, int] = {}
    for letter in form:
        seen[letter] = seen.get(letter, 0) + 1
        yield letter, seen[letter]


def _at_least(digits: Sequence[int], needed: int, among: int) -> int:
    """The bits whose count is no less than `needed`."""
    if needed >> len(digits):
        return 0
    equal, more = among, 0
    for nth in reversed(range(len(digits))):
        if needed >> nth & 1:
            equal &= digits[nth]
        else:
            more |= equal & digits[nth]
            equal &= ~digits[nth]
    return more | equal


def _bits(places: Sequence[int], size: int) -> int:
    row = bytearray(size // 8 + 1)
    for place in places:
        row[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(row, "little")


def _places(bits: int) -> list[int]:
    row = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return [
        match.start() * 8 + place
        for match in _NOT_EMPTY.finditer(row)
        for place in _IN_BYTE[row[match.start()]]
    ]
