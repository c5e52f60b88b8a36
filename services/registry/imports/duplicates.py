"""Points out activities that may be one: the same hosts and likely the same title. Never merges them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz

from contracts.registry.imports import ImportWarning
from services.registry.imports.hosts import split_hosts
from services.registry.imports.register import Row

_ALIKE = 85.0
_NEIGHBOURS = 20
_MOST_TOLD = 200
_DIGITS = re.compile(r"\d+")
_NOT_LETTERS = re.compile(r"[\W_]+")


def near_duplicates(rows: Iterable[Row]) -> list[ImportWarning]:
    """A warning a pair. Within one set of hosts, titles are compared with their neighbours in sorted order."""
    by_hosts: dict[frozenset[str], list[tuple[str, Row]]] = defaultdict(list)
    for row in rows:
        hosts = frozenset(_plain(part.text) for part in split_hosts(row.hosts_text))
        by_hosts[hosts].append((_plain(row.name), row))
    pairs = [pair for group in by_hosts.values() for pair in _alike(group)]
    pairs.sort(key=lambda pair: (pair[0].row, pair[1].row))
    told = [_warning(*pair) for pair in pairs[:_MOST_TOLD]]
    if len(pairs) > _MOST_TOLD:
        message = f"{len(pairs) - _MOST_TOLD} more pairs of rows have the same hosts and titles alike"
        told.append(ImportWarning(code="near_duplicates_more", message=message))
    return told


def _alike(group: list[tuple[str, Row]]) -> Iterator[tuple[Row, Row]]:
    group.sort(key=lambda titled: (titled[0], titled[1].row))
    for position, (title, row) in enumerate(group):
        for other_title, other in group[position + 1 : position + 1 + _NEIGHBOURS]:
            if _may_be_one(title, other_title):
                first, second = sorted((row, other), key=lambda each: each.row)
                yield first, second


def _may_be_one(title: str, other: str) -> bool:
    """Alike, unless both are numbered and the numbers differ: a second part is no duplicate of the first."""
    numbers, others = _DIGITS.findall(title), _DIGITS.findall(other)
    return not (numbers and others and numbers != others) and fuzz.ratio(title, other) >= _ALIKE


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _warning(first: Row, second: Row) -> ImportWarning:
    message = f"rows {first.row} and {second.row} have the same hosts and titles alike: {first.name} / {second.name}"
    return ImportWarning(code="near_duplicate", rows=[first.row, second.row], message=message)
