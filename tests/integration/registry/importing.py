"""Imports as a coordinator makes them, for the tests of imports."""

from typing import Any

import httpx

from tests.integration.registry.conftest import World
from tests.support.spreadsheets import HEADINGS, an_xlsx

ONE = (1, "网络安全进乡村", "网络举报进乡村", "盛泽镇")


def sheet(*rows: tuple[object, ...]) -> bytes:
    """A register of activities."""
    return an_xlsx([HEADINGS, *rows])


async def send(
    world: World, content: bytes, kind: str = "activities", key: str = "coordinator", **headers: str
) -> httpx.Response:
    """One file for the world's campaign."""
    return await world.service.ask(
        "POST",
        f"/v1/campaigns/{world.campaign_id}/imports",
        world.keys[key],
        files={"file": ("register.xlsx", content, "application/octet-stream")},
        data={"kind": kind},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


async def shown(world: World, content: bytes, kind: str = "activities") -> Any:
    """The preview of a file that is short."""
    answer = await send(world, content, kind)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def apply(world: World, id: str, *decisions: dict[str, Any], **headers: str) -> httpx.Response:
    """Apply an import with these decisions."""
    return await world.post(f"/v1/imports/{id}/apply", {"decisions": list(decisions)}, **headers)


async def applied(world: World, content: bytes, kind: str = "activities") -> Any:
    """What came of a file that needs no decision."""
    answer = await apply(world, (await shown(world, content, kind))["id"])
    assert answer.status_code == 200, answer.text
    return answer.json()
