"""The short way of a hand-in, past the framework, says nothing else than the long way, and takes what is ordinary."""

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.exceptions import RequestValidationError

from chassis.access import CACHE_SECONDS, AccessKey, KeyRing
from chassis.http.direct import DirectRoute
from contracts.registry.assignments import Assignment
from tests.integration.submissions.conftest import SECTIONS, World

SHORT, LONG = True, False
ADDRESS = "/v1/submissions"


def a_body(assignment: Assignment, **changes: Any) -> bytes:
    body = {"assignment_id": str(assignment.id), "sections": dict.fromkeys(SECTIONS, "正文"), **changes}
    return json.dumps(body).encode()


async def send(
    world: World, body: bytes, way: bool, key: str = "town", address: str = ADDRESS, **headers: str
) -> httpx.Response:
    """A header that stands twice is not ordinary, and goes the long way."""
    named = {"Content-Type": "application/json", "Authorization": f"Bearer {world.keys.get(key, key)}"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    twice = [] if way is SHORT else [("X-Hop", "1"), ("X-Hop", "2")]
    return await world.service.client.post(address, content=body, headers=[*named.items(), *twice])


@pytest.fixture
async def long_ways(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who went the long way."""
    went: list[str] = []
    answer = DirectRoute.answer

    async def noted(self: DirectRoute, request: Any) -> Any:
        went.append(self.path)
        return await answer(self, request)

    monkeypatch.setattr(DirectRoute, "answer", noted)
    return went


def what_was_said(answer: httpx.Response) -> tuple[int, Mapping[str, str], Any]:
    """All of it, but for what is new in each receipt."""
    said = answer.json()
    for name in ("id", "receipt_number", "assignment_id", "content_sha256"):
        said.pop(name, None)
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, said


async def test_what_is_in_order_goes_the_short_way_and_is_answered_as_on_the_long_way(
    world: World, long_ways: list[str]
) -> None:
    one, other = await world.assign("town"), await world.assign("town")
    short = await send(world, a_body(one), SHORT, Idempotency_Key="a")
    assert (short.status_code, long_ways) == (201, [])
    long = await send(world, a_body(other), LONG, Idempotency_Key="b")
    assert long_ways == [ADDRESS]
    assert what_was_said(short) == what_was_said(long)
    assert short.headers["etag"] == '"1"'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"{", {}, id="no JSON"),
        pytest.param(b'{"assignment_id": 1}', {}, id="a field that is wrong"),
        pytest.param(b'{"nil_return": true, "nil_return": true}', {}, id="a name that stands twice"),
        pytest.param(None, {"key": "stranger"}, id="another's assignment"),
        pytest.param(None, {"key": "ops"}, id="a role that hands in nothing"),
        pytest.param(None, {"key": "rc_unknown"}, id="no key"),
        pytest.param(None, {"Idempotency_Key": "k" * 256}, id="a key that is none"),
        pytest.param(None, {"Idempotency_Key": "used"}, id="a key that was used for another body"),
        pytest.param(None, {"Content_Type": "text/plain"}, id="another media type"),
        pytest.param(None, {"Content_Encoding": "gzip"}, id="a packed body"),
        pytest.param(None, {"address": f"{ADDRESS}?colour=red"}, id="a parameter"),
        pytest.param(b" " * (1024 * 1024) + b"{}", {}, id="a body that is too long"),
    ],
)
async def test_what_is_refused_is_refused_in_the_same_words_by_both_ways(
    world: World, body: bytes | None, headers: dict[str, str]
) -> None:
    assignment = await world.assign("town")
    await send(world, a_body(await world.assign("town")), LONG, Idempotency_Key="used")
    answers = [
        await send(world, a_body(assignment) if body is None else body, way, **headers)
        for way in (SHORT, LONG, SHORT)
    ]
    assert 400 <= answers[0].status_code < 500
    assert answers[0].headers["content-type"] == "application/problem+json"
    said = [what_was_said(answer) for answer in answers]
    assert said == [said[0]] * 3
    assert len(await world.service.events()) == 1


async def test_the_same_key_again_is_answered_as_before_by_either_way(world: World) -> None:
    assignment = await world.assign("town")
    answers = [
        await send(world, a_body(assignment), way, Idempotency_Key="k") for way in (LONG, SHORT, LONG, SHORT)
    ]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, *["true"] * 3]


async def test_a_request_goes_on_with_its_callers_trace_and_id(world: World, long_ways: list[str]) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    asked = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X_Request_Id": "call-17"}
    answer = await send(world, a_body(await world.assign("town")), SHORT, **asked)
    assert (answer.headers["x-request-id"], long_ways) == ("call-17", [])
    database = world.service.database
    async with database.reading() as connection:
        assert trace in await connection.fetchval("SELECT traceparent FROM events")


async def test_both_ways_are_counted_and_timed_as_one_route(world: World, long_ways: list[str]) -> None:
    async def counted() -> dict[str, float]:
        told = (await world.service.ask("GET", "/metrics", world.keys["ops"])).text
        lines = [line for line in told.splitlines() if f'route="{ADDRESS}"' in line and "_bucket" not in line]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    before = await counted()
    await send(world, a_body(await world.assign("town")), SHORT)
    await send(world, a_body(await world.assign("town")), LONG)
    await send(world, b"{}", SHORT)
    after = await counted()
    grown = {name: after[name] - before.get(name, 0) for name in after if "_seconds_sum" not in name}
    prefix, labels = "rollcall_submissions_requests", f'method="POST",route="{ADDRESS}"'
    assert grown[f'{prefix}_total{{{labels},status="201"}}'] == 2
    assert grown[f'{prefix}_total{{{labels},status="422"}}'] == 1
    assert grown[f"{prefix}_seconds_count{{{labels}}}"] == 3


async def test_a_key_that_has_become_old_is_looked_up_by_one_and_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    past, looks = 0.0, 0
    real, find = time.monotonic, KeyRing._find

    async def counted(self: KeyRing, id: UUID, secret: str) -> AccessKey:
        nonlocal looks
        looks += 1
        return await find(self, id, secret)

    monkeypatch.setattr(KeyRing, "_find", counted)
    monkeypatch.setattr("chassis.access.time.monotonic", lambda: real() + past)
    assignment = await world.assign("town")
    await send(world, a_body(assignment), SHORT)
    past = CACHE_SECONDS + 0.1
    before = looks
    answers = await asyncio.gather(*(send(world, a_body(assignment), SHORT) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert looks == before + 1


async def test_a_body_that_says_it_is_too_long_is_refused_before_any_of_it_is_taken(world: World) -> None:
    sent = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            sent.append(1)
            yield b"x"

    headers = {
        "Authorization": f"Bearer {world.keys['town']}",
        "Content-Type": "application/json",
        "Content-Length": "99999999",
    }
    answer = await world.service.client.post(ADDRESS, content=pieces(), headers=headers)
    assert (answer.status_code, answer.json()["code"], sent) == (413, "too_large", [])


async def test_a_refused_body_is_let_go_at_once(world: World) -> None:
    await send(world, b"{}", SHORT)
    gc.collect()
    gc.disable()
    try:
        await send(world, b"{}", SHORT)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kept = [each for each in gc.garbage if isinstance(each, RequestValidationError)]
        assert kept == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


async def test_a_key_that_is_revoked_or_over_is_let_in_by_neither_way(world: World) -> None:
    assignment = await world.assign("town")
    assert (await send(world, a_body(assignment), SHORT)).status_code == 201
    key_id = world.keys["town"].split("_")[1]
    database = world.service.database
    async with database.apart() as connection:
        await connection.execute("UPDATE access_key SET revoked_at = now() WHERE id = $1::uuid", key_id)
    world.service.app.state.key_ring._cache.clear()
    for way in (SHORT, LONG):
        answer = await send(world, a_body(assignment), way)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_revoked")
