"""Migrations: once in effect whoever runs them, whole or not at all, and never as the service's own user."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from chassis.migrations import MigrationFailed, migrate
from tests.support.databases import Cluster, TestDatabase
from tests.support.parts import fresh_database

STATE = """
    SELECT string_agg(table_name || '.' || column_name || ' ' || data_type, E'\\n' ORDER BY table_name, column_name)
      FROM information_schema.columns WHERE table_schema = 'public'
"""


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def versions(made: TestDatabase) -> object:
    return await ask(made.owner_url, "SELECT array_agg(version ORDER BY version) FROM schema_migrations")


def write(folder: Path, name: str, up: str) -> None:
    (folder / f"{name}.sql").write_text(f"-- migrate:up\n{up}\n-- migrate:down\n", encoding="utf-8")


async def test_run_again_they_change_nothing(cluster: Cluster, tmp_path: Path) -> None:
    async with fresh_database(cluster) as (_, made):
        before = (await versions(made), await ask(made.owner_url, STATE))
        await migrate(made.owner_url, [Path("services/registry/migrations").resolve()])
        assert (await versions(made), await ask(made.owner_url, STATE)) == before


async def test_two_at_once_wait_for_each_other_and_each_file_is_applied_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    write(tmp_path, "9001_counted", "CREATE TABLE counted (n integer); SELECT pg_sleep(0.3);")
    write(tmp_path, "9002_count", "INSERT INTO counted VALUES (1);")
    async with fresh_database(cluster) as (_, made):
        await asyncio.gather(*(migrate(made.owner_url, [tmp_path]) for _ in range(3)))
        assert await ask(made.owner_url, "SELECT count(*) FROM counted") == 1


async def test_one_that_fails_leaves_nothing_of_itself_and_is_named(cluster: Cluster, tmp_path: Path) -> None:
    write(tmp_path, "9001_sound", "CREATE TABLE sound (n integer);")
    write(tmp_path, "9002_broken", "CREATE TABLE half (n integer); SELECT nothing FROM nowhere;")
    async with fresh_database(cluster) as (_, made):
        with pytest.raises(MigrationFailed, match=r"(?s)9002_broken.*nowhere"):
            await migrate(made.owner_url, [tmp_path])
        assert await ask(made.owner_url, "SELECT to_regclass('sound')") == "sound"
        assert await ask(made.owner_url, "SELECT to_regclass('half')") is None
        write(tmp_path, "9002_broken", "CREATE TABLE half (n integer);")
        await migrate(made.owner_url, [tmp_path])
        assert await ask(made.owner_url, "SELECT to_regclass('half')") == "half"


async def test_a_service_cannot_change_the_shape_of_its_tables_or_rewrite_its_log(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (_, made):
        for statement in (
            "CREATE TABLE mine (n integer)",
            "DROP TABLE events",
            "ALTER TABLE organization ADD COLUMN n integer",
            "UPDATE events SET body = body",
            "DELETE FROM events",
            "TRUNCATE events",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await ask(made.url, statement)
