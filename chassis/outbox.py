"""The outbox: the positions of the log that are still to be told, and what became of trying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.events import LoggedEvent

BATCH = 500
BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event to be told. `replay` is set when it is told once more; `chained` when it has its link."""

    event: LoggedEvent
    replay: UUID | None
    chained: bool

    @property
    def message_id(self) -> str:
        """What the stream knows it by; a replay has its own, for the window would swallow it."""
        own = str(self.event.id)
        return own if self.replay is None else f"replay:{self.replay}:{own}"


READ = """
    SELECT o.replay, c.position IS NOT NULL AS chained, e.position, e.id, e.type, e.aggregate_id,
           e.aggregate_version, e.occurred_at, e.actor::text AS actor, e.traceparent, e.body
      FROM (SELECT position, replay, sum(bytes) OVER (ORDER BY position) - bytes AS bytes_before
              FROM (SELECT o.position, o.replay, octet_length(e.body) AS bytes
                      FROM outbox o JOIN events e ON e.position = o.position
                     WHERE o.parked_at IS NULL AND o.position <> ALL ($3::bigint[])
                     ORDER BY o.position LIMIT $1) AS oldest) AS o
      JOIN events e ON e.position = o.position
      LEFT JOIN event_chain c ON c.position = o.position
     WHERE o.bytes_before < $2
     ORDER BY o.position
"""


async def read(connection: Connection, besides: Sequence[Waiting] = ()) -> list[Waiting]:
    """The oldest that wait `besides` those on their way already: at most BATCH, and about BATCH_BYTES."""
    rows = await connection.fetch(READ, BATCH, BATCH_BYTES, [w.event.position for w in besides])
    return [Waiting(LoggedEvent(*row[2:]), row["replay"], row["chained"]) for row in rows]


TAKE_OUT = """
    -- A replay asked for meanwhile has another replay id, and stays.
    DELETE FROM outbox o USING unnest($1::bigint[], $2::uuid[]) AS told (position, replay)
     WHERE o.position = told.position AND o.replay IS NOT DISTINCT FROM told.replay
"""


async def take_out(connection: Connection, told: list[Waiting]) -> None:
    """Take out what the stream has confirmed."""
    await connection.execute(TAKE_OUT, [w.event.position for w in told], [w.replay for w in told])


PARK = "UPDATE outbox SET failed_count = failed_count + 1, parked_at = now(), error = $2 WHERE position = $1"


async def park(connection: Connection, waiting: Waiting, error: str) -> None:
    """Set aside what can never be published, with its reason, so that those behind it go on."""
    await connection.execute(PARK, waiting.event.position, error)


PUT_BACK = """
    INSERT INTO outbox (position, replay) SELECT position, $1 FROM events WHERE position >= $2
    ON CONFLICT (position) DO UPDATE SET replay = excluded.replay, parked_at = NULL, error = NULL
"""


async def put_back(connection: Connection, replay: UUID, from_position: int = 1) -> int:
    """Have the events from a position on told again, in their order; how many."""
    return int((await connection.execute(PUT_BACK, replay, from_position)).split()[-1])


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many events wait, since when the oldest does, and how many are parked."""

    waiting_count: int
    oldest_at: datetime | None
    parked_count: int


BACKLOG = """
    SELECT count(*) FILTER (WHERE o.parked_at IS NULL) AS waiting_count,
           count(*) FILTER (WHERE o.parked_at IS NOT NULL) AS parked_count,
           (SELECT e.occurred_at FROM events e
             WHERE e.position = min(o.position) FILTER (WHERE o.parked_at IS NULL)) AS oldest_at
      FROM outbox o
"""


async def backlog(connection: Connection) -> Backlog:
    """What waits at present."""
    row = await connection.fetchrow(BACKLOG)
    assert row is not None
    return Backlog(row["waiting_count"], row["oldest_at"], row["parked_count"])
