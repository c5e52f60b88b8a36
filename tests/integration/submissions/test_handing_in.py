"""Handing in: receipts, versions, what is on time, what is refused."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.registry.assignments import AssignmentWaived, Waiver
from tests.integration.submissions.conftest import DUE, SECTIONS, START, World

AFTER = DUE + timedelta(microseconds=1)


async def test_a_receipt_says_what_was_handed_in_when_and_its_hash(world: World) -> None:
    answer = await world.hand_in(await world.assign("town"))
    receipt = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert receipt["version"] == 1
    assert receipt["on_time"] is True
    assert receipt["state"] == "received"
    assert receipt["receipt_number"].startswith("20240901-")
    versions = (await world.get(f"/v1/submissions/{receipt['id']}/versions", "town")).json()["items"]
    assert hashlib.sha256(versions[0]["content"].encode()).hexdigest() == receipt["content_sha256"]
    assert json.loads(versions[0]["content"])["sections"] == dict.fromkeys(SECTIONS, "正文")
    kept = (await world.get(f"/v1/receipts/{receipt['receipt_number']}", "town")).json()
    assert kept == receipt


@pytest.mark.parametrize(
    ("moment", "on_time"),
    [
        (DUE - timedelta(seconds=1), True),
        (DUE, True),
        (AFTER, False),
        (datetime(2024, 9, 17, tzinfo=UTC), False),
    ],
)
async def test_on_time_is_until_the_last_instant_of_the_day(
    world: World, moment: datetime, on_time: bool
) -> None:
    assignment = await world.assign("town")
    world.at(moment)
    assert (await world.hand_in(assignment)).json()["on_time"] is on_time


async def test_on_time_is_judged_by_the_first_version(world: World) -> None:
    early, late = await world.assign("town"), await world.assign("town", deliverable_id=uuid4())
    await world.hand_in(early)
    world.at(AFTER)
    await world.hand_in(late)
    assert (await world.hand_in(early, text="再")).json()["on_time"] is True
    assert (await world.hand_in(late, text="再")).json()["on_time"] is False


async def test_what_has_no_date_is_always_on_time(world: World) -> None:
    assignment = await world.assign("town", due_at=None)
    world.at(datetime(2030, 1, 1, tzinfo=UTC))
    assert (await world.hand_in(assignment)).json()["on_time"] is True


async def test_each_version_is_kept_byte_for_byte_with_a_receipt_of_its_own(world: World) -> None:
    assignment = await world.assign("town")
    first = (await world.hand_in(assignment, text="一")).json()
    second = (await world.hand_in(assignment, text="二")).json()
    assert (first["version"], second["version"]) == (1, 2)
    assert first["id"] == second["id"]
    assert first["receipt_number"] != second["receipt_number"]
    versions = (await world.get(f"/v1/submissions/{first['id']}/versions", "town")).json()["items"]
    assert [json.loads(each["content"])["sections"]["特色内容"] for each in versions] == ["一", "二"]
    assert [each["receipt_number"] for each in versions] == [
        first["receipt_number"],
        second["receipt_number"],
    ]


async def test_a_nil_return_has_no_sections_and_is_one(world: World) -> None:
    assignment = await world.assign("town")
    answer = await world.post(
        "/v1/submissions", "town", {"assignment_id": str(assignment.id), "nil_return": True}
    )
    assert answer.status_code == 201
    assert answer.json()["nil_return"] is True


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"sections": {"特色内容": "x"}}, 422, "section_missing"),
        ({"sections": {**dict.fromkeys(SECTIONS, "x"), "其他": "x"}}, 422, "section_unknown"),
        (
            {"sections": dict.fromkeys(SECTIONS, "x"), "attachment_ids": [str(uuid4())]},
            422,
            "attachment_unknown",
        ),
        ({"sections": dict.fromkeys(SECTIONS, "x"), "replaces_version": 3}, 409, "stale_version"),
        ({"sections": dict.fromkeys(SECTIONS, " ")}, 422, "invalid"),
        ({"sections": dict.fromkeys(SECTIONS, "x"), "on_time": True}, 422, "invalid"),
        ({"sections": dict.fromkeys(SECTIONS, "x"), "nil_return": True}, 422, "invalid"),
        ({"sections": dict.fromkeys(SECTIONS, "长" * 40_000)}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_taken_in_is_refused_by_code_and_leaves_no_row(
    world: World, body: dict[str, Any], status: int, code: str
) -> None:
    assignment = await world.assign("town")
    answer = await world.post("/v1/submissions", "town", {"assignment_id": str(assignment.id), **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await world.service.events() == []


async def test_where_no_section_is_asked_for_something_else_is(world: World) -> None:
    assignment = await world.assign("town", sections=[])
    body = {"assignment_id": str(assignment.id), "sections": {}}
    answer = await world.post("/v1/submissions", "town", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_handed_in")
    assert (await world.post("/v1/submissions", "town", body | {"nil_return": True})).status_code == 201


async def test_a_missing_section_is_named(world: World) -> None:
    assignment = await world.assign("town")
    body = {"assignment_id": str(assignment.id), "sections": {"特色内容": "x"}}
    problem = (await world.post("/v1/submissions", "town", body)).json()
    assert problem["sections"] == ["创新做法", "亮点活动"]
    assert "创新做法" in problem["detail"]


async def test_nothing_is_taken_in_after_it_closed(world: World) -> None:
    assignment = await world.assign("town", closes_at=DUE)
    world.at(AFTER)
    answer = await world.hand_in(assignment)
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")
    assert "2024-09-16T23:59:59" in answer.json()["detail"]


async def test_what_is_waived_is_not_owed(world: World) -> None:
    assignment = await world.assign("town")
    waiver = Waiver(reason="不适用", granted_at=START, granted_by=uuid4())
    waived = assignment.model_copy(update={"version": 2, "state": "waived", "waiver": waiver})
    await world.service.hear(AssignmentWaived(assignment=waived))
    answer = await world.hand_in(assignment)
    assert (answer.status_code, answer.json()["code"]) == (409, "waived")


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("district", 404), ("office", 404), ("ops", 404)]
)
async def test_nobody_hands_in_for_another_unit(world: World, who: str, status: int) -> None:
    answer = await world.hand_in(await world.assign("town"), key=who)
    assert (answer.status_code, answer.json()["code"]) == (status, "not_assigned")


async def test_an_assignment_that_is_not_known_is_answered_as_one_of_another_unit(world: World) -> None:
    body = {"assignment_id": str(uuid4()), "sections": dict.fromkeys(SECTIONS, "x")}
    unknown = await world.post("/v1/submissions", "town", body)
    foreign = await world.hand_in(await world.assign("stranger"))
    assert unknown.json() == foreign.json()
    assert "takes a moment to arrive" in unknown.json()["detail"]


async def test_pitfall_05_fifty_identical_posts_at_once_make_one_submission(world: World) -> None:
    assignment = await world.assign("town")
    answers = await asyncio.gather(*(world.hand_in(assignment, Idempotency_Key="same") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert [version for _, _, version, _ in await world.service.events()] == [1]


async def test_pitfall_05_twenty_posts_at_once_are_twenty_versions_one_after_another(world: World) -> None:
    assignment = await world.assign("town")
    answers = await asyncio.gather(*(world.hand_in(assignment, text=f"第{n}") for n in range(20)))
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 21))
    assert [version for _, _, version, _ in await world.service.events()] == list(range(1, 21))


async def test_the_same_key_with_another_body_is_refused_and_a_refused_request_leaves_its_key_free(
    world: World,
) -> None:
    assignment = await world.assign("town")
    body = {"assignment_id": str(assignment.id), "sections": {}}
    assert (await world.post("/v1/submissions", "town", body, Idempotency_Key="k")).status_code == 422
    assert (await world.hand_in(assignment, Idempotency_Key="k")).status_code == 201
    other = await world.hand_in(assignment, text="另", Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused_with_other_body")


async def test_a_key_of_another_caller_is_another_key(world: World) -> None:
    mine, theirs = await world.assign("town"), await world.assign("stranger")
    assert (await world.hand_in(mine, Idempotency_Key="k")).status_code == 201
    assert (await world.hand_in(theirs, key="stranger", Idempotency_Key="k")).status_code == 201
