"""Addressees by rule: who is meant, who is never, and who comes to owe something later."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.registry.conftest import World

NEVER = "00000000-0000-7000-8000-000000000000"
OFFICE_LISTS = ["district", "other district", "town", "department", "other department"]


async def preview(world: World, *clauses: dict[str, Any], **fields: Any) -> Any:
    body = {"rule": {"any_of": list(clauses), **fields}}
    return await world.post(f"/v1/campaigns/{world.campaign_id}/addressees/preview", body)


async def meant(world: World, *clauses: dict[str, Any], **fields: Any) -> list[str]:
    """By the names of the world, whom a rule means."""
    answer = await preview(world, *clauses, **fields)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["organization_count"] == len(shown["organizations"])
    names = {id: name for name, id in world.ids.items()}
    return [names.get(unit["id"], unit["name"]) for unit in shown["organizations"]]


async def define(world: World, *clauses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"kind": "summary", "title": "活动总结", "due_on": "2024-09-16", **fields}
    rule = {"any_of": list(clauses)}
    path = f"/v1/campaigns/{world.campaign_id}/deliverables"
    return await world.make(path, {"owed_by_rule": rule, **body})


async def issue(world: World, *clauses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"title": "通知", "body": "正文", "addressee_rule": {"any_of": list(clauses)}, **fields}
    drafted = await world.make(f"/v1/campaigns/{world.campaign_id}/notices", body)
    return await world.make(f"/v1/notices/{drafted['id']}/issue", {})


async def owers(world: World, deliverable: dict[str, Any]) -> set[str]:
    """Who has an assignment; the deliverable's own list and count say the same."""
    path = f"/v1/campaigns/{world.campaign_id}/assignments?deliverable_id={deliverable['id']}"
    ids = [each["organization_id"] for each in await world.items(path)]
    shown = (await world.get(f"/v1/deliverables/{deliverable['id']}")).json()
    assert sorted(shown["owed_by"]) == sorted(ids)
    assert shown["assignment_count"] == len(ids) == len(set(ids))
    return set(ids)


async def addressed(world: World, notice: dict[str, Any]) -> set[str]:
    """Who owes or has given an acknowledgement; the notice's own list and counts say the same."""
    ids = [
        each["organization_id"] for each in await world.items(f"/v1/notices/{notice['id']}/acknowledgements")
    ]
    shown = (await world.get(f"/v1/notices/{notice['id']}")).json()
    assert sorted(shown["addressee_ids"]) == sorted(ids)
    assert shown["owed_count"] + shown["acknowledged_count"] == len(ids) == len(set(ids))
    return set(ids)


async def an_activity(world: World, *hosts: str, selection: str | None = None) -> str:
    named = [{"organization_id": world.ids[host]} for host in hosts]
    body = {
        "category": "讲座",
        "name": "专题讲座",
        "hosts": [*named, {"outside_party": "嘉定区委网信委"}],
    }
    made = await world.make(f"/v1/campaigns/{world.campaign_id}/activities", body)
    if selection is not None:
        await select(world, made["id"], selection)
    return str(made["id"])


async def select(world: World, id: str, selection: str) -> None:
    answer = await world.put(f"/v1/activities/{id}/selection", {"selection": selection})
    assert answer.status_code == 200, answer.text


async def test_a_rule_means_by_list_kind_subtree_and_hosting_each_unit_once_in_the_offices_order(
    world: World,
) -> None:
    ids = world.ids
    await an_activity(world, "town", "department", selection="key")
    await an_activity(world, "other department", selection="nominated")
    await an_activity(world, "other district")
    assert await meant(world, {"kind": "district"}) == ["district", "other district"]
    assert await meant(world, {"below": ids["office"]}) == OFFICE_LISTS
    assert await meant(world, {"below": ids["office"], "kind": "town"}) == ["town"]
    assert await meant(world, {"below": ids["district"]}) == ["town"]
    assert await meant(world, {"below": ids["district"], "itself": True}) == ["district", "town"]
    assert await meant(world, {"below": ids["district"], "itself": True, "kind": "town"}) == ["town"]
    assert await meant(world, {"hosts_of": "key"}) == ["town", "department"]
    assert await meant(world, {"hosts_of": "nominated"}) == ["other department"]
    listed = {"organization_ids": [ids["other department"], ids["district"], ids["district"]]}
    assert await meant(world, listed) == ["district", "other department"]
    everything: list[dict[str, Any]] = [listed, {"kind": "district"}, {"hosts_of": "key"}]
    union = ["district", "other district", "town", "department", "other department"]
    assert await meant(world, *everything) == union
    without = await meant(world, *everything, except_ids=[ids["town"], ids["district"]])
    assert without == ["other district", "department", "other department"]


