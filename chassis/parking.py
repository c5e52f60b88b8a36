"""Parking: what a service could not take in waits here with its reason, until a person puts it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection


@dataclass(frozen=True, slots=True)
class Parked:
    """A message as it came, and why it was not taken in."""

    id: UUID
    durable: str
    sequence: int
    subject: str
    headers: Mapping[str, str]
    body: bytes
    error: str
    tries: int
    parked_at: datetime


PARK = """
    INSERT INTO parked (id, durable, sequence, subject, headers, body, error, tries, parked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (id) DO UPDATE SET error = excluded.error, tries = excluded.tries, parked_at = excluded.parked_at
"""


async def park(connection: Connection, parked: Parked) -> None:
    """Keep a message; the same one again only renews its reason."""
    await connection.execute(
        PARK,
        parked.id,
        parked.durable,
        parked.sequence,
        parked.subject,
        dict(parked.headers),
        parked.body,
        parked.error,
        parked.tries,
        parked.parked_at,
    )


LIST = """
    SELECT id, durable, sequence, subject, headers, body, error, tries, parked_at
      FROM parked WHERE id > $1 ORDER BY id LIMIT $2
"""


async def read_page(connection: Connection, after: UUID, limit: int) -> list[Parked]:
    """The parked messages behind `after`, in the order of their ids."""
    return [Parked(**dict(row)) for row in await connection.fetch(LIST, after, limit)]


TAKE = """
    DELETE FROM parked WHERE id = $1
    RETURNING id, durable, sequence, subject, headers, body, error, tries, parked_at
"""


async def take(connection: Connection, id: UUID) -> Parked | None:
    """Take one out, in the transaction that tries it again."""
    row = await connection.fetchrow(TAKE, id)
    return None if row is None else Parked(**dict(row))


COUNT = "SELECT count(*) FROM parked"


async def count(connection: Connection) -> int:
    """How many are parked."""
    return int(await connection.fetchval(COUNT))
