"""2 GB in forty files at once: the process that takes them stays under 300 MB, and every byte is there afterwards."""

import asyncio
import hashlib
import sys
import tempfile
import time
from pathlib import Path

import httpx

from cli.servers.postgres import Postgres
from tests.support.servers import start_cluster
from tests.support.upload_process import MEGABYTE, UploadProcess, upload_process

FILES = 41
SIZE = 50 * MEGABYTE
MOST = 300 * MEGABYTE


async def play(folder: Path) -> bool:
    """Whether it held; prints what was measured."""
    postgres = Postgres(folder / "postgres", folder / "postgres.log", durable=False)
    cluster = await start_cluster(postgres)
    try:
        async with upload_process(cluster, folder) as service:
            return await _send_all(service)
    finally:
        await postgres.stop()


async def _send_all(service: UploadProcess) -> bool:
    before, most, started = service.rss(), 0, time.monotonic()
    limits = httpx.Limits(max_connections=FILES)
    async with httpx.AsyncClient(timeout=600, limits=limits) as client:
        uploads = [asyncio.create_task(service.upload(client, each, SIZE)) for each in range(FILES)]
        while not all(upload.done() for upload in uploads):
            await asyncio.wait(uploads, timeout=0.05)
            most = max(most, service.rss())
    seconds = time.monotonic() - started
    answers = [upload.result() for upload in uploads]
    kept = {hashlib.sha256(path.read_bytes()).hexdigest() for path in service.on_disk()}
    told = {answer.json().get("sha256") for answer in answers}
    print(
        f"{FILES} files of {SIZE // MEGABYTE} MB at once in {seconds:.1f} s: "
        f"{before // MEGABYTE} MB before, {most // MEGABYTE} MB at most, expected under {MOST // MEGABYTE} MB"
    )
    return most < MOST and all(answer.status_code == 201 for answer in answers) and kept == told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(0 if asyncio.run(play(Path(made))) else 1)