async def test_a_closed_unit_is_never_meant(world: World) -> None:
    await an_activity(world, "town", selection="key")
    closing = {"closed_on": "2024-09-01"}
    assert (await world.patch(f"/v1/organizations/{world.ids['town']}", closing, 1)).status_code == 200
    for moment, count, codes in (
        (datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC), 1, []),
        (datetime(2024, 8, 31, 16, tzinfo=UTC), 0, ["empty_clause"]),
    ):
        # By the day in China: the last second of the day before, and the first of the closing day.
        world.at(moment)
        for clause in (
            {"organization_ids": [world.ids["town"]]},
            {"below": world.ids["district"]},
            {"kind": "town"},
            {"hosts_of": "key"},
        ):
            answer = (await preview(world, clause)).json()
            assert answer["organization_count"] == count, (moment, clause)
            assert [each["code"] for each in answer["warnings"]] == codes, (moment, clause)


async def test_hosts_are_those_of_this_campaign(world: World) -> None:
    elsewhere = (await world.open_campaign())["id"]
    body = {"category": "讲座", "name": "讲座", "hosts": [{"organization_id": world.ids["town"]}]}
    made = await world.make(f"/v1/campaigns/{elsewhere}/activities", body)
    await select(world, made["id"], "key")
    assert await meant(world, {"hosts_of": "key"}) == []


async def test_a_preview_says_what_has_no_effect_and_keeps_nothing(world: World) -> None:
    before = await world.facts()
    town = world.ids["town"]
    answer = await preview(
        world, {"kind": "district"}, {"kind": "school"}, {"hosts_of": "key"}, except_ids=[town]
    )
    assert [
        (each["code"], each["clause"], each["organization_id"]) for each in answer.json()["warnings"]
    ] == [
        ("empty_clause", 1, None),
        ("empty_clause", 2, None),
        ("idle_exception", None, town),
    ]
    assert answer.json()["organizations"][0] == {
        "id": world.ids["district"],
        "name": "吴江区委宣传部",
        "short_name": None,
        "kind": "district",
        "parent_id": world.ids["office"],
    }
    assert await world.facts() == before


UNCLEAR: list[tuple[Any, str]] = [
    ({"any_of": []}, "any_of"),
    ({"any_of": [{}]}, "any_of.0"),
    ({"any_of": ["district"]}, "any_of.0"),
    ({"any_of": [{"kind": "village"}]}, "any_of.0.kind.kind"),
    ({"any_of": [{"kind": "town", "hosts_of": "key"}]}, "any_of.0.hosts_of.kind"),
    ({"any_of": [{"organization_ids": []}]}, "any_of.0.organization_ids.organization_ids"),
    ({"any_of": [{"below": NEVER, "itself": 1}]}, "any_of.0.below.itself"),
    ({"any_of": [{"hosts_of": "chosen"}]}, "any_of.0.hosts_of.hosts_of"),
    ({"any_of": [{"kind": "town"}], "except_ids": ["x"]}, "except_ids.0"),
    ({"any_of": [{"kind": "town"}], "none_of": []}, "none_of"),
]


async def test_a_rule_that_cannot_be_read_is_refused_at_its_place(world: World) -> None:
    said = []
    for rule, _ in UNCLEAR:
        answer = await world.post(f"/v1/campaigns/{world.campaign_id}/addressees/preview", {"rule": rule})
        assert answer.status_code == 422, answer.text
        said.append((rule, answer.json()["errors"][0]["field"].removeprefix("rule.")))
    assert said == UNCLEAR


async def test_a_unit_that_nobody_knows_is_named_with_its_place_in_the_rule(world: World) -> None:
    town = world.ids["town"]
    for clause, fields, place in (
        ({"organization_ids": [town, NEVER]}, {}, "rule.any_of.0.organization_ids.1"),
        ({"below": NEVER}, {}, "rule.any_of.0.below.0"),
        ({"kind": "town"}, {"except_ids": [NEVER]}, "rule.except_ids.0"),
    ):
        refused = (await preview(world, clause, **fields)).json()
        assert refused["code"] == "organization_unknown"
        assert [error["field"] for error in refused["errors"]] == [place]


