"""The event log: each fact appended in the transaction that made it true, and queued there to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from pydantic_core import to_json

from chassis.connections import Connection
from chassis.identity import new_name
from chassis.refusals import TooLarge
from chassis.writing import Parts, Write, write

BODY_LIMIT = 512 * 1024
"""Bytes of an event: half of what NATS takes. Longer belongs in attachments, which never travel on the bus."""


class Fact(Protocol):
    """What the log needs of an event, which is a pydantic model; the contracts' Event has it."""

    type: ClassVar[str]

    @property
    def aggregate_id(self) -> UUID: ...

    @property
    def aggregate_version(self) -> int: ...


class Actor(Protocol):
    """Who did it, as the log keeps it."""

    def as_actor(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class System:
    """The service itself, acting on the clock or on an event."""

    name: str

    def as_actor(self) -> Mapping[str, Any]:
        return {"system": self.name}


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One row of the log. `actor` is JSON; `body` is the event, byte for byte as it is told."""

    position: int
    id: UUID
    type: str
    aggregate_id: UUID
    aggregate_version: int
    occurred_at: datetime
    actor: str
    traceparent: str
    body: bytes


class Entry(NamedTuple):
    """A fact for the log: who made it true, and in which trace."""

    fact: Fact
    actor: Actor
    traceparent: str


APPEND = Parts(
    appended="""
        INSERT INTO events (id, type, aggregate_id, aggregate_version, occurred_at, actor, traceparent, body)
        SELECT id, type, aggregate_id, aggregate_version, $2, actor::jsonb, traceparent, body
          FROM unnest((SELECT $1::entry[])) WITH ORDINALITY
               AS entry (id, type, aggregate_id, aggregate_version, actor, traceparent, body, nth)
         ORDER BY nth
        RETURNING position
    """,
    queued="INSERT INTO outbox (position) SELECT position FROM appended",
)


async def append(connection: Connection, entries: Sequence[Entry], at: datetime) -> None:
    """Append facts to the log and the outbox, in their order, in the connection's transaction."""
    await write(connection, appending(entries, at))


def appending(entries: Sequence[Entry], at: datetime) -> Write:
    """The same, to be written together with what made them true; TooLarge for one that the bus would not take."""
    return Write(APPEND, [[_row(entry) for entry in entries], at])


def _row(entry: Entry) -> tuple[Any, ...]:
    fact, body = entry.fact, to_json(entry.fact)
    if len(body) > BODY_LIMIT:
        raise TooLarge(f"{fact.type} takes {len(body)} bytes; expected at most {BODY_LIMIT}")
    actor = to_json(entry.actor.as_actor()).decode()
    return new_name(), fact.type, fact.aggregate_id, fact.aggregate_version, actor, entry.traceparent, body
