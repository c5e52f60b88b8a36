"""NameDecision 名称认定: what a person decided that a text means, remembered until it is undone."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.shapes import Command, Instant, Line, Prose, Reason, Shape


class NameDecision(Shape):
    """`in_force` is false once it was undone, or its unit has closed: then the text is to be decided again.

    A decision on a unit that was merged means the successor.
    """

    id: UUID
    text: str
    organization_id: UUID | None = None
    outside_party: str | None = None
    why: str | None = None
    decided_at: Instant
    decided_by: UUID
    undone_at: Instant | None = None
    undone_by: UUID | None = None
    in_force: bool


class DecideName(Command):
    """What `text` means: one organization of the register, or a party outside of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "苏州广播电视总台",
                    "organization_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304",
                    "why": "总台的简称，电话核实",
                },
                {"text": "嘉善县委宣传部", "outside_party": "浙江省嘉善县委宣传部"},
            ]
        }
    )

    text: Annotated[Prose, Field(max_length=600)]
    organization_id: UUID | None = None
    outside_party: Line | None = None
    why: Reason | None = None

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        if (self.organization_id is None) == (self.outside_party is None):
            raise ValueError("expected either organization_id or outside_party")
        return self
