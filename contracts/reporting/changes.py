"""Changes: what is told live to those who look at a campaign."""

from uuid import UUID

from contracts.shapes import Instant, Shape


class Change(Shape):
    """One aggregate has come to a new version, by this fact (`submission`, `received`).

    `organization_ids` are the units that it concerns: who owes, or who hosts; empty for what concerns all.
    """

    noun: str
    fact: str
    id: UUID
    version: int
    organization_ids: list[UUID]
    heard_at: Instant


class Changes(Shape):
    """The data of an SSE message `changes`; its id is the Last-Event-ID to go on from.

    `behind_seconds` says by how much the figures lag that are read now.
    """

    changes: list[Change]
    behind_seconds: float
