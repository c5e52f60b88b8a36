"""What the tests of attachments share: storing, naming, fetching, sweeping, and a look at the disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from chassis.files.uploads import Files
from contracts.registry.assignments import Assignment
from services.submissions.attachments.handlers import ATTACHMENTS
from tests.integration.submissions.conftest import SECTIONS, World
from tests.support.files import a_pdf

PDF = a_pdf()


def files_of(world: World) -> Files:
    files = world.service.running.files
    assert files is not None
    return files


async def upload(
    world: World,
    content: bytes = PDF,
    key: str = "town",
    name: str = "总结.pdf",
    kind: str = "",
    **headers: str,
) -> httpx.Response:
    """One file as browsers send it."""
    named = {each.replace("_", "-"): value for each, value in headers.items()}
    part = (name, content, kind or "application/octet-stream")
    return await world.service.ask(
        "POST", "/v1/attachments", world.keys[key], files={"file": part}, headers=named
    )


async def stored(world: World, content: bytes = PDF, **how: str) -> dict[str, Any]:
    answer = await upload(world, content, **how)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def hand_in(
    world: World, assignment: Assignment, ids: Sequence[str], key: str = "town", **headers: str
) -> httpx.Response:
    body = {
        "assignment_id": str(assignment.id),
        "sections": dict.fromkeys(SECTIONS, "正文"),
        "attachment_ids": list(ids),
    }
    return await world.post("/v1/submissions", key, body, **headers)


async def fetch(world: World, id: str, key: str = "town", **headers: str) -> httpx.Response:
    named = {each.replace("_", "-"): value for each, value in headers.items()}
    return await world.service.ask("GET", f"/v1/attachments/{id}/file", world.keys[key], headers=named)


def on_disk(world: World) -> list[Path]:
    """Every file in the storage's folder, those that come in included."""
    folder = files_of(world).storage.folder
    assert folder is not None
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def count(world: World, table: str) -> int:
    async with world.service.database.reading() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def sweep(world: World, grace_seconds: float = 0) -> None:
    await ATTACHMENTS.remove_unused(world.service.database)
    await ATTACHMENTS.remove_contents(world.service.database, files_of(world), grace_seconds)


async def count_of(world: World, id: str) -> int:
    async with world.service.database.reading() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM attachment WHERE id = $1", id))
