"""Reconciling: is everything that was told still in the stream? What a stream has lost is put back to be told."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from nats.js import JetStreamContext

from chassis import outbox
from chassis.connections import Connection
from chassis.identity import new_id

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as it was seen: when it was made, its first and last sequence, how many were deleted between."""

    created_at: datetime
    first_seq: int
    last_seq: int
    deleted_count: int


def find_loss(known: StreamState, present: StreamState) -> str | None:
    """What the stream has lost since it was last seen, in words; None when nothing."""
    if present.created_at != known.created_at:
        return f"the stream was made anew at {present.created_at.isoformat()}"
    if present.last_seq < known.last_seq:
        return f"the stream ends at {present.last_seq}, and {known.last_seq} had been confirmed"
    if present.first_seq > max(known.first_seq, 1):
        return f"the stream begins at {present.first_seq} instead of {max(known.first_seq, 1)}"
    if present.deleted_count > known.deleted_count:
        return f"{present.deleted_count - known.deleted_count} messages were deleted from the stream"
    return None


async def look(jetstream: JetStreamContext, stream: str) -> StreamState:
    """The stream as it is now; raises nats.js.errors.NotFoundError when there is none."""
    info = await jetstream.stream_info(stream)
    assert info.created is not None
    state = info.state
    return StreamState(info.created, state.first_seq, state.last_seq, state.num_deleted or 0)


KNOWN = "SELECT created_at, first_seq, last_seq, deleted_count FROM stream_state WHERE stream = $1"
REMEMBER = """
    INSERT INTO stream_state (stream, created_at, first_seq, last_seq, deleted_count, checked_at)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp())
    ON CONFLICT (stream) DO UPDATE SET created_at = excluded.created_at, first_seq = excluded.first_seq,
           last_seq = excluded.last_seq, deleted_count = excluded.deleted_count, checked_at = excluded.checked_at
"""


async def reconcile(connection: Connection, jetstream: JetStreamContext, stream: str) -> int:
    """Compare the stream with what was known of it, and put back every event if it has lost any; how many."""
    present = await look(jetstream, stream)
    row = await connection.fetchrow(KNOWN, stream)
    known = None if row is None else StreamState(**dict(row))
    if known == present:
        return 0
    loss = None if known is None else find_loss(known, present)
    async with connection.transaction():
        count = 0 if loss is None else await outbox.put_back(connection, new_id())
        await connection.execute(
            REMEMBER, stream, present.created_at, present.first_seq, present.last_seq, present.deleted_count
        )
    if loss is not None:
        log.error("stream_lost_events", stream=stream, loss=loss, put_back=count)
    return count


CONFIRM = "UPDATE stream_state SET last_seq = greatest(last_seq, $2) WHERE stream = $1"


async def confirm(connection: Connection, stream: str, last_seq: int) -> None:
    """Remember how far the stream has confirmed."""
    await connection.execute(CONFIRM, stream, last_seq)
