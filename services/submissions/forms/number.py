"""The number of a form 编号: which assignment it is for, upon which version it was made, and in which layout."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

LAYOUT = 1
_ANY = re.compile(r"RC\d{1,3}-[0-9A-Fa-f-]{40,64}")
_WRITTEN = re.compile(
    r"RC(\d{1,3})-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-(\d{1,6})-([0-9a-f]{8})-([0-9a-f]{4})"
)


@dataclass(frozen=True, slots=True)
class FormNumber:
    """`sections` stands for the sections' names and their order, `base_version` is 0 before the first hand-in."""

    assignment_id: UUID
    base_version: int
    sections: str
    layout: int = LAYOUT

    def __str__(self) -> str:
        said = f"RC{self.layout}-{self.assignment_id}-{self.base_version}-{self.sections}"
        return f"{said}-{_digest(said)[:4]}"


def make_number(assignment_id: UUID, base_version: int, sections: Sequence[str]) -> FormNumber:
    """The number of the form that is made now."""
    return FormNumber(assignment_id, base_version, digest_of(sections))


def digest_of(sections: Sequence[str]) -> str:
    """What stands for these sections in a number."""
    return _digest("\0".join(sections))[:8]


def find_numbers(text: str) -> list[str]:
    """Whatever in a text looks like a number."""
    return [found.rstrip("-") for found in _ANY.findall(text)]


def read_number(text: str) -> FormNumber | None:
    """The number; None when a letter of it was changed or is missing."""
    found = _WRITTEN.fullmatch(text.lower().replace("rc", "RC", 1))
    if found is None:
        return None
    number = FormNumber(UUID(found[2]), int(found[3]), found[4], int(found[1]))
    return number if str(number)[-4:] == found[5] else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
