"""Uploads to a real process: cut in the middle, many at once, and onto a disk that is full."""

import asyncio
from itertools import islice
from pathlib import Path

import httpx

from tests.support.databases import Cluster
from tests.support.upload_process import MEGABYTE, a_form, upload_process
from tests.support.waiting import until


async def test_a_connection_cut_in_the_middle_leaves_no_file_and_no_row(
    cluster: Cluster, tmp_path: Path
) -> None:
    async with upload_process(cluster, tmp_path) as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        head = (
            f"POST /v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {8 * MEGABYTE}\r\n\r\n"
        )
        writer.write(head.encode() + b"".join(islice(a_form(1, 8 * MEGABYTE), 60)))
        await writer.drain()

        async def is_growing() -> bool:
            return any(path.stat().st_size > MEGABYTE for path in service.on_disk())

        async def is_gone() -> bool:
            return service.on_disk() == []

        await until(is_growing)
        writer.transport.abort()
        del reader
        await until(is_gone)
        assert await service.count("attachment") == 0
        assert await service.count("stored_content") == 0
        assert await service.count("events") == 0
        async with httpx.AsyncClient() as client:
            assert (await service.upload(client, 1, MEGABYTE)).status_code == 201


async def test_many_files_at_once_take_little_memory(cluster: Cluster, tmp_path: Path) -> None:
    async with upload_process(cluster, tmp_path) as service:
        async with httpx.AsyncClient(timeout=60) as client:
            assert (await service.upload(client, 0, MEGABYTE)).status_code == 201
            before, most = service.rss(), 0
            uploads = [
                asyncio.create_task(service.upload(client, each, 10 * MEGABYTE)) for each in range(1, 11)
            ]
            while not all(upload.done() for upload in uploads):
                await asyncio.wait(uploads, timeout=0.01)
                most = max(most, service.rss())
            assert [upload.result().status_code for upload in uploads] == [201] * 10
        assert most - before < 60 * MEGABYTE
        assert len(service.on_disk()) == 11


async def test_a_full_disk_is_said_and_leaves_nothing(cluster: Cluster, tmp_path: Path) -> None:
    async with upload_process(cluster, tmp_path, most_bytes=2 * MEGABYTE) as service:
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await service.upload(client, 1, 3 * MEGABYTE)
            assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
            assert service.on_disk() == []
            assert await service.count("attachment") == 0
            assert (await service.upload(client, 2, MEGABYTE)).status_code == 201
