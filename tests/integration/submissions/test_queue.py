"""The queue of those who review: in order of arrival, by deliverable, district and stage; and many accepted at once."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.submissions.conftest import World


async def ids_of(world: World, query: str, who: str = "office") -> list[str]:
    answer = await world.get(f"/v1/submissions?{query}", who)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def hand_in(world: World, unit: str, **fields: Any) -> str:
    world.later(minutes=1)
    return str((await world.hand_in(await world.assign(unit, **fields), key=unit)).json()["id"])


async def accept(world: World, who: str, *named: tuple[str, int], **headers: str) -> list[dict[str, Any]]:
    body = {"submissions": [{"id": id, "version": version} for id, version in named]}
    answer = await world.post("/v1/submissions/accept", who, body, **headers)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_what_came_first_is_reviewed_first_and_a_new_version_comes_anew(world: World) -> None:
    early = await world.assign("town")
    first = (await world.hand_in(early)).json()["id"]
    second = await hand_in(world, "stranger")
    assert await ids_of(world, "state=received") == [first, second]
    world.later(minutes=1)
    await world.hand_in(early, text="补")
    assert await ids_of(world, "state=received") == [second, first]


async def test_the_queue_is_by_deliverable_by_district_and_by_stage(world: World) -> None:
    other = uuid4()
    town = await hand_in(world, "town", review_stages=2)
    district = await hand_in(world, "district", review_stages=2)
    stranger = await hand_in(world, "stranger", deliverable_id=other)
    assert await ids_of(world, f"deliverable_id={world.deliverable_id}") == [town, district]
    assert await ids_of(world, f"deliverable_id={other}&state=received") == [stranger]
    assert await ids_of(world, f"below={world.ids['district']}") == [town, district]
    assert await ids_of(world, f"below={world.ids['district']}", who="stranger") == []
    assert await ids_of(world, "review_stage=2&state=received") == [district]
    assert await ids_of(world, "state=accepted") == []
    assert (await world.get("/v1/submissions?review_stage=3", "office")).status_code == 422


async def test_each_in_the_queue_says_what_it_was_asked_for_and_by_when(world: World) -> None:
    await hand_in(world, "town")
    (item,) = (await world.get("/v1/submissions", "office")).json()["items"]
    assert (item["title"], item["due_at"]) == ("活动总结", "2024-09-16T23:59:59.999999+08:00")


async def test_the_queue_comes_in_pages_none_twice_though_they_arrived_at_one_moment(world: World) -> None:
    made = []
    for _ in range(5):
        made.append((await world.hand_in(await world.assign("town"))).json()["id"])
    seen: list[str] = []
    path = "/v1/submissions?limit=2"
    while path:
        page = (await world.get(path, "office")).json()
        seen += [item["id"] for item in page["items"]]
        path = page["next_cursor"] and f"/v1/submissions?limit=2&cursor={page['next_cursor']}"
    assert seen == sorted(made)
    bad = await world.get("/v1/submissions?cursor=WyJ4IiwieSJd", "office")
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")


async def test_many_are_accepted_at_once_each_with_an_outcome_of_its_own(world: World) -> None:
    good, decided, foreign = [await hand_in(world, unit) for unit in ("town", "town", "stranger")]
    replaced = await world.assign("town")
    stale = (await world.hand_in(replaced)).json()["id"]
    await world.hand_in(replaced, text="新")
    await world.post(f"/v1/submissions/{decided}/accept", "office", {})
    own = await hand_in(world, "district")
    named = [(good, 1), (good, 1), (decided, 1), (foreign, 1), (stale, 1), (own, 1), (str(uuid4()), 1)]
    results = await accept(world, "district", *named)
    assert [each["id"] for each in results] == [id for id, _ in named]
    assert [each["status"] for each in results] == [200, 409, 409, 404, 412, 403, 404]
    assert (results[0]["state"], results[0]["version"]) == ("accepted", 1)
    assert [each["problem"]["code"] for each in results[1:]] == [
        "already_accepted",
        "already_accepted",
        "not_found",
        "stale_version",
        "not_allowed",
        "not_found",
    ]
    assert (await world.service.events())[-1][0].endswith("submission.accepted.v1")
    assert len([kind for kind, *_ in await world.service.events() if "accepted" in kind]) == 2


async def test_at_the_first_of_two_stages_many_are_endorsed_at_once(world: World) -> None:
    two, one = await hand_in(world, "town", review_stages=2), await hand_in(world, "town")
    results = await accept(world, "district", (two, 1), (one, 1))
    states = [(each["state"], each["review_stage"]) for each in results]
    assert states == [("received", 2), ("accepted", 1)]


async def test_the_same_bulk_acceptance_again_is_answered_as_before(world: World) -> None:
    id = await hand_in(world, "town")
    first = await accept(world, "office", (id, 1), Idempotency_Key="k")
    assert await accept(world, "office", (id, 1), Idempotency_Key="k") == first
    assert first[0]["status"] == 200


@pytest.mark.parametrize("count", [0, 501])
async def test_none_and_too_many_are_refused(world: World, count: int) -> None:
    body = {"submissions": [{"id": str(uuid4()), "version": 1}] * count}
    answer = await world.post("/v1/submissions/accept", "office", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_five_hundred_are_accepted_by_one_request(world: World) -> None:
    lines = []
    for _ in range(500):
        assignment = await world.assign("town")
        lines.append((await world.hand_in(assignment)).json()["id"])
    results = await accept(world, "office", *((id, 1) for id in lines))
    assert {each["status"] for each in results} == {200}
