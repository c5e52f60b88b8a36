"""A message as every channel takes it, and how a channel says that it did not arrive."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `delivery_id` is the same at every try, so that a repeat is known as one."""

    delivery_id: UUID
    subject: str
    text: str
    items: list[dict[str, Any]]


class NotDelivered(Exception):
    """Base: it did not arrive, as far as is known."""


class Permanent(NotDelivered):
    """No later try would change it: a person has to look."""


class Transient(NotDelivered):
    """It may arrive at another try."""
