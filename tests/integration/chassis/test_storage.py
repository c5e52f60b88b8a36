"""Storage in a folder and in a bucket on a real S3-compatible server: the same rules, by one interface."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.files.settings import FileSettings
from chassis.files.storage import Storage, StorageAway, open_storage
from tests.support.bucket import Bucket, a_bucket
from tests.support.databases import Cluster
from tests.support.upload_process import MEGABYTE, upload_process

CONTENT = os.urandom(20 * MEGABYTE + 17)


def open_at(**settings: Any) -> Storage:
    needed = {"database_url": "postgres://u@127.0.0.1/d", "nats_url": "nats://127.0.0.1", "port": 1}
    return open_storage(FileSettings.model_validate({**needed, **settings}))


@pytest.fixture(params=["folder", "bucket"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    async with AsyncExitStack() as stack:
        if request.param == "folder":
            yield open_at(storage_url=f"file:{tmp_path}/files")
        else:
            bucket = await stack.enter_async_context(a_bucket(tmp_path / "bucket"))
            yield open_at(**bucket.settings)


async def read(storage: Storage, location: str, *span: int) -> bytes:
    return b"".join([chunk async for chunk in storage.read(location, *span)])


async def test_what_is_kept_is_read_back_whole_and_in_part(storage: Storage, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for content in (b"x", CONTENT):
        file.write_bytes(content)
        location = f"ab/{hashlib.sha256(content).hexdigest()}"
        await storage.keep(file, location)
        assert await read(storage, location) == content
    assert await read(storage, location, 5_000_000, 5_000_010) == CONTENT[5_000_000:5_000_010]
    assert await read(storage, location, 20 * MEGABYTE) == CONTENT[20 * MEGABYTE :]


async def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(
    storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    await storage.keep(tmp_path / "file", "ab/x")
    await storage.delete("ab/x")
    await storage.delete("ab/x")
    with pytest.raises(FileNotFoundError):
        await read(storage, "ab/x")


async def test_a_file_is_found_by_the_beginning_of_its_location_among_others(
    storage: Storage, tmp_path: Path
) -> None:
    for location in ("ab/abc1-one", "ab/abd2-two", "ab/abd2x-three", "ac/abd2-four", "ab/abe3-five"):
        (tmp_path / "file").write_bytes(location.encode())
        await storage.keep(tmp_path / "file", location)
    assert await storage.find("ab/abd2-") == "ab/abd2-two"
    assert await storage.find("ab/abd9") is None
    assert await storage.find("zz/none") is None


async def test_a_bucket_that_is_away_or_refuses_the_key_is_said_to_be_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    async with a_bucket(tmp_path / "bucket") as bucket:
        wrong = open_at(**{**bucket.settings, "storage_secret_key": "another"})
        with pytest.raises(StorageAway):
            await wrong.keep(tmp_path / "file", "ab/x")
        away = open_at(**bucket.settings)
        bucket.stop()
        with pytest.raises(StorageAway):
            await away.keep(tmp_path / "file", "ab/x")
    assert bucket.objects() == []


async def test_a_service_keeps_its_files_in_a_bucket(cluster: Cluster, tmp_path: Path) -> None:
    async with a_bucket(tmp_path / "bucket") as bucket:
        settings = {name.upper(): value for name, value in bucket.settings.items()}
        settings["STORAGE_INCOMING"] = str(tmp_path / "incoming")
        async with upload_process(cluster, tmp_path, None, **settings) as service:
            async with httpx.AsyncClient(timeout=30, headers=service.headers) as client:
                made = (await service.upload(client, 1, 12 * MEGABYTE)).json()
                assert _kept(bucket) == [made["sha256"]]
                assert list((tmp_path / "incoming").iterdir()) == []
                path = f"{service.url}/v1/attachments/{made['id']}/file"
                whole = await client.get(path)
                assert hashlib.sha256(whole.content).hexdigest() == made["sha256"]
                part = await client.get(path, headers={"Range": "bytes=100-199"})
                assert (part.status_code, part.content) == (206, whole.content[100:200])
                bucket.stop()
                for answer in (await service.upload(client, 2, MEGABYTE), await client.get(path)):
                    assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
                    assert "Retry-After" in answer.headers


def _kept(bucket: Bucket) -> list[str]:
    return [path.name.partition("-")[0] for path in bucket.objects()]
