"""What a coordinator is shown of a campaign beside its notifications."""

from uuid import UUID

from contracts.shapes import Shape


class Undated(Shape):
    """A deliverable without a date: nobody is reminded of it. `assignment_count` are those who owe it all the same."""

    deliverable_id: UUID
    title: str
    assignment_count: int
