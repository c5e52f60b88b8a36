"""The schema that a service's migrations lead to. `python -m tests.support.schema` writes services/*/schema.sql."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

from chassis.migrations import migrate
from cli.servers.cluster import find_binaries
from cli.servers.postgres import Postgres
from contracts.streams import SERVICES

ROOT = Path(__file__).parents[2]
_NOISE = re.compile(r"^(--|SET |SELECT pg_catalog|\\(un)?restrict|\s*$)")


def schema_file(service: str) -> Path:
    """Where the schema is committed."""
    return ROOT / "services" / service / "schema.sql"


def dump_schema(dsn: str) -> str:
    """The schema as SQL, without owners, rights, comments and the dump's own settings."""
    said = subprocess.run(
        [find_binaries() / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", dsn],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return "\n".join(line for line in said.splitlines() if not _NOISE.match(line)) + "\n"


async def _write_all() -> None:
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder) / "postgres", Path(folder) / "log", durable=False)
        await postgres.start()
        try:
            for service in SERVICES:
                database = await postgres.ensure_service(service)
                await migrate(database.owner_dsn, [ROOT / "services" / service / "migrations"])
                schema_file(service).write_text(dump_schema(database.owner_dsn))
        finally:
            await postgres.stop()


if __name__ == "__main__":
    asyncio.run(_write_all())
