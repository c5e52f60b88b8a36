"""Succession 合并、拆分: what becomes of a unit's names, of the units below it, and of what it owes."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.registry.organizations import Kind
from contracts.shapes import Command, Line, Reason


class MergeOrganization(Command):
    """`on` is the day on which it closed; null: today. It may be past, so that papers can be caught up with."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "into_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304",
                    "on": "2024-09-01",
                    "reason": "机构改革：并入区委社会工作部",
                }
            ]
        }
    )

    into_id: UUID
    on: date | None = None
    reason: Reason


class Successor(Command):
    """A unit of the register by its id, or one that is made now: then name and kind, and what else is known."""

    organization_id: UUID | None = None
    name: Line | None = None
    short_name: Line | None = None
    kind: Kind | None = None
    parent_id: UUID | None = None
    aliases: list[Line] = Field(default=[], max_length=50)
    sort_order: int = Field(default=0, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        given = self.model_fields_set
        is_known = self.organization_id is not None and given == {"organization_id"}
        is_new = self.name is not None and self.kind is not None and "organization_id" not in given
        if not (is_known or is_new):
            raise ValueError("expected organization_id alone, or name and kind of a new organization")
        return self


class SplitOrganization(Command):
    """The first of `into` takes over what is open and the units below; the others owe the same beside it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "into": [
                        {"organization_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304"},
                        {"name": "高新区狮山街道", "kind": "town", "short_name": "狮山"},
                    ],
                    "on": None,
                    "reason": "区划调整",
                }
            ]
        }
    )

    into: list[Successor] = Field(min_length=2, max_length=50)
    on: date | None = None
    reason: Reason
