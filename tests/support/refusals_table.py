"""The table of refusals. `python -m tests.support.refusals_table` writes docs/refusals.md."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import chassis
import services
from chassis import refusals
from chassis.refusals import Refusal

FILE = Path(__file__).parents[2] / "docs" / "refusals.md"
Row = tuple[str, int]
OTHERS: dict[Row, str] = {
    ("bad_request", 400): "The request cannot be read as HTTP.",
    (
        "invalid",
        422,
    ): "Fields of the body or the address are not what they should be: `errors` names each of them.",
    ("method_not_allowed", 405): "The address does not know this method: `Allow` names those that it knows.",
    ("failed", 500): "An error of ours, which is logged with the request's id; nothing was done.",
}
"""What is answered without a refusal of its own."""
MEANINGS = {
    "NotFound": "Not there, or not for the caller to know of: the two are told apart nowhere.",
    "StaleVersion": "It has moved on since the caller read it: `current_version` says how far.",
    "TooLarge": "The body, or what it makes, is larger than is taken.",
    "UnsupportedMedia": "The body is of another kind than is taken here, or is packed.",
    "Unavailable": "Not now: come again after `Retry-After`.",
}
"""The kinds of chassis/refusals.py that are answered as they are; the others are only there to be derived from."""


def all_refusals() -> list[type[Refusal]]:
    """Every refusal of the chassis and of all services that can be answered."""
    for package in (chassis, services):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    mine = [each for each in _below(Refusal) if each.__module__.partition(".")[0] in ("chassis", "services")]
    answered = [each for each in mine if each.__module__ != refusals.__name__ or each.__name__ in MEANINGS]
    return sorted(set(answered), key=lambda each: (each.__module__, each.__name__))


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def row_of(refusal: type[Refusal]) -> Row:
    """Code and status."""
    return refusal("").code, refusal.status


def meaning_of(refusal: type[Refusal]) -> str:
    """The first line of what the class says of itself."""
    said = MEANINGS.get(refusal.__name__) if refusal.__module__ == refusals.__name__ else refusal.__doc__
    return " ".join((said or "").split())


def write_page() -> str:
    """The page."""
    meanings: dict[Row, dict[str, None]] = defaultdict(dict)
    wheres: dict[Row, set[str]] = defaultdict(set)
    for refusal in all_refusals():
        meanings[row_of(refusal)][meaning_of(refusal)] = None
        wheres[row_of(refusal)].add(_where(refusal))
    for row, said in OTHERS.items():
        meanings[row][said] = None
        wheres[row].add("all")
    lines = [
        "# Refusals",
        "",
        "Every `code` that a problem (RFC 9457) can carry. A code stays; the `detail` is for people and may change.",
        "",
        "| code | status | what it means | where |",
        "|---|---|---|---|",
    ]
    for code, status in sorted(meanings):
        row = (code, status)
        where = "all" if "all" in wheres[row] else ", ".join(sorted(wheres[row]))
        lines.append(f"| `{code}` | {status} | {' / '.join(meanings[row])} | {where} |")
    return "\n".join(lines) + "\n"


def _where(refusal: type[Refusal]) -> str:
    parts = refusal.__module__.split(".")
    return "all" if parts[0] == "chassis" else parts[1]


if __name__ == "__main__":
    FILE.write_text(write_page(), encoding="utf-8")