async def test_a_rule_that_means_nobody_is_refused_with_the_reason(world: World) -> None:
    at, before = f"/v1/campaigns/{world.campaign_id}", await world.facts()
    nobody = {"any_of": [{"kind": "school"}]}
    excepted = {"any_of": [{"kind": "town"}], "except_ids": [world.ids["town"]]}
    for rule, why in (
        (nobody, "any_of.0 means no open unit"),
        (excepted, "every unit that it names is excepted"),
    ):
        notice = {"title": "通知", "body": "正文", "addressee_rule": rule}
        owed = {"kind": "k", "title": "t", "owed_by_rule": rule}
        for answer in (
            await world.post(f"{at}/notices", notice),
            await world.post(f"{at}/deliverables", owed),
        ):
            assert (answer.status_code, answer.json()["code"]) == (422, "rule_means_nobody")
            assert why in answer.json()["detail"]
    assert await world.facts() == before


async def test_a_list_and_a_rule_at_once_or_neither_are_refused(world: World) -> None:
    at, town = f"/v1/campaigns/{world.campaign_id}", world.ids["town"]
    rule = {"any_of": [{"kind": "town"}]}
    for fields in ({}, {"owed_by": [town], "owed_by_rule": rule}):
        answer = await world.post(f"{at}/deliverables", {"kind": "k", "title": "t", **fields})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert "expected either owed_by or owed_by_rule" in answer.text
    for fields in ({}, {"addressee_ids": [town], "addressee_rule": rule}):
        answer = await world.post(f"{at}/notices", {"title": "t", "body": "b", **fields})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert "expected either addressee_ids or addressee_rule" in answer.text


async def test_answers_show_the_rule_and_whom_it_meant(world: World) -> None:
    rule = {"any_of": [{"kind": "district"}, {"below": world.ids["office"], "kind": "town", "itself": False}]}
    rule["except_ids"] = [world.ids["other district"]]
    body = {"kind": "k", "title": "t", "owed_by_rule": rule}
    made = await world.make(f"/v1/campaigns/{world.campaign_id}/deliverables", body)
    assert made["owed_by_rule"] == rule
    assert made["owed_by"] == [world.ids["district"], world.ids["town"]]
    assert (await world.get(f"/v1/deliverables/{made['id']}")).json() == made
    notice = await issue(world, {"kind": "district"})
    assert notice["addressee_rule"] == {"any_of": [{"kind": "district"}], "except_ids": []}
    assert notice["addressee_ids"] == [world.ids["district"], world.ids["other district"]]


async def test_a_unit_registered_later_gets_what_it_owes_and_is_told_of_the_notice(world: World) -> None:
    deliverable, notice = await define(world, {"kind": "district"}), await issue(world, {"kind": "district"})
    fixed = await world.make(
        f"/v1/campaigns/{world.campaign_id}/deliverables",
        {"kind": "k", "title": "名单", "owed_by": [world.ids["district"]]},
    )
    joined = (await world.make_unit("太仓市委宣传部", kind="district"))["id"]
    await world.make_unit("苏州市文广旅局", kind="department")
    both = {world.ids["district"], world.ids["other district"], joined}
    assert await owers(world, deliverable) == both
    assert await addressed(world, notice) == both
    assert await owers(world, fixed) == {world.ids["district"]}
    assert [fact for fact, version, _ in await world.facts(deliverable["id"]) if version > 1] == [
        "deliverable.owed_by_added"
    ]
    assert [fact for fact, version, _ in await world.facts(notice["id"]) if version > 2] == [
        "notice.addressees_added"
    ]
    path = f"/v1/campaigns/{world.campaign_id}/assignments?organization_id={joined}"
    (mine,) = await world.items(path)
    assert (mine["due_at"], mine["version"]) == ("2024-09-16T15:59:59.999999Z", 1)
    assert await world.facts(mine["id"]) == [("assignment.made", 1, "coordinator")]


async def test_a_unit_that_moves_in_the_tree_or_changes_its_kind_joins_and_owes_for_good(
    world: World,
) -> None:
    below = await define(world, {"below": world.ids["district"]}, title="辖区总结")
    schools = await define(world, {"kind": "school"}, {"kind": "town"}, title="学校总结")
    department = world.ids["department"]
    moving = {"parent_id": world.ids["district"]}
    assert (await world.patch(f"/v1/organizations/{department}", moving, 1)).status_code == 200
    assert await owers(world, below) == {world.ids["town"], department}
    assert await owers(world, schools) == {world.ids["town"]}
    assert (await world.patch(f"/v1/organizations/{department}", {"kind": "school"}, 2)).status_code == 200
    assert await owers(world, schools) == {world.ids["town"], department}
    leaving = {"parent_id": world.ids["office"], "kind": "department"}
    assert (await world.patch(f"/v1/organizations/{department}", leaving, 3)).status_code == 200
    assert department in await owers(world, below) & await owers(world, schools)


