"""Connections to PostgreSQL, all made in the same way: UTC, bounded waits, jsonb as Python values."""

import json
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    # A connection that is lost while one operation is under way refuses the next (a rollback, say) with this.
    asyncpg.InternalClientError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
)
"""What an asyncpg call raises when the server is away or too busy: transient, so try again later."""


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


async def prepare(connection: Connection) -> None:
    """Teach a new connection to read and write jsonb as Python values."""
    await connection.set_type_codec("jsonb", encoder=_dump, decoder=json.loads, schema="pg_catalog")


async def _keep(_: Connection) -> None:
    """Nothing to reset: no session state is ever set, and the reset costs a round trip a request."""


def settings_for(application: str) -> dict[str, str]:
    """Server settings of every session; times in milliseconds."""
    return {
        "application_name": application,
        "TimeZone": "UTC",
        "idle_in_transaction_session_timeout": "30000",
        "statement_timeout": "30000",
        "lock_timeout": "5000",
        # Statements here run for milliseconds; compiling one of them takes longer than all of its runs save.
        "jit": "off",
        "tcp_keepalives_idle": "10",
        "tcp_user_timeout": "20000",
    }


async def open_pool(dsn: str, application: str, size: int, **session: str) -> "asyncpg.Pool[asyncpg.Record]":
    """A pool that connects when first asked, so that a service starts before its database does.

    `session` are server settings beside those that every session has.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        timeout=5,
        init=prepare,
        reset=_keep,
        server_settings=settings_for(application) | session,
    )


async def connect(dsn: str, application: str) -> "asyncpg.Connection[asyncpg.Record]":
    """One connection of its own, outside any pool."""
    connection = await asyncpg.connect(dsn, timeout=5, server_settings=settings_for(application))
    await prepare(connection)
    return connection
