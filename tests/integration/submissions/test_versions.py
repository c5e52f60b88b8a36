"""Versions: what one says other than another, what is withdrawn, and what the clock makes of it."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from chassis.access import KeyRing, Principal
from contracts.registry.assignments import AssignmentExtended, Extension
from tests.integration.submissions.conftest import DUE, SECTIONS, World

AFTER = DUE + timedelta(microseconds=1)


async def test_two_versions_are_compared_by_section_and_line(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment, text="一\n二\n三")).json()["id"]
    sections = {"特色内容": "一\n贰\n三", "创新做法": "一\n二\n三", "亮点活动": "一\n二\n三\n四"}
    await world.post("/v1/submissions", "town", {"assignment_id": str(assignment.id), "sections": sections})
    shown = (await world.get(f"/v1/submissions/{id}/difference?from=1&to=2", "office")).json()
    assert (shown["from_version"], shown["to_version"]) == (1, 2)
    by_name = {each["section"]: each for each in shown["sections"]}
    assert [by_name[name]["change"] for name in SECTIONS] == ["changed", "same", "changed"]
    assert [(line["change"], line["text"]) for line in by_name["特色内容"]["lines"]] == [
        ("kept", "一"),
        ("removed", "二"),
        ("added", "贰"),
        ("kept", "三"),
    ]
    assert by_name["创新做法"]["lines"] == []
    assert by_name["亮点活动"]["lines"][-1] == {"change": "added", "text": "四"}


async def test_a_nil_return_is_compared_too(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment)).json()["id"]
    await world.post("/v1/submissions", "town", {"assignment_id": str(assignment.id), "nil_return": True})
    shown = (await world.get(f"/v1/submissions/{id}/difference?from=1&to=2", "town")).json()
    assert (shown["nil_return_from"], shown["nil_return_to"]) == (False, True)
    assert {each["change"] for each in shown["sections"]} == {"removed"}


@pytest.mark.parametrize(
    ("query", "who", "status", "code"),
    [
        ("from=1&to=7", "town", 404, "version_unknown"),
        ("from=1&to=1", "stranger", 404, "not_found"),
        ("from=0&to=1", "town", 422, "invalid"),
        ("from=1", "town", 422, "invalid"),
    ],
)
async def test_versions_that_are_not_there_are_not_compared(
    world: World, query: str, who: str, status: int, code: str
) -> None:
    id = (await world.hand_in(await world.assign("town"))).json()["id"]
    answer = await world.get(f"/v1/submissions/{id}/difference?{query}", who)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_after_a_withdrawal_the_next_version_is_on_time_by_its_own_moment(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment)).json()["id"]
    withdrawn = await world.post(f"/v1/submissions/{id}/withdraw", "town", {"reason": "数据有误"})
    assert (withdrawn.json()["withdrawal_reason"], withdrawn.json()["withdrawn_at"]) == (
        "数据有误",
        "2024-09-01T01:00:00Z",
    )
    world.at(AFTER)
    again = (await world.hand_in(assignment)).json()
    assert (again["version"], again["on_time"]) == (2, False)
    shown = (await world.get(f"/v1/submissions/{id}", "town")).json()
    assert (shown["on_time"], shown["withdrawn_at"], shown["withdrawal_reason"]) == (False, None, None)


async def test_what_has_closed_says_when_and_whom_to_ask(world: World) -> None:
    assignment = await world.assign("town", closes_at=DUE)
    world.at(DUE)
    assert (await world.hand_in(assignment)).status_code == 201
    world.at(AFTER)
    problem = (await world.hand_in(assignment, text="再")).json()
    assert problem["code"] == "closed"
    assert (problem["closed_at"], problem["ask"]) == ("2024-09-16T23:59:59.999999+08:00", "office")
    assert "ask office for an extension" in problem["detail"]


async def test_an_extension_granted_while_a_unit_is_typing_counts_at_once(world: World) -> None:
    assignment = await world.assign("town", closes_at=DUE)
    world.at(AFTER)
    assert (await world.hand_in(assignment)).json()["code"] == "closed"
    until = DUE + timedelta(days=1)
    extension = Extension(due_at=until, reason="停电", granted_at=AFTER, granted_by=assignment.id)
    values = {"version": 2, "due_at": until, "closes_at": until, "extension": extension}
    await world.service.hear(AssignmentExtended(assignment=assignment.model_copy(update=values)))
    answer = await world.hand_in(assignment)
    assert (answer.status_code, answer.json()["on_time"]) == (201, True)


async def test_the_moment_is_when_the_last_byte_was_there(world: World) -> None:
    assignment = await world.assign("town")
    world.at(DUE)

    async def slowly() -> AsyncIterator[bytes]:
        yield f'{{"assignment_id": "{assignment.id}", '.encode()
        world.at(AFTER)
        yield b'"nil_return": true}'

    headers = {"Content-Type": "application/json"}
    answer = await world.service.ask(
        "POST", "/v1/submissions", world.keys["town"], content=slowly(), headers=headers
    )
    assert (answer.status_code, answer.json()["on_time"]) == (201, False)


async def test_the_time_that_the_server_takes_is_not_the_units(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = await world.assign("town")
    world.at(DUE)
    admit = KeyRing.admit

    async def admit_slowly(ring: KeyRing, authorization: list[str]) -> Principal:
        world.at(AFTER)
        return await admit(ring, authorization)

    monkeypatch.setattr(KeyRing, "admit", admit_slowly)
    receipt: dict[str, Any] = (await world.hand_in(assignment)).json()
    assert (receipt["on_time"], receipt["received_at"]) == (True, "2024-09-16T15:59:59.999999Z")


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("colour", "red", "colour"),
        ("sections", {"特色内容": "a\u0000b"}, "sections.特色内容"),
        ("sections", {"特色内容": "a\u001b[31m"}, "sections.特色内容"),
        ("sections", {"特色内容": "a\ud800b"}, "sections.特色内容"),
        ("sections", {"é": "x", "e\u0301": "y"}, "sections"),
        ("replaces_version", float("nan"), "replaces_version"),
    ],
    ids=["unknown", "NUL", "control", "surrogate", "twins", "NaN"],
)
async def test_what_is_doubtful_is_refused_by_the_name_of_its_field(
    world: World, field: str, value: Any, named: str
) -> None:
    assignment = await world.assign("town")
    body = json.dumps({"assignment_id": str(assignment.id), "sections": {}, field: value})
    headers = {"Content-Type": "application/json"}
    answer = await world.service.ask(
        "POST", "/v1/submissions", world.keys["town"], content=body.encode(), headers=headers
    )
    assert answer.status_code in (400, 422)
    assert named in [error["field"].removesuffix(".[key]") for error in answer.json()["errors"]]
    assert await world.service.events() == []


async def test_a_naive_moment_is_refused_by_the_name_of_its_field(world: World) -> None:
    id = (await world.hand_in(await world.assign("town"))).json()["id"]
    body = {"reasons": [{"reason": "x"}], "correct_by": "2024-09-20T00:00:00"}
    answer = await world.post(f"/v1/submissions/{id}/return", "office", body)
    assert [error["field"] for error in answer.json()["errors"]] == ["correct_by"]


async def test_text_and_names_are_kept_in_nfc(world: World) -> None:
    assignment = await world.assign("town", sections=["Café"])
    body = {"assignment_id": str(assignment.id), "sections": {"Cafe\u0301": "re\u0301sume\u0301"}}
    id = (await world.post("/v1/submissions", "town", body)).json()["id"]
    shown = (await world.get(f"/v1/submissions/{id}", "town")).json()
    assert shown["sections"] == {"Café": "résumé"}
