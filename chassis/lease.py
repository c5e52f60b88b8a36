"""The relay's lease: one leader a service, by an advisory lock; a standby ends one that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from chassis.connections import connect

log = structlog.get_logger()

LOCK = 7_655_001
STALE_SECONDS = 30.0

TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
BEAT = """
    INSERT INTO relay_lease (backend_pid, beat_at) VALUES (pg_backend_pid(), clock_timestamp())
    ON CONFLICT (singleton) DO UPDATE SET backend_pid = excluded.backend_pid, beat_at = excluded.beat_at
"""
END_STALE = """
    -- The name is asked for too: the number may belong to another session by now.
    SELECT pg_terminate_backend(a.pid) FROM relay_lease l
      JOIN pg_stat_activity a ON a.pid = l.backend_pid AND a.application_name = $1
     WHERE l.beat_at < clock_timestamp() - make_interval(secs => $2)
"""


@asynccontextmanager
async def lead(
    dsn: str, application: str, stale_seconds: float = STALE_SECONDS
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Wait to be the leader; then the connection that holds the lease, on which all of its work is done.

    A leader that was ended has lost this connection, and so can no longer write anything.
    """
    connection = await connect(dsn, application)
    try:
        while not await connection.fetchval(TRY_LOCK, LOCK):
            if await connection.fetchval(END_STALE, application, stale_seconds):
                log.warning("relay_leader_ended", reason=f"no beat for {stale_seconds} s")
            await asyncio.sleep(min(1.0, stale_seconds / 4))
        await beat(connection)
        yield connection
    finally:
        connection.terminate()


async def beat(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Say that the leader is alive."""
    await connection.execute(BEAT)
