"""Idempotency-Key: the same request twice has one effect and one answer, one by one and where many are gathered."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from chassis import idempotency, parking
from chassis.identity import new_id
from chassis.service import list_sweeps
from contracts.registry.organizations import OrganizationRegistered
from tests.integration.chassis.conftest import Desk, World
from tests.integration.registry.conftest import START
from tests.integration.submissions.conftest import SECTIONS, a_unit
from tests.support.service import ServiceUnderTest
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT = "SELECT count(*) FROM idempotency WHERE key = $1"
WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO idempotency%'
"""
MANY_ANSWERS = """
    INSERT INTO idempotency (key_id, key, request, body_sha256, status, body, made_at)
    SELECT gen_random_uuid(), 'old', 'POST /', '', 201, '', $1 FROM generate_series(1, $2)
"""


@dataclass
class Place:
    """Where two callers create something: `bodies` are theirs, the others are the first one's.

    `refused` is refused in the transaction, where its key is looked at already.
    """

    service: ServiceUnderTest
    path: str
    callers: list[str]
    bodies: list[dict[str, Any]]
    other: dict[str, Any]
    refused: dict[str, Any]

    async def post(
        self, key: str | bytes | None, body: dict[str, Any] | None = None, caller: int = 0, path: str = ""
    ) -> httpx.Response:
        """A request under an Idempotency-Key; None sends none."""
        headers = [(b"Authorization", f"Bearer {self.callers[caller]}".encode())]
        if key is not None:
            headers.append((b"Idempotency-Key", key.encode() if isinstance(key, str) else key))
        sent = self.bodies[caller] if body is None else body
        return await self.service.client.post(path or self.path, json=sent, headers=headers)

    async def count_effects(self) -> int:
        return len(await self.service.events())

    async def count_kept(self, key: str) -> int:
        async with self.service.database.reading() as connection:
            return int(await connection.fetchval(COUNT, key))


async def at_the_office(office: World) -> Place:
    """A campaign is opened: one request, one transaction."""
    second = (await office.make_key("office", "coordinator"))["key"]
    body = office.a_campaign()
    return Place(
        office.service,
        "/v1/campaigns",
        [office.keys["coordinator"], second],
        [body, body],
        other={**body, "theme": "另一主题"},
        refused={**body, "issuer_id": str(uuid4())},
    )


async def at_the_desk(desk: Desk) -> Place:
    """A unit hands in: those who come in the same moment share a transaction."""
    units = ("town", "stranger")
    bodies = [
        {"assignment_id": str((await desk.assign(unit)).id), "sections": dict.fromkeys(SECTIONS, "正文")}
        for unit in units
    ]
    return Place(
        desk.service,
        "/v1/submissions",
        [desk.keys[unit] for unit in units],
        bodies,
        other={**bodies[0], "sections": dict.fromkeys(SECTIONS, "另")},
        refused={**bodies[0], "sections": {}},
    )


@pytest_asyncio.fixture(loop_scope="module", params=["one by one", "gathered"])
async def place(request: pytest.FixtureRequest, office: World, desk: Desk) -> Place:
    return await (at_the_office(office) if request.param == "one by one" else at_the_desk(desk))


def whole(answer: httpx.Response) -> tuple[int, bytes, str | None]:
    """What a caller keeps of an answer."""
    return answer.status_code, answer.content, answer.headers.get("etag")


