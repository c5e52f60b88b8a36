"""Every route that takes something in refuses what is doubtful, by the name of its field, and takes in nothing."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.submissions.conftest import World

JSON, LINES = "application/json", "application/x-ndjson"
AN_ID = "0191a1f2-7c5e-7a3b-9d4e-5f6071829304"
Place = tuple[str | int, ...]
Asked = tuple[str, str, str, Any]


def list_asked(document: dict[str, Any]) -> Iterator[Asked]:
    """Method, address, kind and an example of each body that the description speaks of."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            for kind, body in told.get("requestBody", {}).get("content", {}).items():
                address = path.replace("{id}", AN_ID).replace("{kind}", "other")
                if kind == JSON:
                    name = body["schema"]["$ref"].rpartition("/")[2]
                    yield from ((method, address, kind, each) for each in schemas[name]["examples"])
                elif kind == LINES:
                    lines = body["example"].splitlines()
                    yield from ((method, address, kind, json.loads(line)) for line in lines)


def leaves(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each value that holds no other, and where it stands."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if members is None:
        yield at, value
        return
    for name, member in members:
        yield from leaves(member, (*at, name))


def write_with(example: Any, place: Place, literal: str) -> str:
    """The example with this literal of JSON at one place."""
    copy = json.loads(json.dumps(example))
    inner = copy
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = "@here@"
    return json.dumps(copy, ensure_ascii=False).replace('"@here@"', literal)


def faults(example: Any) -> Iterator[tuple[str, str, str]]:
    """A body, the code of its refusal, the field that it names."""
    whole = json.dumps(example, ensure_ascii=False)
    first, value = next(iter(example.items()))
    yield whole[:-1] + ', "colour": "red"}', "invalid", "colour"
    yield f'{whole[:-1]}, "{first}": {json.dumps(value)}}}', "duplicate_name", first
    for place, value in leaves(example):
        field = ".".join(map(str, place))
        yield write_with(example, place, "NaN"), "invalid", field
        yield write_with(example, place, '["x"]'), "invalid", field
        if isinstance(value, str):
            yield write_with(example, place, r'"正\u0000文"'), "invalid", field
            yield write_with(example, place, r'"正\u0007文"'), "invalid", field
            yield write_with(example, place, r'"正\ud800文"'), "not_json", field
            yield write_with(example, place, '"正\x07文"'), "not_json", field
        if isinstance(value, str) and value[4:5] == "-" and "T" in value:
            yield write_with(example, place, '"2024-09-10T08:30:00"'), "invalid", field


async def send(world: World, asked: Asked, body: str) -> httpx.Response:
    """By a unit, whose key is let in everywhere: a body is looked at before rights are."""
    method, address, kind, _ = asked
    return await world.service.ask(
        method.upper(), address, world.keys["town"], content=body.encode(), headers={"Content-Type": kind}
    )


def problem_of(answer: httpx.Response, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["problem"] if kind == LINES else answer.json()
    return found


async def test_every_write_route_refuses_what_is_doubtful_by_the_name_of_its_field(world: World) -> None:
    document = (await world.service.ask("GET", "/openapi.json", None)).json()
    asked_for = list(list_asked(document))
    assert len({address for _, address, _, _ in asked_for}) >= 10
    tried = 0
    for asked in asked_for:
        for body, code, field in faults(asked[3]):
            answer = await send(world, asked, body)
            problem = problem_of(answer, asked[2])
            named = [each["field"] for each in problem.get("errors", [])]
            assert problem["code"] == code, (asked[:2], body, problem)
            assert any(name == field or name.startswith(f"{field}.") for name in named), (
                asked[:2],
                body,
                named,
            )
            assert field.rpartition(".")[2] in problem["detail"], (body, problem)
            tried += 1
    assert tried > 150
    assert await world.service.events() == []


async def test_every_form_says_that_state_secrets_may_not_be_entered(world: World) -> None:
    document = (await world.service.ask("GET", "/openapi.json", None)).json()
    forms = {"hand_in", "hand_in_bulk", "store_attachment", "report_incident", "add_report"}
    said = {
        told["operationId"]
        for methods in document["paths"].values()
        for told in methods.values()
        if "不得填报涉密信息" in json.dumps(told, ensure_ascii=False)
    }
    assert forms <= said
    assignment = await world.assign("town")
    (shown,) = (await world.get("/v1/assignments", "town")).json()["items"]
    receipt = (await world.hand_in(assignment)).json()
    assert (shown["notice"], receipt["notice"]) == ("不得填报涉密信息", "不得填报涉密信息")


@pytest.mark.parametrize("name", ["特色\u0007内容", "特色\u202e内容", "特色\n内容", " "])
async def test_the_name_of_a_section_is_as_strict_as_its_text(world: World, name: str) -> None:
    assignment = await world.assign("town")
    body = {"assignment_id": str(assignment.id), "sections": {name: "正文"}}
    answer = await world.post("/v1/submissions", "town", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["field"].startswith("sections.")
    assert await world.service.events() == []


async def test_what_an_incident_says_is_kept_in_nfc(world: World) -> None:
    body = {"severity": "general", "occurred_at": "2024-09-01T08:00:00+08:00", "summary": "cafe\u0301"}
    made = (await world.post("/v1/incidents", "town", body)).json()
    assert made["summary"] == "caf\u00e9"
    report = {"kind": "follow_up", "text": "re\u0301tabli"}
    followed = (await world.post(f"/v1/incidents/{made['id']}/reports", "town", report)).json()
    assert followed["reports"][0]["text"] == "r\u00e9tabli"
