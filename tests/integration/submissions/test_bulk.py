"""Bulk: each line answers for itself, in order, and the whole may be sent again."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx

from chassis.access import Principal
from chassis.identity import new_id
from contracts.registry.assignments import Assignment
from services.submissions.submissions.bulk import PORTION, answer, read_bulk
from services.submissions.submissions.intake import Intake
from tests.integration.submissions.conftest import DUE, SECTIONS, World


def a_line(assignment: Assignment, text: str = "正文", **fields: Any) -> str:
    body = {"assignment_id": str(assignment.id), "sections": dict.fromkeys(SECTIONS, text), **fields}
    return json.dumps(body, ensure_ascii=False)


async def send(world: World, body: str | bytes, key: str = "town", **headers: str) -> httpx.Response:
    named = {"Content-Type": "application/x-ndjson"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    content = body.encode() if isinstance(body, str) else body
    return await world.service.ask(
        "POST", "/v1/submissions/bulk", world.keys[key], content=content, headers=named
    )


def lines_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_each_line_has_its_own_receipt_or_refusal_in_the_order_of_the_lines(world: World) -> None:
    mine, theirs = await world.assign("town"), await world.assign("stranger")
    body = "\n".join(
        [
            a_line(mine),
            "not JSON",
            a_line(theirs),
            "",
            a_line(mine, colour="red"),
            a_line(mine, text="再"),
            '{"assignment_id": "' + str(uuid4()) + '", "nil_return": true}',
            '{"assignment_id": "' + str(mine.id) + '", "nil_return": true, "nil_return": true}',
        ]
    )
    answers = lines_of(await send(world, body + "\n"))
    assert [(each["line"], each["status"]) for each in answers] == [
        (1, 201),
        (2, 400),
        (3, 404),
        (5, 422),
        (6, 201),
        (7, 404),
        (8, 400),
    ]
    assert [each["problem"]["code"] for each in answers if "problem" in each] == [
        "not_json",
        "not_assigned",
        "invalid",
        "not_assigned",
        "duplicate_name",
    ]
    assert (answers[0]["version"], answers[4]["version"]) == (1, 2)
    assert answers[0]["receipt_number"] != answers[4]["receipt_number"]
    assert len(await world.service.events()) == 2


async def test_the_whole_sent_again_gets_the_same_receipts_and_takes_in_what_was_refused(
    world: World,
) -> None:
    mine, later = await world.assign("town"), await world.assign("town")
    body = "\n".join([a_line(mine), a_line(later, sections={}), a_line(later)])
    first = lines_of(await send(world, body))
    again = lines_of(await send(world, body))
    assert [each["status"] for each in first] == [201, 422, 201]
    assert again == first
    assert len(await world.service.events()) == 2


async def test_with_an_idempotency_key_the_lines_are_known_by_it(world: World) -> None:
    mine = await world.assign("town")
    first = lines_of(await send(world, a_line(mine), Idempotency_Key="evening"))
    same = lines_of(await send(world, a_line(mine), Idempotency_Key="evening"))
    other = lines_of(await send(world, a_line(mine, text="另"), Idempotency_Key="evening"))
    new = lines_of(await send(world, a_line(mine, text="另"), Idempotency_Key="morning"))
    assert same == first
    assert other[0]["problem"]["code"] == "key_reused_with_other_body"
    assert other[0]["problem"]["detail"].startswith("another text was sent as this line")
    assert (new[0]["status"], new[0]["version"]) == (201, 2)


async def test_thousands_are_taken_in_by_one_request(world: World) -> None:
    mine = [await world.assign("town") for _ in range(20)]
    body = "\n".join(a_line(mine[number % 20], text=f"第{number}") for number in range(2_000))
    answers = lines_of(await send(world, body))
    assert [each["line"] for each in answers] == list(range(1, 2_001))
    assert {each["status"] for each in answers} == {201}
    assert sorted(each["version"] for each in answers) == sorted(list(range(1, 101)) * 20)


async def test_on_time_is_the_moment_at_which_the_whole_was_received(world: World) -> None:
    mine = await world.assign("town")
    world.at(DUE)
    (answered,) = lines_of(await send(world, a_line(mine)))
    assert (answered["on_time"], answered["received_at"]) == (True, "2024-09-16T15:59:59.999999Z")


async def test_every_line_has_the_moment_at_which_the_last_byte_was_there(world: World) -> None:
    mine = [await world.assign("town") for _ in range(3)]
    world.at(DUE)

    async def slowly() -> AsyncIterator[bytes]:
        yield "\n".join(a_line(each) for each in mine[:2]).encode()
        world.later(microseconds=1)
        yield f"\n{a_line(mine[2])}".encode()

    headers = {"Content-Type": "application/x-ndjson"}
    answered = await world.service.ask(
        "POST", "/v1/submissions/bulk", world.keys["town"], content=slowly(), headers=headers
    )
    assert {(each["on_time"], each["received_at"]) for each in lines_of(answered)} == {
        (False, "2024-09-16T16:00:00Z")
    }


async def test_what_comes_of_a_line_is_said_while_later_ones_wait_and_all_have_one_moment(
    world: World,
) -> None:
    mine = [await world.assign("town") for _ in range(3)]
    world.at(DUE)
    body = "\n".join(a_line(mine[number % 3], text=f"第{number}") for number in range(200)).encode()
    actor = Principal(new_id(), world.ids["town"], "reporter")
    intake = Intake(world.service.database)
    answers = answer(intake, read_bulk(body, None, actor, world.service.clock.now()))
    first = json.loads(await anext(answers))
    assert len(await world.service.events()) == PORTION < 200
    world.later(days=1)
    rest = [json.loads(line) async for line in answers]
    assert {(each["on_time"], each["received_at"]) for each in [first, *rest]} == {
        (True, "2024-09-16T15:59:59.999999Z")
    }


async def test_the_longest_key_is_good_for_a_bulk_too(world: World) -> None:
    mine = await world.assign("town")
    first, again = [lines_of(await send(world, a_line(mine), Idempotency_Key="k" * 255)) for _ in range(2)]
    assert (first[0]["status"], again) == (201, first)


async def test_a_body_that_is_no_bulk_is_refused_whole(world: World) -> None:
    mine = await world.assign("town")
    as_json = await send(world, a_line(mine), Content_Type="application/json")
    empty = await send(world, " \n\n")
    many = await send(world, "{}\n" * 10_001)
    assert [(each.status_code, each.json()["code"]) for each in (as_json, empty, many)] == [
        (415, "unsupported_media"),
        (422, "nothing_in_bulk"),
        (413, "too_many_lines"),
    ]
    assert await world.service.events() == []


async def test_lines_without_the_database_are_told_to_come_again_and_are_taken_in_then(world: World) -> None:
    mine = await world.assign("town")
    body = a_line(mine)
    assert lines_of(await send(world, "{}"))[0]["status"] == 422
    async with world.service.made.away():
        (away,) = lines_of(await send(world, body))
    assert (away["status"], away["problem"]["code"]) == (503, "unavailable")
    (taken,) = lines_of(await send(world, body))
    assert (taken["status"], taken["version"]) == (201, 1)