async def test_a_unit_that_opens_again_joins(world: World) -> None:
    path = f"/v1/organizations/{world.ids['other district']}"
    assert (await world.patch(path, {"closed_on": "2024-08-01"}, 1)).status_code == 200
    deliverable = await define(world, {"kind": "district"})
    assert await owers(world, deliverable) == {world.ids["district"]}
    assert (await world.patch(path, {"closed_on": None}, 2)).status_code == 200
    assert await owers(world, deliverable) == {world.ids["district"], world.ids["other district"]}


async def test_whoever_hosts_what_is_selected_later_joins_and_whoever_is_excepted_does_not(
    world: World,
) -> None:
    first = await an_activity(world, "town", selection="key")
    second = await an_activity(world, "department", "other department", "other district")
    rule = {"any_of": [{"hosts_of": "key"}], "except_ids": [world.ids["other district"]]}
    body = {"kind": "k", "title": "t", "owed_by_rule": rule}
    deliverable = await world.make(f"/v1/campaigns/{world.campaign_id}/deliverables", body)
    assert await owers(world, deliverable) == {world.ids["town"]}
    await select(world, second, "key")
    hosts = {world.ids[unit] for unit in ("town", "department", "other department")}
    assert await owers(world, deliverable) == hosts
    await select(world, first, "nominated")
    assert await owers(world, deliverable) == hosts


async def test_an_import_lets_the_units_that_it_makes_join(world: World) -> None:
    deliverable = await define(world, {"kind": "school"}, {"kind": "town"})
    sheet = "序号,活动类别,活动名称,主办单位\n1,讲座,专题讲座,苏州市第一中学\n"
    answer = await world.service.ask(
        "POST",
        f"/v1/campaigns/{world.campaign_id}/imports",
        world.keys["coordinator"],
        files={"file": ("annex.csv", sheet.encode(), "text/csv")},
        data={"kind": "activities"},
    )
    decision = {"text": "苏州市第一中学", "new_organization": {"name": "苏州市第一中学", "kind": "school"}}
    await world.make(f"/v1/imports/{answer.json()['id']}/apply", {"decisions": [decision]})
    units = {unit["name"]: unit["id"] for unit in await world.items("/v1/organizations")}
    assert await owers(world, deliverable) == {world.ids["town"], units["苏州市第一中学"]}


async def test_what_is_over_cancelled_or_replaced_takes_nobody_in(world: World) -> None:
    past = await define(world, {"kind": "district"}, due_on="2024-09-02", title="方案")
    closed = await define(
        world, {"kind": "district"}, due_on=None, closes_at="2024-09-02T00:00:00+08:00", title="名单"
    )
    undated = await define(world, {"kind": "district"}, due_on=None, title="总结")
    dropped = await define(world, {"kind": "district"}, title="照片")
    await world.make(f"/v1/deliverables/{dropped['id']}/cancel", {"reason": "不再需要"})
    old = await issue(world, {"kind": "district"})
    new = await issue(world, {"kind": "district"}, replaces_id=old["id"])
    world.at(datetime(2024, 9, 3, tzinfo=UTC))
    joined = (await world.make_unit("太仓市委宣传部", kind="district"))["id"]
    for deliverable in (past, closed, dropped):
        assert joined not in await owers(world, deliverable)
    assert joined in await owers(world, undated)
    assert joined in await addressed(world, new)
    path = f"/v1/notices/{old['id']}/acknowledgements"
    assert joined not in {each["organization_id"] for each in await world.items(path)}


async def test_a_notice_of_a_campaign_that_is_over_reaches_nobody_new(world: World) -> None:
    notice = await issue(world, {"kind": "district"})
    world.at(datetime(2024, 9, 15, 15, 59, tzinfo=UTC))
    on_the_last_day = (await world.make_unit("太仓市委宣传部", kind="district"))["id"]
    world.at(datetime(2024, 9, 15, 16, 0, tzinfo=UTC))
    afterwards = (await world.make_unit("张家港市委宣传部", kind="district"))["id"]
    told = await addressed(world, notice)
    assert (on_the_last_day in told, afterwards in told) == (True, False)


async def test_who_joins_after_the_due_moment_of_a_notice_is_asked_and_not_chased(world: World) -> None:
    notice = await issue(world, {"kind": "district"}, acknowledge_on="2024-09-02")
    world.at(datetime(2024, 9, 3, tzinfo=UTC))
    joined = (await world.make_unit("太仓市委宣传部", kind="district"))["id"]
    due = {
        each["organization_id"]: each["due_at"]
        for each in await world.items(f"/v1/notices/{notice['id']}/acknowledgements")
    }
    assert due[joined] is None
    assert due[world.ids["district"]] == "2024-09-02T15:59:59.999999Z"


