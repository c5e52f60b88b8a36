"""Organizations from outside: registered, changed, listed; names that are taken, trees that would bite their tail."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg

from tests.integration.registry.conftest import OFFICE, UNITS, World
from tests.support.waiting import until

ORGANIZATIONS = "/v1/organizations"
WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
UNFIT: list[tuple[str, Any]] = [
    ("role", "coordinator"),
    ("version", 7),
    ("id", str(uuid4())),
    ("kind", "club"),
    ("kind", None),
    ("name", None),
    ("name", "  \u3000"),
    ("name", "两\n行"),
    ("name", "长" * 301),
    ("aliases", ["新区", ""]),
    ("sort_order", "5"),
    ("sort_order", -1),
    ("parent_id", "district"),
    ("opened_on", "2024-02-30"),
]


def a_unit(name: str = "虎丘区委宣传部", **fields: Any) -> dict[str, Any]:
    return {"name": name, "kind": "district", **fields}


async def test_a_new_unit_is_answered_whole_with_its_version_as_etag(world: World) -> None:
    body = a_unit(
        short_name="虎丘区",
        parent_id=world.ids["office"],
        aliases=["虎丘区委网信办"],
        sort_order=5,
        opened_on="2001-01-01",
    )
    answer = await world.post(ORGANIZATIONS, body)
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    made = answer.json()
    assert made == body | {
        "id": made["id"],
        "version": 1,
        "created_at": "2024-08-30T01:00:00Z",
        "updated_at": "2024-08-30T01:00:00Z",
        "closed_on": None,
        "former_names": [],
        "merged_into_id": None,
        "successor_ids": [],
        "closed_because": None,
    }
    shown = await world.get(f"{ORGANIZATIONS}/{made['id']}", "reporter")
    assert (shown.json(), shown.headers["ETag"]) == (made, '"1"')


async def test_an_alias_is_kept_once_and_never_beside_the_same_name(world: World) -> None:
    made = await world.make_unit("高新区", aliases=["新区", "高新区", "新区", "虎丘区"])
    assert made["aliases"] == ["新区", "虎丘区"]


async def test_a_patch_changes_the_fields_that_were_sent_and_no_others(world: World) -> None:
    made = await world.make_unit("高新区", aliases=["新区"], sort_order=3)
    world.later(hours=1)
    answer = await world.patch(f"{ORGANIZATIONS}/{made['id']}", {"sort_order": 9}, version=1)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json() == made | {"sort_order": 9, "version": 2, "updated_at": "2024-08-30T02:00:00Z"}
    assert (await world.get(f"{ORGANIZATIONS}/{made['id']}")).json() == answer.json()


async def test_a_name_that_is_given_up_stays_as_an_alias(world: World) -> None:
    made = await world.make_unit("高新区", aliases=["新区"])
    path = f"{ORGANIZATIONS}/{made['id']}"
    renamed = (await world.patch(path, {"name": "虎丘区"}, version=1)).json()
    assert (renamed["name"], renamed["aliases"]) == ("虎丘区", ["新区", "高新区"])
    back = (await world.patch(path, {"name": "高新区"}, version=2)).json()
    assert (back["name"], back["aliases"]) == ("高新区", ["新区", "虎丘区"])


async def test_a_change_says_which_version_it_was_made_for(world: World) -> None:
    made = await world.make_unit("高新区")
    path = f"{ORGANIZATIONS}/{made['id']}"
    await world.patch(path, {"sort_order": 1}, version=1)
    for sent, status, code in (
        ({}, 428, "if_match_required"),
        ({"If_Match": "*"}, 428, "if_match_required"),
        ({"If_Match": '"1"'}, 412, "stale_version"),
        ({"If_Match": '"3"'}, 412, "stale_version"),
        ({"If_Match": '"two"'}, 422, "bad_if_match"),
    ):
        answer = await world.ask("PATCH", path, body={"sort_order": 2}, **sent)
        assert (answer.status_code, answer.json()["code"]) == (status, code), sent
        assert answer.headers["Content-Type"] == "application/problem+json"
    shown = (await world.get(path)).json()
    assert (shown["version"], shown["sort_order"]) == (2, 1)


async def test_of_two_changes_for_one_version_one_is_made_and_the_other_told_the_present_one(
    world: World,
) -> None:
    path = f"{ORGANIZATIONS}/{(await world.make_unit('高新区'))['id']}"
    answers = await asyncio.gather(*(world.patch(path, {"sort_order": n}, version=1) for n in (1, 2)))
    made, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (made.status_code, refused.status_code) == (200, 412)
    assert refused.json()["current_version"] == made.json()["version"] == 2


async def test_a_name_or_alias_that_another_open_unit_has_is_refused(world: World) -> None:
    await world.make_unit("高新区", aliases=["新区"])
    other = await world.make_unit("工业园区")
    before = await world.facts()
    for clash, taken in (
        (a_unit("高新区"), "高新区"),
        (a_unit("新区"), "新区"),
        (a_unit(aliases=["高新区"]), "高新区"),
        (a_unit(aliases=["苏州新区", "新区"]), "新区"),
    ):
        created = await world.post(ORGANIZATIONS, clash)
        changed = await world.patch(f"{ORGANIZATIONS}/{other['id']}", clash, version=1)
        for answer in (created, changed):
            assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
            assert f"'{taken}' is '高新区'" in answer.json()["detail"]
            assert "Key" not in answer.json()["detail"]
    assert await world.facts() == before


async def test_another_writing_of_a_name_that_another_open_unit_has_is_refused(world: World) -> None:
    first = await world.make_unit("吴江区委宣传部（网信办）", aliases=["吴江网信办"])
    other = await world.make_unit("工业园区")
    before = await world.facts()
    for clash in (
        a_unit("吴江区委宣传部(网信办)"),
        a_unit("吴江区委宣传部〔网信办〕"),
        a_unit("“吴江　网信办”"),
        a_unit(aliases=["吴江区委 宣传部（网信办）"]),
    ):
        created = await world.post(ORGANIZATIONS, clash)
        changed = await world.patch(f"{ORGANIZATIONS}/{other['id']}", clash, version=1)
        for answer in (created, changed):
            assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
            assert "吴江区委宣传部（网信办）" in answer.json()["detail"]
    assert await world.facts() == before
    path = f"{ORGANIZATIONS}/{first['id']}"
    own = await world.patch(path, {"name": "吴江区委宣传部(网信办)", "aliases": []}, version=1)
    assert (own.status_code, own.json()["aliases"]) == (200, ["吴江区委宣传部（网信办）"])
    closed = await world.patch(path, {"closed_on": "2024-08-29"}, version=2)
    assert closed.status_code == 200
    assert (await world.post(ORGANIZATIONS, a_unit("吴江区委宣传部（网信办）"))).status_code == 201


async def test_of_two_units_registered_at_once_under_two_writings_one_is_refused(world: World) -> None:
    written = ("虎丘（网信办）", "虎丘(网信办)", "虎丘【网信办】")
    answers = await asyncio.gather(*(world.post(ORGANIZATIONS, a_unit(name)) for name in written))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_of_two_units_registered_at_once_under_one_name_one_is_refused(world: World) -> None:
    answers = await asyncio.gather(*(world.post(ORGANIZATIONS, a_unit(aliases=["虎丘"])) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_closed_unit_lets_its_names_go_and_cannot_open_again_under_a_name_that_went(
    world: World,
) -> None:
    old = await world.make_unit("高新区", aliases=["新区"])
    path = f"{ORGANIZATIONS}/{old['id']}"
    assert (await world.patch(path, {"closed_on": "2024-08-29"}, version=1)).status_code == 200
    await world.make_unit("新区")
    refused = await world.patch(path, {"closed_on": None}, version=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    opened = await world.patch(path, {"closed_on": None, "aliases": []}, version=2)
    assert (opened.status_code, opened.json()["closed_on"]) == (200, None)


async def test_a_unit_does_not_close_before_it_opened(world: World) -> None:
    made = await world.make_unit("高新区", opened_on="2002-09-01")
    answer = await world.patch(f"{ORGANIZATIONS}/{made['id']}", {"closed_on": "2002-08-31"}, version=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "closed_before_opened")
    assert "2002-08-31" in answer.json()["detail"]


async def test_a_unit_cannot_stand_below_itself(world: World) -> None:
    path = f"{ORGANIZATIONS}/{world.ids['district']}"
    for above in ("district", "town"):
        answer = await world.patch(path, {"parent_id": world.ids[above]}, version=1)
        assert (answer.status_code, answer.json()["code"]) == (422, "cycle_in_tree")
    assert (await world.get(path)).json()["parent_id"] == world.ids["office"]


async def test_two_units_cannot_be_put_below_each_other_at_once(world: World) -> None:
    below = await world.make_unit("周市镇", parent_id=world.ids["other district"])
    moves = {"district": below["id"], "other district": world.ids["town"]}
    connection = await asyncpg.connect(world.service.made.owner_url)
    try:
        async with connection.transaction():
            # Both may read as much as they like, and neither can write before both have read.
            await connection.execute("LOCK TABLE organization IN SHARE MODE")
            asked = [
                asyncio.create_task(
                    world.patch(f"{ORGANIZATIONS}/{world.ids[unit]}", {"parent_id": above}, version=1)
                )
                for unit, above in moves.items()
            ]
            await until(lambda: _are_waiting(connection, 2))
        answers = await asyncio.gather(*asked)
    finally:
        await connection.close()
    made, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (made.status_code, refused.status_code, refused.json()["code"]) == (200, 422, "cycle_in_tree")


async def _are_waiting(connection: "asyncpg.Connection[asyncpg.Record]", count: int) -> bool:
    return bool(await connection.fetchval(WAITING) == count)


async def test_a_unit_moves_in_the_tree_and_out_of_it(world: World) -> None:
    path = f"{ORGANIZATIONS}/{world.ids['town']}"
    moved = await world.patch(path, {"parent_id": world.ids["other district"]}, version=1)
    assert moved.json()["parent_id"] == world.ids["other district"]
    root = await world.patch(path, {"parent_id": None}, version=2)
    assert root.json()["parent_id"] is None


async def test_a_parent_that_nobody_knows_is_refused(world: World) -> None:
    nobody = str(uuid4())
    created = await world.post(ORGANIZATIONS, a_unit(parent_id=nobody))
    moved = await world.patch(f"{ORGANIZATIONS}/{world.ids['town']}", {"parent_id": nobody}, version=1)
    for answer in (created, moved):
        assert (answer.status_code, answer.json()["code"]) == (422, "parent_unknown")


async def test_a_field_that_is_unknown_or_unfit_is_named(world: World) -> None:
    before = await world.facts()
    for field, value in UNFIT:
        named = f"{field}.1" if isinstance(value, list) else field
        created = await world.post(ORGANIZATIONS, a_unit() | {field: value})
        changed = await world.patch(f"{ORGANIZATIONS}/{world.ids['town']}", {field: value}, version=1)
        for answer in (created, changed):
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (422, "invalid")
            assert [error["field"] for error in problem["errors"]] == [named]
            assert problem["detail"] == f"{named}: {problem['errors'][0]['message']}"
    assert await world.facts() == before


async def test_every_field_that_is_missing_is_named(world: World) -> None:
    answer = await world.post(ORGANIZATIONS, {})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["name", "kind"]


async def test_units_are_listed_in_the_offices_own_order_page_by_page(world: World) -> None:
    expected = [OFFICE, *(name for name, _, _ in UNITS.values())]
    seen: list[str] = []
    path = f"{ORGANIZATIONS}?limit=2"
    while True:
        page = (await world.get(path, "reporter")).json()
        assert len(page["items"]) <= 2
        seen += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        path = f"{ORGANIZATIONS}?limit=2&cursor={page['next_cursor']}"
    assert seen == expected


async def test_a_page_that_was_never_offered_is_refused(world: World) -> None:
    of_keys = (await world.get("/v1/keys?limit=1")).json()["next_cursor"]
    for query, code in (
        ("limit=0", "invalid"),
        ("limit=501", "invalid"),
        ("cursor=moon", "bad_cursor"),
        ("cursor=", "bad_cursor"),
        (f"cursor={of_keys}", "bad_cursor"),
    ):
        answer = await world.get(f"{ORGANIZATIONS}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, code), query


async def test_a_unit_that_nobody_knows_is_not_found(world: World) -> None:
    path = f"{ORGANIZATIONS}/{uuid4()}"
    for answer in (await world.get(path), await world.patch(path, {"sort_order": 1}, version=1)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_same_request_again_registers_one_unit_and_gets_the_same_answer(world: World) -> None:
    first = await world.post(ORGANIZATIONS, a_unit(), Idempotency_Key="虎丘".encode().hex())
    again = await world.post(ORGANIZATIONS, a_unit(), Idempotency_Key="虎丘".encode().hex())
    assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), '"1"')
    assert await world.facts(first.json()["id"]) == [("organization.registered", 1, "coordinator")]
    other = await world.post(ORGANIZATIONS, a_unit("相城区"), Idempotency_Key="虎丘".encode().hex())
    assert (other.status_code, other.json()["code"]) == (422, "key_reused_with_other_body")


async def test_each_version_is_recorded_once_with_who_made_it(world: World) -> None:
    made = await world.make_unit("高新区", parent_id=world.ids["other district"])
    path = f"{ORGANIZATIONS}/{made['id']}"
    for version in (1, 2, 2):
        await world.patch(path, {"sort_order": version}, version=version)
    await world.patch(path, {"sort_order": 7}, version=3, key="other office")
    assert await world.facts(made["id"]) == [
        ("organization.registered", 1, "coordinator"),
        ("organization.changed", 2, "coordinator"),
        ("organization.changed", 3, "coordinator"),
        ("organization.changed", 4, "coordinator"),
    ]
    actors = [
        actor["organization_id"] for _, id, _, actor in await world.service.events() if str(id) == made["id"]
    ]
    assert actors == [*[world.ids["office"]] * 3, world.ids["other district"]]
