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
Titled = tuple[str, list[str], Row]
"""A title as it is compared, the numbers in it, and its row."""
_NOT_LETTERS = re.compile(r"[\W_]+")


def near_duplicates(rows: Iterable[Row]) -> list[ImportWarning]:
    """A warning a pair. Within one set of hosts, titles are compared with their neighbours in sorted order."""
    by_hosts: dict[frozenset[str], list[Titled]] = defaultdict(list)
    for row in rows:
        hosts = frozenset(_plain(part.text) for part in split_hosts(row.hosts_text))
        title = _plain(row.name)
        by_hosts[hosts].append((title, _DIGITS.findall(title), row))
    pairs = [pair for group in by_hosts.values() for pair in _alike(group)]
    pairs.sort(key=lambda pair: (pair[0].row, pair[1].row))
    told = [_warning(*pair) for pair in pairs[:_MOST_TOLD]]
    if len(pairs) > _MOST_TOLD:
        message = f"{len(pairs) - _MOST_TOLD} more pairs of rows have the same hosts and titles alike"
        told.append(ImportWarning(code="near_duplicates_more", message=message))
    return told


def _alike(group: list[Titled]) -> Iterator[tuple[Row, Row]]:
    group.sort(key=lambda titled: (titled[0], titled[2].row))
    for position, (title, numbers, row) in enumerate(group):
        for other_title, others, other in group[position + 1 : position + 1 + _NEIGHBOURS]:
            # A second part is no duplicate of the first: both are numbered, and the numbers differ.
            if numbers and others and numbers != others:
                continue
            if fuzz.ratio(title, other_title, score_cutoff=_ALIKE):
                first, second = sorted((row, other), key=lambda each: each.row)
                yield first, second


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _warning(first: Row, second: Row) -> ImportWarning:
    message = f"rows {first.row} and {second.row} have the same hosts and titles alike: {first.name} / {second.name}"
    return ImportWarning(code="near_duplicate", rows=[first.row, second.row], message=message)
