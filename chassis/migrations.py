"""Migrations: forward only, by dbmate, under a lock, as the database's owner."""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.connections import connect

LOCK = 7_655_002
CHASSIS = Path(__file__).with_name("migrations")


class MigrationFailed(Exception):
    """A migration did not go through; what dbmate said of it."""


async def migrate(owner_dsn: str, folders: Sequence[Path]) -> None:
    """Bring the database up to date with the chassis' own migrations (0001 to 0099) and those in `folders`."""
    connection = await connect(owner_dsn, "migrations")
    try:
        await connection.execute("SET lock_timeout = '60s'")
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await _run_dbmate(owner_dsn, [CHASSIS, *folders])
    finally:
        await connection.close()


async def _run_dbmate(dsn: str, folders: Sequence[Path]) -> None:
    directories = [part for folder in folders for part in ("--migrations-dir", str(folder))]
    separator = "&" if "?" in dsn else "?"
    process = await asyncio.create_subprocess_exec(
        _find_dbmate(),
        "--no-dump-schema",
        *directories,
        "up",
        env={
            **os.environ,
            "DATABASE_URL": f"{dsn}{separator}sslmode=disable",
            "PGOPTIONS": "-c lock_timeout=5s",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise MigrationFailed(said.decode(errors="replace").strip())


def _find_dbmate() -> str:
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise MigrationFailed("dbmate is not installed; expected it beside Python: make install")
    return found
