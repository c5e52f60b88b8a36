"""What the tests of forms over HTTP share: downloading one and sending one."""

from collections.abc import Sequence
from typing import Any

import httpx

from contracts.registry.assignments import Assignment
from tests.integration.submissions.conftest import World
from tests.support.forms import TEXTS


async def download(world: World, assignment: Assignment, format: str = "xlsx", key: str = "town") -> bytes:
    answer = await world.get(f"/v1/assignments/{assignment.id}/form?format={format}", key)
    assert answer.status_code == 200, answer.text
    return answer.content


async def send(
    world: World,
    content: bytes,
    name: str = "报送表.xlsx",
    key: str = "town",
    ids: Sequence[str] = (),
    **headers: str,
) -> httpx.Response:
    """One form as browsers send it."""
    return await world.service.ask(
        "POST",
        "/v1/submissions/form",
        world.keys[key],
        files={"file": (name, content, "application/octet-stream")},
        data={"attachment_ids": list(ids)},
        headers={each.replace("_", "-"): value for each, value in headers.items()},
    )


async def hand_in_json(world: World, assignment: Assignment, **fields: Any) -> httpx.Response:
    body = {"assignment_id": str(assignment.id), "sections": TEXTS, **fields}
    return await world.post("/v1/submissions", "town", body)


def errors_of(answer: httpx.Response) -> list[tuple[str | None, str | None, str]]:
    """Cell, section and code of each fault of a refused form."""
    assert (answer.status_code, answer.json()["code"]) == (422, "form_faulty"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [(each["cell"], each["section"], each["code"]) for each in answer.json()["errors"]]
