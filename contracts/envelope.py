"""An event: a named fact in the past tense that carries the whole public state of one aggregate."""

from typing import Any, ClassVar
from uuid import UUID

from contracts.shapes import Aggregate, Shape


class Event(Shape):
    """A fact about one aggregate, which is the event's first field.

    `type` is `rollcall.<service>.<noun>.<fact>.v1`: the CloudEvents type and the subject on the bus.
    """

    type: ClassVar[str] = ""

    def __init_subclass__(cls, type: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, type: str = "", **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.type = type

    @property
    def aggregate(self) -> Aggregate:
        """The aggregate whose state this event carries."""
        first: Aggregate = getattr(self, next(iter(type(self).model_fields)))
        return first

    @property
    def aggregate_id(self) -> UUID:
        """The identity that the event speaks of."""
        return self.aggregate.id

    @property
    def aggregate_version(self) -> int:
        """Orders the events of one aggregate; the newest wins."""
        return self.aggregate.revision_number
