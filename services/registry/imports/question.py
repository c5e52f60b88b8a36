"""What the reading process is asked: a file, and the register that it is held against, as one run of bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.registry.imports import ImportKind

Want = Literal["findings", "changes", "workbook"]
Decided = tuple[str, str | None, str | None]
"""A text, and either the organization's id or the outside party that it was decided to mean."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The register as it stands, in PostgreSQL's own JSON: it passes through this process unread.

    `mark` changes whenever anything in it does.
    """

    units: str = "[]"
    activities: str = "[]"
    decided: Sequence[Decided] = ()
    categories: Mapping[int, str] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """`most_rows`: a file of more rows is only counted. `decisions` are those of the contract, as JSON values.

    `founded` are the ids that new organizations of the decisions get, by name.
    """

    kind: ImportKind
    file: bytes
    standing: Standing = Standing()
    prefixes: Sequence[str] = ()
    decisions: Sequence[Mapping[str, Any]] = ()
    founded: Mapping[str, str] = field(default_factory=dict)
    most_rows: int | None = None
    want: Want = "findings"

    def written(self) -> bytes:
        """As bytes: a line that says how long each part is, then the parts."""
        units, activities = self.standing.units.encode(), self.standing.activities.encode()
        head = {
            "kind": self.kind,
            "prefixes": list(self.prefixes),
            "decided": list(self.standing.decided),
            "categories": dict(self.standing.categories),
            "decisions": list(self.decisions),
            "founded": dict(self.founded),
            "most_rows": self.most_rows,
            "want": self.want,
            "lengths": [len(units), len(activities), len(self.file)],
        }
        return b"\n".join([json.dumps(head).encode(), units + activities + self.file])


def read_question(written: bytes) -> Question:
    """The question out of its bytes."""
    line, _, rest = written.partition(b"\n")
    head = json.loads(line)
    units, activities, file = head.pop("lengths")
    standing = Standing(
        units=rest[:units].decode(),
        activities=rest[units : units + activities].decode(),
        decided=[(text, id, party) for text, id, party in head.pop("decided")],
        categories={int(row): category for row, category in head.pop("categories").items()},
    )
    assert len(rest) == units + activities + file
    return Question(file=rest[units + activities :], standing=standing, **head)