async def test_pitfall_05_twenty_requests_at_once_under_one_key_have_one_effect_and_one_answer(
    place: Place,
) -> None:
    before, key = await place.count_effects(), uuid4().hex
    answers = await asyncio.gather(*(place.post(key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].headers["etag"] == '"1"'
    assert len({whole(answer) for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotency-replayed") for answer in answers) == {None: 1, "true": 19}
    assert await place.count_effects() == before + 1
    assert await place.count_kept(key) == 1


async def test_pitfall_05_of_two_bodies_at_once_under_one_key_one_is_taken_and_the_other_refused(
    place: Place,
) -> None:
    before, key = await place.count_effects(), uuid4().hex
    answers = await asyncio.gather(
        *(place.post(key, body) for _ in range(8) for body in (place.bodies[0], place.other))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 8, 422: 8}
    assert len({whole(answer) for answer in answers}) == 2
    assert await place.count_effects() == before + 1


async def test_pitfall_05_a_reply_that_was_lost_is_given_again_byte_for_byte(place: Place) -> None:
    before, key = await place.count_effects(), uuid4().hex
    lost, again, once_more = [await place.post(key) for _ in range(3)]
    assert whole(lost) == whole(again) == whole(once_more)
    assert again.headers["content-type"] == lost.headers["content-type"] == "application/json"
    assert "idempotency-replayed" not in lost.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await place.count_effects() == before + 1


async def test_pitfall_05_a_caller_cut_off_at_any_moment_may_ask_again(place: Place) -> None:
    before, tries = await place.count_effects(), 12
    for place_in_time in range(tries):
        key = uuid4().hex
        asking = asyncio.create_task(place.post(key))
        await asyncio.wait([asking], timeout=place_in_time / 2_000)
        asking.cancel()
        await asyncio.wait([asking])
        assert whole(await place.post(key)) == whole(await place.post(key))
        assert await place.count_kept(key) == 1
    assert await place.count_effects() == before + tries


async def test_the_same_key_with_another_body_is_refused_and_changes_nothing(place: Place) -> None:
    key = uuid4().hex
    first = await place.post(key)
    before = await place.count_effects()
    other = await place.post(key, place.other)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused_with_other_body")
    assert key in other.json()["detail"]
    assert await place.count_effects() == before
    assert whole(await place.post(key)) == whole(first)


async def test_without_a_key_each_request_is_another(office: World) -> None:
    place = await at_the_office(office)
    before = await place.count_effects()
    answers = [await place.post(None) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content != answers[1].content
    assert await place.count_effects() == before + 2


@pytest.mark.parametrize(
    "key",
    ["", "k" * 256, "k" * 300, "a\tb", "a\r\nX: y", "\x07", "\x7f", "一次", b"\xff"],
    ids=["empty", "256", "300", "tab", "line end", "bell", "delete", "beyond ASCII", "no text"],
)
async def test_what_cannot_be_a_key_is_refused_with_what_was_expected(place: Place, key: str | bytes) -> None:
    before = await place.count_effects()
    answer = await place.post(key)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
    assert "1 to 255 printable ASCII" in answer.json()["detail"]
    assert await place.count_effects() == before


async def test_a_key_may_be_a_letter_or_255_of_them(place: Place) -> None:
    for key in (uuid4().hex[0], uuid4().hex.ljust(255, "~")):
        assert whole(await place.post(key)) == whole(await place.post(key))


async def test_two_keys_on_one_request_are_refused(place: Place) -> None:
    before = await place.count_effects()
    names = ("Authorization", "Idempotency-Key", "Idempotency-Key")
    values = (f"Bearer {place.callers[0]}", "one", "other")
    headers = list(zip(names, values, strict=True))
    answer = await place.service.client.post(place.path, json=place.bodies[0], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
    assert await place.count_effects() == before


async def test_a_refused_request_leaves_its_key_free(place: Place) -> None:
    before, key = await place.count_effects(), uuid4().hex
    refusals = await asyncio.gather(*(place.post(key, place.refused) for _ in range(5)))
    assert all(answer.status_code in (404, 422) for answer in refusals)
    assert len({answer.content for answer in refusals}) == 1
    assert await place.count_kept(key) == 0
    assert (await place.post(key)).status_code == 201
    assert await place.count_effects() == before + 1


async def test_the_same_key_of_another_caller_is_another_key(place: Place) -> None:
    before, key = await place.count_effects(), uuid4().hex
    mine, theirs = await asyncio.gather(place.post(key), place.post(key, caller=1))
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]
    assert await place.count_effects() == before + 2
    assert whole(await place.post(key, caller=1)) == whole(theirs)


async def sweep(service: ServiceUnderTest) -> None:
    """What every service does by the clock with the answers that it keeps."""
    (answers,) = [each for each in list_sweeps(service.running) if each.name == "answers"]
    await answers.work()


async def test_the_same_key_gets_the_same_answer_for_seven_days_and_then_a_new_one(place: Place) -> None:
    key, clock = uuid4().hex, place.service.clock
    made_at = clock.now()
    first = await place.post(key)
    try:
        clock.set(made_at + timedelta(days=7))
        await sweep(place.service)
        assert whole(await place.post(key)) == whole(first)
        clock.set(made_at + timedelta(days=7, microseconds=1))
        await sweep(place.service)
        assert await place.count_kept(key) == 0
        new = await place.post(key)
    finally:
        clock.set(made_at)
    assert (new.status_code, "idempotency-replayed" in new.headers) == (201, False)
    assert new.content != first.content


async def test_old_answers_go_in_batches_by_their_index(office: World) -> None:
    service = office.service
    old = service.clock.now() - timedelta(days=8)
    async with service.database.apart() as connection:
        await connection.execute(MANY_ANSWERS, old, 2_500)
        assert await idempotency.forget(connection, service.clock.now()) == 1_000
        async with connection.transaction():
            await connection.execute("SET LOCAL enable_seqscan = off")
            plan = await connection.fetch(f"EXPLAIN {idempotency.FORGET}", old)
    assert "idempotency_made_at" in "\n".join(row[0] for row in plan)
    await asyncio.gather(sweep(service), sweep(service))
    async with service.database.reading() as connection:
        left = await connection.fetchval("SELECT count(*) FROM idempotency WHERE made_at = $1", old)
    assert left == 0


async def test_a_key_that_is_forgotten_while_it_is_asked_for_is_free(office: World) -> None:
    place, key = await at_the_office(office), uuid4().hex
    service = office.service
    first = await place.post(key)
    async with service.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM idempotency WHERE key = $1", key)
        asking = asyncio.create_task(place.post(key))
        await until(lambda: is_waited_for(service))
    again = await asking
    assert (again.status_code, again.content != first.content) == (201, True)


async def is_waited_for(service: ServiceUnderTest) -> bool:
    async with service.database.reading() as connection:
        return bool(await connection.fetchval(WAITING))


async def test_a_key_belongs_to_the_address_that_it_was_used_at(office: World) -> None:
    place, key = await at_the_office(office), uuid4().hex
    assert (await place.post(key)).status_code == 201
    unit = {"name": f"单位 {key}", "kind": "other"}
    other = await place.post(key, unit, path="/v1/organizations")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused_with_other_body")


async def test_a_key_where_none_is_kept_does_no_harm(office: World, desk: Desk) -> None:
    resolved = await office.post("/v1/organizations/resolve", {"names": ["单位"]}, Idempotency_Key="k")
    assert resolved.status_code == 200
    fact = OrganizationRegistered(organization=a_unit(new_id(), "后到的单位", None))
    parked = parking.Parked(
        id=new_id(),
        durable=desk.service.running.consumers[0].durable,
        sequence=1,
        subject=fact.type,
        headers={"ce-type": fact.type},
        body=json.dumps(fact.model_dump(mode="json")).encode(),
        error="its handler failed",
        tries=8,
        parked_at=START,
    )
    async with desk.service.database.transaction() as tx:
        await parking.park(tx.connection, parked)
    answer = await desk.post(f"/v1/parked/{parked.id}/retry", "operator", None, Idempotency_Key="k")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await desk.get("/v1/parked", "operator")).json()["items"] == []
