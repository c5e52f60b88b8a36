"""Takes the text of a host cell apart into the names that it lists."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_SEPARATORS = frozenset("、，,;；/／\n\r")
_OPENING = frozenset("(（[［【〔〖<《〈{「『")
_CLOSING = frozenset(")）]］】〕〗>》〉}」』")
# 城市 and 社区 are words, and no place ends with their last letter.
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,5}?(?:(?<!城)市|(?<![社小])区|县)(?=.)")


@dataclass(frozen=True)
class HostPart:
    """One name as it is written. `place` is set where it stands bare in a list under a place's name.

    `said_once`: that place is said only at the head of the list, so it may be meant for every name.
    """

    text: str
    place: str | None = None
    said_once: bool = False

    @property
    def full(self) -> str:
        """The name with the place that was said once for the whole list."""
        return f"{self.place}{self.text}" if self.place and self.said_once else self.text


def split_hosts(text: str, places: Collection[str] = frozenset()) -> list[HostPart]:
    """The names in order. 、 ， , ; ； / and line ends part them outside brackets; a space never does here."""
    names = [name for piece in split_outside(text, _SEPARATORS) if (name := piece.strip())]
    said = [place_of(name, places) for name in names]
    once = len(names) > 1 and said[0] is not None and not any(said[1:])
    return list(_under_places(names, said, once))


def split_spaces(text: str) -> list[str]:
    """The pieces between spaces outside brackets: names only if each stands as one."""
    return [piece for piece in split_outside(text, frozenset(" \u3000\xa0\t")) if piece]


def place_of(name: str, places: Collection[str] = frozenset()) -> str | None:
    """The place that a name begins with: the longest that the office knows, or one by its ending."""
    # Looked up by length, not one by one: an office may know a thousand towns.
    for end in range(len(name) - 1, 0, -1):
        if name[:end] in places:
            return name[:end]
    found = _PLACE.match(name)
    return found[0] if found else None


def split_outside(text: str, separators: frozenset[str]) -> list[str]:
    """Parts at the separators that stand in no bracket; a bracket that is never closed holds the rest."""
    pieces, piece, depth = [], "", 0
    for letter in text:
        if letter in separators and depth == 0:
            pieces.append(piece)
            piece = ""
            continue
        depth += (letter in _OPENING) - (letter in _CLOSING and depth > 0)
        piece += letter
    return [*pieces, piece]


def _under_places(names: list[str], said: list[str | None], once: bool) -> Iterator[HostPart]:
    reigning: str | None = None
    for name, own in zip(names, said, strict=True):
        reigning = own or reigning
        bare = own is None and reigning is not None and reigning.rstrip("市区县") not in name
        yield HostPart(name, reigning, once) if bare else HostPart(name)
