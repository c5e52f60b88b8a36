"""Submissions in a process of its own, as it runs in earnest, with files that are sent to it piece by piece."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import psutil

from chassis import access
from chassis.access import AccessKey
from chassis.connections import connect
from chassis.identity import new_id
from cli.servers.ports import find_free_port
from tests.support.databases import Cluster, TestDatabase
from tests.support.files import a_pdf
from tests.support.waiting import until

MEGABYTE = 1024 * 1024


class UploadProcess:
    """The process, its folder of files, and a key that stores attachments."""

    def __init__(
        self, made: TestDatabase, folder: Path, key: str, most_bytes: int | None, **settings: str
    ) -> None:
        self.made, self.key, self.port = made, key, find_free_port()
        self.files, self.log = folder / "files", folder / "service.log"
        values = {
            "DATABASE_URL": made.url,
            "NATS_URL": f"nats://127.0.0.1:{find_free_port()}",
            "PORT": str(self.port),
            "ROLE": "serve",
            "STORAGE_URL": f"file:{self.files}",
            **settings,
        }

        def limit() -> None:
            assert most_bytes is not None
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.submissions"],
                env={**os.environ, **{f"ROLLCALL_{name}": value for name, value in values.items()}},
                stderr=log,
                preexec_fn=None if most_bytes is None else limit,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    async def until_live(self) -> None:
        async def is_live() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                async with httpx.AsyncClient() as client:
                    return (await client.get(f"{self.url}/live")).status_code == 200
            except httpx.TransportError:
                return False

        await until(is_live, seconds=30)

    def rss(self) -> int:
        """Bytes of memory that it has at present."""
        found: int = psutil.Process(self.process.pid).memory_info().rss
        return found

    def on_disk(self) -> list[Path]:
        """Every file below its folder."""
        return sorted(path for path in self.files.rglob("*") if path.is_file())

    async def count(self, table: str) -> int:
        connection = await asyncpg.connect(self.made.url)
        try:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))
        finally:
            await connection.close()

    async def upload(self, client: httpx.AsyncClient, number: int, size: int) -> httpx.Response:
        """A file of this size, unlike any other, sent as a stream: nothing of it is gathered here either."""
        return await client.post(
            f"{self.url}/v1/attachments",
            headers={**self.headers, "Content-Type": "multipart/form-data; boundary=b"},
            content=_slowly(a_form(number, size)),
        )

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def a_form(number: int, size: int) -> Iterator[bytes]:
    """A form with a pdf of this size, in chunks."""
    yield f'--b\r\nContent-Disposition: form-data; name="file"; filename="{number}.pdf"\r\n\r\n'.encode()
    head = a_pdf(str(number))
    yield head
    left = size - len(head)
    while left > 0:
        yield bytes(min(left, 64 * 1024))
        left -= 64 * 1024
    yield b"\r\n--b--\r\n"


async def _slowly(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
        await asyncio.sleep(0)


@asynccontextmanager
async def upload_process(
    cluster: Cluster, folder: Path, most_bytes: int | None = None, **settings: str
) -> AsyncIterator[UploadProcess]:
    """Submissions over a fresh database; with `most_bytes` no file of it can grow longer, as on a full disk."""
    made = await cluster.clone("submissions")
    process = UploadProcess(made, folder, await _let_in(made), most_bytes, **settings)
    try:
        await process.until_live()
        yield process
    finally:
        process.end()
        await made.drop()


async def _let_in(made: TestDatabase) -> str:
    id, secret = new_id(), access.make_secret()
    key = AccessKey(id, UUID(int=1), "reporter", access.hash_secret(secret), None, None, 1)
    connection = await connect(made.url, "test")
    try:
        await access.keep(connection, [key])
    finally:
        await connection.close()
    return access.write_key(id, secret)
