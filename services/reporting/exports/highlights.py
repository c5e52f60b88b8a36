"""Highlights: what units said of themselves in accepted summaries, verbatim, by district in the office's order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.reporting.exports.document import Paragraph, paragraphs
from services.reporting.exports.sources import Unit
from services.reporting.exports.tree import districts_of, places_of

NAMED = ("亮点活动", "创新做法", "特色内容")
"""The sections that are drawn, in the bulletin's order."""


@dataclass(frozen=True)
class Highlight:
    """One unit's accepted texts by section; `district` None: it stands in none."""

    unit: str
    district: str | None
    sections: dict[str, str]

    def paragraphs(self, section: str) -> Iterator[Paragraph]:
        """The section's text, with the unit's name before it."""
        yield from paragraphs(self.sections[section], lead=f"{self.unit}：")


def gather(official: Sequence[Any], units: Sequence[Unit]) -> list[Highlight]:
    """In the office's order: districts with those below them, then who stands in none."""
    places, districts = places_of(units), districts_of(units)
    names = {unit.id: unit.name for unit in units}
    last = len(places) + 1

    def place(told: Any) -> tuple[bool, int, str]:
        id = UUID(told["organization_id"])
        return id not in districts, places.get(id, last), told["id"]

    found = []
    for told in sorted(official, key=place):
        id = UUID(told["organization_id"])
        district = districts.get(id)
        sections = {name: text for name, text in told["sections"].items() if name in NAMED}
        if sections:
            found.append(
                Highlight(names.get(id, str(id)), None if district is None else district.name, sections)
            )
    return found
