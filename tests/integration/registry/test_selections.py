"""Selection: 419 nominated, 110 chosen, numbered in the office's order, nominated upward by a district."""

import asyncio
from typing import Any
from uuid import UUID

from chassis.identity import new_id
from tests.integration.registry.conftest import World

NEVER = "00000000-0000-7000-8000-000000000000"


async def make(world: World, name: str, campaign: str = "", key: str = "coordinator", **fields: Any) -> Any:
    values = {
        "category": "讲座",
        "name": name,
        "hosts": [{"organization_id": world.ids["department"]}],
        **fields,
    }
    path = f"/v1/campaigns/{campaign or world.campaign_id}/activities"
    made = await world.make(path, values, key)
    return await world.make(f"/v1/activities/{made['id']}/register", {}, key)


async def select(world: World, selection: str | None, **body: Any) -> dict[str, Any]:
    return await world.make(f"{at(world)}/selection", {"selection": selection, **body})


def at(world: World) -> str:
    return f"/v1/campaigns/{world.campaign_id}"


async def numbers(world: World) -> list[tuple[int | None, str, str]]:
    items = await world.items(f"{at(world)}/activities")
    return [(each["serial_number"], each["category"], each["name"]) for each in items]


async def fill(world: World, count: int) -> None:
    """So many registered activities in three categories, put into the table at once."""
    async with world.service.database.transaction() as tx:
        await tx.connection.executemany(
            """
            INSERT INTO activity (id, version, created_at, updated_at, campaign_id, category, name, hosts, settings,
                                  audiences, products, carriers, state)
            VALUES ($1, 1, $2, $2, $3, $4, $5, '[]', '{}', '{}', '{}', '{}', 'registered')
            """,
            [
                (new_id(), tx.now, UUID(world.campaign_id), "甲乙丙"[nth % 3], f"第{nth}项")
                for nth in range(count)
            ],
        )


async def test_419_are_nominated_by_filter_and_110_of_them_chosen_by_id(world: World) -> None:
    await fill(world, 419)
    nominated = await select(world, "nominated", filter={"selection": "none"})
    assert (nominated["matched_count"], nominated["changed_count"], nominated["dry_run"]) == (419, 419, False)
    ids = nominated["changed_ids"][:110]
    chosen = await select(world, "key", activity_ids=ids)
    assert (chosen["changed_count"], chosen["changed_ids"]) == (110, ids)
    numbered = await world.make(f"{at(world)}/numbering", {"categories": ["丙", "甲", "乙"]})
    assert (numbered["numbered_count"], numbered["category_order"]) == (110, ["丙", "甲", "乙"])
    listed = await world.items(f"{at(world)}/activities?selection=key")
    assert [each["serial_number"] for each in listed] == list(range(1, 111))
    assert sorted(each["id"] for each in listed) == sorted(ids)
    assert [each["category"] for each in listed] == sorted(
        (each["category"] for each in listed), key="丙甲乙".index
    )
    assert {each["version"] for each in listed} == {4}
    assert len(await world.items(f"{at(world)}/activities?selection=nominated")) == 309


async def test_a_selection_is_tried_without_doing_it_and_taken_back(world: World) -> None:
    one, two = [(await make(world, name))["id"] for name in ("一", "二")]
    tried = await select(world, "key", activity_ids=[one, two], dry_run=True)
    assert (tried["changed_count"], tried["changed_ids"]) == (2, [one, two])
    assert (await world.get(f"/v1/activities/{one}")).json()["selection"] is None
    await select(world, "key", activity_ids=[one])
    again = await select(world, "key", activity_ids=[one, two, one])
    assert (again["matched_count"], again["changed_ids"], again["unchanged_count"]) == (2, [two], 1)
    back = await select(world, None, filter={"selection": "key"})
    assert sorted(back["changed_ids"]) == sorted([one, two])
    single = await world.put(f"/v1/activities/{one}/selection", {"selection": "nominated"})
    taken = await world.put(f"/v1/activities/{one}/selection", {"selection": None})
    assert (single.json()["selection"], taken.json()["selection"]) == ("nominated", None)
    facts = [fact for fact, _, _ in await world.facts(one)]
    assert facts == ["activity.drafted", "activity.registered"] + ["activity.selected"] * 4


