"""A service's roles and database: one role owns and migrates, the other works; nobody else comes in."""

from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KNOWS_ROLE = "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)"
KNOWS_DATABASE = "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)"
RIGHTS = (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT"))


async def close_to_public(admin: Connection) -> None:
    """Leave nobody the way into the server's own databases, where PostgreSQL lets every role in."""
    await admin.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")


async def ensure_role(admin: Connection, name: str, password: str) -> None:
    """A role that can log in and do nothing yet. Names and passwords are ours: letters, digits, - and _."""
    verb = "ALTER" if await admin.fetchval(KNOWS_ROLE, name) else "CREATE"
    await admin.execute(
        f"{verb} ROLE \"{name}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD '{password}'"
    )


async def ensure_database(admin: Connection, owner: str, app: str) -> None:
    """A database of its owner's name, that only these two may enter."""
    if not await admin.fetchval(KNOWS_DATABASE, owner):
        await admin.execute(f'CREATE DATABASE "{owner}" OWNER "{owner}"')
    await admin.execute(f'REVOKE ALL ON DATABASE "{owner}" FROM PUBLIC')
    await admin.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{owner}" TO "{app}"')
    # The migration tool looks from there whether the database exists.
    await admin.execute(f'GRANT CONNECT ON DATABASE postgres TO "{owner}"')


async def grant_tables(owner: Connection, app: str) -> None:
    """The working role reads and writes the tables that the owner makes from now on.

    Those that are there already are left alone: a migration may have taken a right away from one.
    """
    await owner.execute(f'GRANT USAGE ON SCHEMA public TO "{app}"')
    for objects, rights in RIGHTS:
        await owner.execute(f'ALTER DEFAULT PRIVILEGES GRANT {rights} ON {objects} TO "{app}"')
