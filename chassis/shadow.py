"""A shadow: tables built anew beside those in use, compared with them row by row, put into their place at once.

Statements name their tables without a schema, so the very code that fills the tables in use fills the shadow on a
connection whose search path begins with it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

import asyncpg
import structlog

from chassis.connections import Connection

log = structlog.get_logger()

SCHEMA, OUTGOING = "shadow", "outgoing"
LOCK = 7_655_061
LOCK_TIMEOUT = "200ms"
"""Below deadlock_timeout (1 s): where a reader and the swap wait for each other, the swap gives way and tries again."""
SWAP_TRIES = 50


class Busy(Exception):
    """Another process builds a shadow in this database."""


class NotSwapped(Exception):
    """The tables in use were never free for a moment."""


LIST_COLUMNS = """
    SELECT a.attname
      FROM (SELECT indrelid, indkey FROM pg_index WHERE indrelid = $1::text::regclass AND indisunique
             ORDER BY indisprimary DESC, indexrelid LIMIT 1) AS i,
           unnest(i.indkey) WITH ORDINALITY AS k (number, nth), pg_attribute AS a
     WHERE a.attrelid = i.indrelid AND a.attnum = k.number
     ORDER BY k.nth
"""
LIST_INDEXES = """
    SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
      FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
     WHERE i.indrelid = $1::text::regclass ORDER BY c.relname
"""


async def make(owner: Connection, tables: Sequence[str]) -> None:
    """Empty shadows of the tables; what an earlier build left is removed. Busy when another builds."""
    if not await owner.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        raise Busy("another rebuild is under way in this database; expected one at a time")
    await drop(owner)
    await owner.execute(f"CREATE SCHEMA {SCHEMA}")
    for table in tables:
        await owner.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        await _name_indexes(owner, table)


async def drop(owner: Connection) -> None:
    """Remove the shadow, and the tables that it has replaced."""
    await owner.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    await owner.execute(f"DROP SCHEMA IF EXISTS {OUTGOING} CASCADE")


async def _name_indexes(owner: Connection, table: str) -> None:
    """Copied indexes get names of PostgreSQL's own making: give them those that migrations know."""
    wanted = {_anonymous(row): row["name"] for row in await owner.fetch(LIST_INDEXES, f"public.{table}")}
    for row in await owner.fetch(LIST_INDEXES, f"{SCHEMA}.{table}"):
        if row["name"] != (name := wanted[_anonymous(row)]):
            await owner.execute(f'ALTER INDEX {SCHEMA}."{row["name"]}" RENAME TO "{name}"')


def _anonymous(index: asyncpg.Record) -> str:
    return re.sub(r" INDEX \S+ ON (?:ONLY )?\S+ ", " INDEX ON ", index["definition"])


async def find_differences(owner: Connection, tables: Mapping[str, str], limit: int = 10) -> list[str]:
    """Rows in which the tables in use differ from their shadow, by primary or unique key, at most `limit`.

    `tables` are those to compare, each with the condition of the rows that count.
    """
    differences: list[str] = []
    for table, condition in tables.items():
        key = ", ".join(row["attname"] for row in await owner.fetch(LIST_COLUMNS, f"public.{table}"))
        # A table of many columns is compared as rows: every column counts, those of later migrations too.
        rows = await owner.fetch(
            f"""
            SELECT concat_ws(' ', {key}) AS key, bool_or(used) AS used, bool_or(NOT used) AS rebuilt
              FROM (SELECT {key}, true AS used FROM (TABLE public.{table} EXCEPT TABLE {SCHEMA}.{table}) AS more
                     WHERE {condition}
                     UNION ALL
                    SELECT {key}, false FROM (TABLE {SCHEMA}.{table} EXCEPT TABLE public.{table}) AS less
                     WHERE {condition}) AS each
             GROUP BY {key} ORDER BY 1 LIMIT $1
            """,  # noqa: S608 - the names are the services' own constants
            limit - len(differences),
        )
        differences += [f"{table} {row['key']}: {_in_words(row)}" for row in rows]
        if len(differences) >= limit:
            break
    return differences


def _in_words(row: asyncpg.Record) -> str:
    if row["used"] and row["rebuilt"]:
        return "its columns differ"
    return "in use, not in the log" if row["used"] else "in the log, missing in use"


async def swap(owner: Connection, tables: Sequence[str], catch_up: Callable[[], Awaitable[None]]) -> None:
    """Put the shadow in place of the tables in use.

    `catch_up` brings the shadow to the end of the logs while nobody can write to the tables in use, so that nothing
    which they know is missing there; those who read wait for that moment.
    """
    for _ in range(SWAP_TRIES):
        try:
            async with owner.transaction():
                await owner.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                named = ", ".join(f"public.{table}" for table in tables)
                await owner.execute(f"LOCK TABLE {named} IN ACCESS EXCLUSIVE MODE")
                await catch_up()
                await owner.execute(f"CREATE SCHEMA {OUTGOING}")
                for table in tables:
                    await owner.execute(f"ALTER TABLE public.{table} SET SCHEMA {OUTGOING}")
                    await owner.execute(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA public")
            return
        except asyncpg.LockNotAvailableError:
            await catch_up()
    raise NotSwapped(
        f"the tables were never free for {LOCK_TIMEOUT} in {SWAP_TRIES} tries; expected a quieter moment"
    )