async def test_all_or_none_are_selected_and_each_that_cannot_be_is_named(world: World) -> None:
    good, cancelled = (await make(world, "一"))["id"], (await make(world, "二"))["id"]
    await world.make(f"/v1/activities/{cancelled}/cancel", {"reason": "台风"})
    other_campaign = (await world.open_campaign(name="另一活动周"))["id"]
    foreign = (await make(world, "三", other_campaign))["id"]
    before = await world.facts()
    for ids, status, code, fields in (
        ([good, NEVER, foreign], 422, "activity_unknown", ["activity_ids.1", "activity_ids.2"]),
        ([good, cancelled], 409, "not_selectable", ["activity_ids.1"]),
    ):
        body = {"selection": "key", "activity_ids": ids}
        answer = await world.post(f"{at(world)}/selection", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert [each["field"] for each in answer.json()["errors"]] == fields
    single = await world.put(f"/v1/activities/{cancelled}/selection", {"selection": "key"})
    assert (single.status_code, single.json()["code"]) == (409, "not_selectable")
    assert await world.facts() == before
    found = await select(world, "key", filter={"category": "讲座"})
    assert (found["changed_ids"], found["left_out_ids"]) == ([good], [cancelled])
    assert (await select(world, None, activity_ids=[cancelled]))["unchanged_count"] == 1


async def test_a_selection_that_is_no_question_is_refused(world: World) -> None:
    bodies: list[dict[str, Any]] = [
        {"selection": "key"},
        {"activity_ids": [NEVER]},
        {"selection": "key", "activity_ids": [NEVER], "filter": {"q": "一"}},
        {"selection": "key", "activity_ids": []},
        {"selection": "key", "activity_ids": [NEVER] * 1001},
        {"selection": "key", "filter": {}},
        {"selection": "key", "filter": {"name": "一"}},
        {"selection": "chosen", "activity_ids": [NEVER]},
        {"selection": "key", "activity_ids": ["1"]},
        {"selection": "key", "filter": {"q": "一"}, "dry_run": "yes"},
    ]
    for body in bodies:
        answer = await world.post(f"{at(world)}/selection", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body


async def test_numbers_are_closed_up_by_category_then_number_then_the_offices_order(world: World) -> None:
    by_town = [{"organization_id": world.ids["town"]}]
    office = [{"organization_id": world.ids["other district"]}]
    outside = [{"outside_party": "嘉善县"}]
    a = await make(world, "a", category="乙", hosts=outside)
    b = await make(world, "b", category="乙", hosts=by_town)
    c = await make(world, "c", category="乙", hosts=office)
    d = await make(world, "d", category="甲", serial_number=9)
    e = await make(world, "e", category="甲", serial_number=3)
    gone = await make(world, "gone", category="甲", serial_number=1)
    await select(world, "key", activity_ids=[each["id"] for each in (a, b, c, d, e, gone)])
    await world.make(f"/v1/activities/{gone['id']}/cancel", {"reason": "台风"})
    numbered = await world.make(f"{at(world)}/numbering", {"categories": None})
    assert numbered["category_order"] == ["甲", "乙"]
    assert await numbers(world) == [
        (1, "甲", "e"),
        (2, "甲", "d"),
        (3, "乙", "c"),
        (4, "乙", "b"),
        (5, "乙", "a"),
        (None, "甲", "gone"),
    ]
    again = await world.make(f"{at(world)}/numbering", {"categories": None})
    assert (again["changed_count"], again["numbered_count"]) == (0, 5)
    await world.make(f"{at(world)}/numbering", {"categories": ["乙", "丙", "甲"]})
    assert (await world.get(at(world))).json()["category_order"] == ["乙", "丙", "甲"]
    await world.put(f"/v1/activities/{c['id']}/selection", {"selection": None})
    closed = await world.make(f"{at(world)}/numbering", {"categories": None})
    assert closed["category_order"] == ["乙", "丙", "甲"]
    assert [row[2] for row in await numbers(world)][:4] == ["b", "a", "e", "d"]
    assert [row[0] for row in await numbers(world)] == [1, 2, 3, 4, None, None]


async def test_an_order_that_leaves_a_category_out_or_names_one_twice_is_refused(world: World) -> None:
    made = await make(world, "a", category="乙")
    await select(world, "key", activity_ids=[made["id"]])
    missing = await world.post(f"{at(world)}/numbering", {"categories": ["甲"]})
    assert (missing.status_code, missing.json()["code"]) == (422, "category_missing")
    assert missing.json()["missing"] == ["乙"]
    twice = await world.post(f"{at(world)}/numbering", {"categories": ["乙", "甲", "乙"]})
    assert (twice.status_code, twice.json()["categories"]) == (422, ["乙"])
    assert (await world.post(f"{at(world)}/numbering", {"categories": []})).status_code == 422


async def test_numbers_given_by_two_at_once_stand_without_a_gap(world: World) -> None:
    await fill(world, 30)
    await select(world, "key", filter={"selection": "none"})
    orders = [["甲", "乙", "丙"], ["丙", "乙", "甲"], ["乙", "丙", "甲"]]
    answers = await asyncio.gather(
        *[world.post(f"{at(world)}/numbering", {"categories": order}) for order in orders]
    )
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [row[0] for row in await numbers(world)] == list(range(1, 31))


async def district_campaign(world: World) -> str:
    opened = await world.open_campaign("other office", "other district", parent_id=world.campaign_id)
    id: str = opened["id"]
    return id


async def test_a_district_nominates_upward_once_and_its_copy_follows_while_it_is_only_nominated(
    world: World,
) -> None:
    below = await district_campaign(world)
    source = await make(world, "昆山开幕式", below, "other office", place="昆山市", schedule_note="9月上旬")
    path = f"/v1/activities/{source['id']}"
    copy = (await world.post(f"{path}/nomination", {}, "other office")).json()
    assert copy["nominated_from_id"] == source["id"]
    assert (copy["campaign_id"], copy["state"], copy["selection"], copy["version"]) == (
        world.campaign_id,
        "registered",
        "nominated",
        1,
    )
    assert (copy["name"], copy["place"], copy["schedule_note"]) == ("昆山开幕式", "昆山市", "9月上旬")
    again = await world.post(f"{path}/nomination", {}, "other office")
    assert (again.status_code, again.json()) == (200, copy)
    await world.patch(path, {"name": "昆山市开幕式"}, version=2, key="other office")
    followed = (await world.post(f"{path}/nomination", {}, "other office")).json()
    assert (followed["id"], followed["name"], followed["version"]) == (copy["id"], "昆山市开幕式", 2)
    await world.put(f"/v1/activities/{copy['id']}/selection", {"selection": "key"})
    await world.patch(path, {"name": "改"}, version=3, key="other office")
    kept = (await world.post(f"{path}/nomination", {}, "other office")).json()
    assert (kept["name"], kept["version"], kept["selection"]) == ("昆山市开幕式", 3, "key")


async def test_two_nominations_at_once_make_one_copy(world: World) -> None:
    source = await make(world, "一", await district_campaign(world), "other office")
    path = f"/v1/activities/{source['id']}/nomination"
    answers = await asyncio.gather(*[world.post(path, {}, "other office") for _ in range(3)])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await world.items(f"{at(world)}/activities")) == 1


async def test_what_cannot_be_nominated_upward_is_refused_and_the_draft_stays_below(world: World) -> None:
    below = await district_campaign(world)
    path = f"/v1/campaigns/{below}/activities"
    body = {"category": "讲座", "name": "草案", "hosts": [{"organization_id": world.ids["other department"]}]}
    draft = await world.make(path, body, "other office")
    nominated = await world.post(f"/v1/activities/{draft['id']}/nomination", {}, "other office")
    assert (nominated.status_code, nominated.json()["code"]) == (409, "not_to_be_nominated")
    assert (await world.get(f"/v1/activities/{draft['id']}")).status_code == 404
    assert (await world.post(f"/v1/activities/{draft['id']}/nomination", {})).status_code == 404
    assert await world.items(path) == []
    top = await make(world, "二")
    above = await world.post(f"/v1/activities/{top['id']}/nomination", {})
    assert (above.status_code, above.json()["code"]) == (409, "no_campaign_above")
