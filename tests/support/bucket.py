"""A bucket on loopback: an S3-compatible server (nanio) in a process of its own, which checks every signature."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from cli.servers.ports import find_free_port
from tests.support.waiting import until

BUCKET = "rollcall"


@dataclass
class Bucket:
    """The server's port, and the folder in which it keeps its objects."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def settings(self) -> dict[str, str]:
        """What a service is set to, to keep its files here."""
        return {
            "storage_url": f"s3://{BUCKET}/attachments",
            "storage_endpoint": f"http://127.0.0.1:{self.port}",
            "storage_access_key": "rollcall",
            "storage_secret_key": "a secret of this test",
        }

    def objects(self) -> list[Path]:
        """Every object below the prefix."""
        return sorted(path for path in (self.folder / BUCKET / "attachments").rglob("*") if path.is_file())

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()


@asynccontextmanager
async def a_bucket(folder: Path) -> AsyncIterator[Bucket]:
    """The server with one empty bucket, until the end of the block."""
    port = find_free_port()
    (folder / BUCKET).mkdir(parents=True)
    log = (folder.parent / "bucket.log").open("wb")
    keys = {"NANIO_ACCESS_KEY": "rollcall", "NANIO_SECRET_KEY": "a secret of this test"}
    where = ("--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port), "--no-access-log")
    bucket = Bucket(port, folder, _start([sys.executable, "-m", "nanio", "serve", *where], keys, log))

    async def answers() -> bool:
        assert bucket.process.poll() is None, (folder.parent / "bucket.log").read_text()
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{port}/")).status_code < 500
        except httpx.TransportError:
            return False

    try:
        await until(answers, seconds=30)
        yield bucket
    finally:
        bucket.stop()
        log.close()


def _start(command: list[str], keys: dict[str, str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env={**os.environ, **keys}, stdout=log, stderr=log)
