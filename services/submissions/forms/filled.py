"""What was found in a filled-in form, on its way from the process that read it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What is wrong at a cell, such as `B7` of a workbook or `table 1 row 7 column 2` of a document; None: at none."""

    cell: str | None
    section: str | None
    code: str
    message: str
    expected: str


@dataclass(frozen=True)
class Field:
    """A cell to fill in, beside its label."""

    label: str
    cell: str
    text: str


@dataclass
class Filled:
    """`numbers` are those that stand in cells, each with its cell."""

    numbers: list[tuple[str, str]] = field(default_factory=list)
    property_numbers: list[str] = field(default_factory=list)
    nil_return: Field | None = None
    fields: list[Field] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def from_json(told: dict[str, Any]) -> Filled:
    """What the reading process told."""
    nil_return = told["nil_return"]
    return Filled(
        numbers=[(cell, text) for cell, text in told["numbers"]],
        property_numbers=told["property_numbers"],
        nil_return=None if nil_return is None else Field(**nil_return),
        fields=[Field(**each) for each in told["fields"]],
        faults=[Fault(**each) for each in told["faults"]],
    )
