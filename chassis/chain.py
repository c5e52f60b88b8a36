"""The hash chain: each event's hash over its content and the hash before it, so that no change goes unseen."""

import hashlib
from dataclasses import dataclass

import asyncpg

from chassis.connections import Connection
from chassis.events import LoggedEvent

GENESIS = bytes(32)
PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: its number and hash."""

    link: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What walking the chain showed; `problems` is empty when every link holds."""

    head: Head
    link_count: int
    unchained_count: int
    problems: tuple[str, ...]


def next_hash(before: bytes, event: LoggedEvent) -> bytes:
    """SHA-256 over the hash before, every column of the event a line, and the body's own SHA-256."""
    content = (
        f"{event.position}\n{event.id}\n{event.type}\n{event.aggregate_id}\n{event.aggregate_version}\n"
        f"{event.occurred_at.isoformat()}\n{event.actor}\n{event.traceparent}\n"
    )
    return hashlib.sha256(before + content.encode() + hashlib.sha256(event.body).digest()).digest()


HEAD = "SELECT link, hash FROM event_chain ORDER BY link DESC LIMIT 1"


async def read_head(connection: Connection) -> Head:
    """The newest link; number 0 when nothing is chained yet."""
    row = await connection.fetchrow(HEAD)
    return Head(0, GENESIS) if row is None else Head(row["link"], row["hash"])


EXTEND = """
    INSERT INTO event_chain (link, position, hash)
    SELECT link, position, hash FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS l (link, position, hash)
"""


async def extend(connection: Connection, head: Head, events: list[LoggedEvent]) -> Head:
    """Chain `events` behind `head`, in the connection's transaction; the new head."""
    links: list[tuple[int, int, bytes]] = []
    for event in events:
        head = Head(head.link + 1, next_hash(head.hash, event))
        links.append((head.link, event.position, head.hash))
    if links:
        await connection.execute(EXTEND, *(list(column) for column in zip(*links, strict=True)))
    return head


WALK = """
    SELECT c.link, c.hash, e.position, e.id, e.type, e.aggregate_id, e.aggregate_version, e.occurred_at,
           e.actor::text AS actor, e.traceparent, e.body
      FROM event_chain c JOIN events e ON e.position = c.position
     WHERE c.link > $1 ORDER BY c.link LIMIT $2
"""
UNCHAINED = """
    -- What is told is chained in the same transaction, so an event in neither table was tampered with.
    SELECT count(*) FILTER (WHERE o.position IS NOT NULL) AS waiting,
           count(*) FILTER (WHERE o.position IS NULL) AS lost
      FROM events e LEFT JOIN event_chain c ON c.position = e.position
      LEFT JOIN outbox o ON o.position = e.position
     WHERE c.position IS NULL
"""


async def verify(connection: Connection, known: Head | None = None) -> ChainReport:
    """Walk the whole chain. `known` is a head published earlier: a chain that ends before it was cut off."""
    head, problems, seen = Head(0, GENESIS), list[str](), 0
    while rows := await connection.fetch(WALK, head.link, PAGE):
        for row in rows:
            if row["link"] != head.link + 1:
                problems.append(f"links {head.link + 1} to {row['link'] - 1} are missing")
            if row["hash"] != next_hash(head.hash, _event(row)):
                problems.append(f"link {row['link']}: event {row['id']} is not what was chained")
            head = Head(row["link"], row["hash"])
            seen += 1
            if known is not None and known.link == head.link and known.hash != head.hash:
                problems.append(f"link {head.link} has another hash than the head published there")
    if known is not None and head.link < known.link:
        problems.append(
            f"the chain ends at link {head.link}, and {known.link} was published: its tail is cut off"
        )
    counts = await connection.fetchrow(UNCHAINED)
    assert counts is not None
    if counts["lost"]:
        problems.append(f"{counts['lost']} events are neither chained nor waiting to be told")
    return ChainReport(head, seen, counts["waiting"], tuple(problems))


def _event(row: asyncpg.Record) -> LoggedEvent:
    return LoggedEvent(*row[2:])
