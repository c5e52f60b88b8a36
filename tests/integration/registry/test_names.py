"""Names from outside: what a written name resolves to, by which rule, and what only a person may decide."""

from typing import Any

from tests.integration.registry.conftest import World

WRITTEN = "吴江区委宣传部（网信办）"


async def resolve(world: World, *names: str) -> list[dict[str, Any]]:
    answer = await world.post("/v1/organizations/resolve", {"names": list(names)}, "reporter")
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    assert [result["name"] for result in results] == list(names)
    return results


async def resolve_one(world: World, name: str) -> dict[str, Any]:
    (result,) = await resolve(world, name)
    return result


async def make_wujiang(world: World) -> str:
    made = await world.make_unit(WRITTEN, kind="district", short_name="吴江", aliases=["吴江区委网信办"])
    return str(made["id"])


async def test_a_name_resolves_as_written_as_declared_or_in_its_normal_form(world: World) -> None:
    id = await make_wujiang(world)
    by_text = {
        WRITTEN: "name",
        f" {WRITTEN} ": "name",
        "吴江区委网信办": "alias",
        "吴江区委宣传部(网信办)": "normalized",
        "吴江区委宣传部〔网信办〕": "normalized",
        "吴江区委 宣传部（ 网信办 ）": "normalized",
        "“吴江区委网信办”": "normalized",
        "吴江区委\u200b网信办": "normalized",
        "苏州市吴江区委网信办": "normalized",
    }
    assert await resolve(world, *by_text) == [
        {
            "name": text,
            "outcome": "resolved",
            "organization_id": id,
            "outside_party": None,
            "matched_by": rule,
            "candidates": [],
        }
        for text, rule in by_text.items()
    ]


async def test_a_prefix_that_the_office_declared_means_nothing_before_a_name(world: World) -> None:
    for result in await resolve(world, "教育局", "苏州市教育局", "苏州市 教育局"):
        assert result["organization_id"] == world.ids["department"]


async def test_likeness_proposes_and_never_resolves(world: World) -> None:
    listed = {item["id"]: item["name"] for item in await world.items("/v1/organizations")}
    for result in await resolve(
        world, "吴江区宣传部", "吴江区委宣传", "盛泽", "苏州市教育厅", "苏州市委网信"
    ):
        assert (result["outcome"], result["organization_id"], result["matched_by"]) == (
            "ambiguous",
            None,
            None,
        )
        scores = [candidate["score"] for candidate in result["candidates"]]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score < 1 for score in scores)
        assert all(listed[each["organization_id"]] == each["name"] for each in result["candidates"])


async def test_a_form_that_two_units_share_since_the_release_before_is_ambiguous_and_names_both(
    world: World,
) -> None:
    one = await world.make_unit("园区（管委会）")
    await world.service.made.execute("DELETE FROM organization_form")
    other = await world.make_unit("园区【管委会】")
    result = await resolve_one(world, "园区(管委会)")
    assert (result["outcome"], result["organization_id"]) == ("ambiguous", None)
    assert {each["organization_id"] for each in result["candidates"]} == {one["id"], other["id"]}
    assert (await resolve_one(world, "园区【管委会】"))["organization_id"] == other["id"]


async def test_what_is_like_nothing_is_unknown(world: World) -> None:
    assert await resolve_one(world, "Xyzzy") == {
        "name": "Xyzzy",
        "outcome": "unknown",
        "organization_id": None,
        "outside_party": None,
        "matched_by": None,
        "candidates": [],
    }


async def test_many_names_are_answered_in_their_order_with_repeats(world: World) -> None:
    results = await resolve(world, "盛泽镇", "Xyzzy", "盛泽镇", "苏州市公安局")
    assert [result["organization_id"] for result in results] == [
        world.ids["town"],
        None,
        world.ids["town"],
        world.ids["other department"],
    ]


async def test_a_former_name_resolves_as_an_alias(world: World) -> None:
    id = await make_wujiang(world)
    await world.patch(f"/v1/organizations/{id}", {"name": "吴江区委网络安全办"}, version=1)
    result = await resolve_one(world, WRITTEN)
    assert (result["organization_id"], result["matched_by"]) == (id, "alias")


async def test_a_closed_unit_is_neither_found_nor_proposed(world: World) -> None:
    await world.patch(f"/v1/organizations/{world.ids['town']}", {"closed_on": "2024-08-29"}, version=1)
    for text in ("盛泽镇", "盛泽"):
        result = await resolve_one(world, text)
        assert result["organization_id"] is None
        assert world.ids["town"] not in [each["organization_id"] for each in result["candidates"]]


async def test_a_name_that_went_over_to_another_unit_resolves_to_that_one(world: World) -> None:
    await world.patch(f"/v1/organizations/{world.ids['town']}", {"closed_on": "2024-08-29"}, version=1)
    heir = await world.make_unit("盛泽镇")
    assert (await resolve_one(world, "盛泽镇"))["organization_id"] == heir["id"]


async def test_a_decision_of_an_earlier_import_resolves(world: World) -> None:
    sheet = "序号,活动类别,活动名称,主办单位\n1,网络安全进机关,专题讲座,吴江网安\n"
    preview = await world.service.ask(
        "POST",
        f"/v1/campaigns/{world.campaign_id}/imports",
        world.keys["coordinator"],
        files={"file": ("annex.csv", sheet.encode(), "text/csv")},
        data={"kind": "activities"},
    )
    assert preview.status_code == 201, preview.text
    assert (await resolve_one(world, "吴江网安"))["outcome"] != "resolved"
    decision = {"text": "吴江网安", "organization_id": world.ids["district"]}
    await world.make(f"/v1/imports/{preview.json()['id']}/apply", {"decisions": [decision]})
    result = await resolve_one(world, "吴江网安")
    assert (result["outcome"], result["organization_id"], result["matched_by"]) == (
        "resolved",
        world.ids["district"],
        "decision",
    )


async def test_a_question_that_cannot_be_answered_is_refused(world: World) -> None:
    unfit: list[tuple[dict[str, Any], str]] = [
        ({"names": []}, "names"),
        ({"names": ["盛泽镇", ""]}, "names.1"),
        ({"names": ["x"] * 1_001}, "names"),
        ({"names": "盛泽镇"}, "names"),
        ({"names": ["盛泽镇"], "fuzzy": True}, "fuzzy"),
        ({}, "names"),
    ]
    for body, field in unfit:
        answer = await world.post("/v1/organizations/resolve", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_asking_records_nothing(world: World) -> None:
    before = await world.facts()
    await resolve(world, "盛泽镇", "盛泽", "Xyzzy")
    assert await world.facts() == before