async def test_a_rule_is_worked_out_again_when_the_notice_is_issued(world: World) -> None:
    body = {"title": "通知", "body": "正文", "addressee_rule": {"any_of": [{"kind": "district"}]}}
    drafted = await world.make(f"/v1/campaigns/{world.campaign_id}/notices", body)
    joined = (await world.make_unit("太仓市委宣传部", kind="district"))["id"]
    assert joined not in (await world.get(f"/v1/notices/{drafted['id']}")).json()["addressee_ids"]
    issued = await world.make(f"/v1/notices/{drafted['id']}/issue", {})
    assert joined in issued["addressee_ids"]
    assert joined in await addressed(world, issued)


@pytest.mark.parametrize("nth", range(3))
async def test_in_whatever_order_rules_and_units_come_nobody_is_missed_or_owes_twice(
    world: World, nth: int
) -> None:
    """Rules, notices, new units, moves and selections all at once."""
    hosts = [await an_activity(world, unit) for unit in ("town", "department", "other department")]
    moved = [(await world.make_unit(f"单位 {number}"))["id"] for number in range(4)]
    clauses = [{"kind": "school"}, {"below": world.ids["district"]}, {"hosts_of": "key"}]
    work: list[Any] = [select(world, id, "key") for id in hosts]
    work += [world.make_unit(f"学校 {nth} {number}", kind="school") for number in range(6)]
    work += [world.patch(f"/v1/organizations/{id}", {"parent_id": world.ids["district"]}, 1) for id in moved]
    town = f"/v1/organizations/{world.ids['town']}"
    work.append(world.patch(town, {"sort_order": 9}, 1))
    work += [define(world, *clauses, title=f"总结 {number}") for number in range(3)]
    work += [issue(world, *clauses) for _ in range(3)]
    answers = await asyncio.gather(*work)
    assert all(getattr(answer, "status_code", 200) == 200 for answer in answers)
    expected = set()
    for unit in (await preview(world, *clauses)).json()["organizations"]:
        expected.add(unit["id"])
    assert len(expected) == 1 + 4 + 6 + 2
    for made in answers[-6:-3]:
        assert await owers(world, made) == expected
    for made in answers[-3:]:
        assert await addressed(world, made) == expected


MANY = """
    INSERT INTO organization (id, version, created_at, updated_at, name, kind, parent_id, aliases, sort_order)
    SELECT uuidv7(), 1, now(), now(), 'unit ' || n, CASE n % 2 WHEN 0 THEN 'town' ELSE 'school' END, '{above}', '{{}}',
           n
      FROM generate_series(1, 10000) AS n
"""


async def test_a_unit_joins_within_a_second_where_rules_mean_ten_thousand(world: World) -> None:
    await world.service.made.execute(MANY.format(above=world.ids["district"]))
    narrow: list[dict[str, Any]] = [
        {"kind": "district"},
        {"below": world.ids["other district"], "itself": True},
    ]
    deliverables = [
        await define(world, clause, title=f"{number}", due_on=None)
        for number, clause in enumerate(narrow * 2)
    ]
    wide = [{"below": world.ids["district"]}, {"kind": "district"}]
    rule = {"any_of": wide, "except_ids": []}
    async with world.service.database.reading() as connection:
        await connection.execute("UPDATE deliverable SET owed_by_rule = $1", rule)
        # Only one of them has anything to make: the time is that of working out who is meant.
        await connection.execute(
            """
            INSERT INTO assignment (id, version, created_at, updated_at, campaign_id, deliverable_id, organization_id,
                                    kind, title, sections, due_set_at, state)
            SELECT uuidv7(), 1, now(), now(), d.campaign_id, d.id, o.id, d.kind, d.title, '{}', now(), 'owed'
              FROM deliverable d, organization o
             WHERE (o.parent_id = $1 OR o.kind = 'district')
               AND NOT EXISTS (SELECT FROM assignment a WHERE a.deliverable_id = d.id AND a.organization_id = o.id)
            """,
            world.ids["district"],
        )
        await connection.execute("ANALYZE")
    start = time.perf_counter()
    joined = (await world.make_unit("太仓市委宣传部", kind="district"))["id"]
    took = time.perf_counter() - start
    # A third of a second; what it must not be is the seconds that a walk over all of them takes on a busy machine too.
    assert took < 5.0, f"{took:.2f} s"
    path = f"/v1/campaigns/{world.campaign_id}/assignments?organization_id={joined}"
    assert {each["deliverable_id"] for each in await world.items(path)} == {
        each["id"] for each in deliverables
    }
