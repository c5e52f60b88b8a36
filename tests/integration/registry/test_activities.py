"""Activities: drafted, seen by whom they are for, found, changed for the version that was seen, selected."""

import asyncio
from typing import Any

import pytest

from chassis.http.paging import write_cursor
from services.registry.activities import listing
from tests.integration.registry.conftest import World

NEVER = "00000000-0000-7000-8000-000000000000"


def an_activity(world: World, *units: str, **fields: Any) -> dict[str, Any]:
    hosts = [{"organization_id": world.ids[unit]} for unit in units or ("department",)]
    return {"category": "网络安全进校园", "name": "开学第一课", "hosts": hosts, **fields}


def activities_of(world: World) -> str:
    return f"/v1/campaigns/{world.campaign_id}/activities"


async def make(world: World, *units: str, **fields: Any) -> dict[str, Any]:
    return await world.make(activities_of(world), an_activity(world, *units, **fields))


async def test_an_activity_may_wait_for_its_time_and_place(world: World) -> None:
    answer = await world.post(activities_of(world), an_activity(world))
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (made["state"], made["starts_at"], made["place"], made["selection"]) == ("draft", None, None, None)
    assert (await world.get(f"/v1/activities/{made['id']}", "reporter")).json() == made


async def test_hosts_keep_their_order_and_outside_parties_are_named_as_such(world: World) -> None:
    hosts = [
        {"organization_id": world.ids["other department"]},
        {"outside_party": "嘉善县委网信办"},
        {"organization_id": world.ids["department"]},
    ]
    made = await make(world, hosts=hosts)
    assert [host["organization_id"] for host in made["hosts"]] == [
        world.ids["other department"],
        None,
        world.ids["department"],
    ]
    assert made["hosts"][1]["outside_party"] == "嘉善县委网信办"


async def test_they_are_listed_by_serial_number_page_by_page_and_those_without_last(world: World) -> None:
    for number in (3, None, 1, 2):
        made = await make(world, name=f"第{number}项", serial_number=number)
        await world.make(f"/v1/activities/{made['id']}/register", {})
    listed = await world.items(activities_of(world) + "?", "town")
    assert [each["serial_number"] for each in listed] == [1, 2, 3, None]
    first = (await world.get(activities_of(world) + "?limit=3")).json()
    rest = (await world.get(f"{activities_of(world)}?limit=3&cursor={first['next_cursor']}")).json()
    assert [each["serial_number"] for each in rest["items"]] == [None]


async def test_a_change_is_for_the_version_that_was_seen_and_touches_what_was_sent(world: World) -> None:
    made = await make(world, place="体育中心", audiences=["青少年"])
    path = f"/v1/activities/{made['id']}"
    assert (await world.patch(path, {"name": "网安第一课"}, version=None)).status_code == 428
    assert (await world.patch(path, {"name": "网安第一课"}, version=4)).status_code == 412
    changed = (await world.patch(path, {"name": "网安第一课"}, version=1)).json()
    assert (changed["name"], changed["place"], changed["audiences"]) == ("网安第一课", "体育中心", ["青少年"])
    assert (await world.patch(path, {"state": "held"}, version=2)).status_code == 422
    assert await world.facts(made["id"]) == [
        ("activity.drafted", 1, "coordinator"),
        ("activity.changed", 2, "coordinator"),
    ]


async def test_it_gets_its_time_and_place_and_others_with_a_reason(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}/reschedule"
    body = {"starts_at": "2024-09-09T09:30:00+08:00", "place": "苏州国际博览中心", "reason": "会场已定"}
    settled = (await world.post(path, body)).json()
    assert (settled["starts_at"], settled["place"]) == ("2024-09-09T01:30:00Z", "苏州国际博览中心")
    moved = {"starts_at": "2024-09-10T09:30:00+08:00", "reason": "台风"}
    again = (await world.post(path, moved)).json()
    assert (again["starts_at"], again["place"], again["reason"]) == (
        "2024-09-10T01:30:00Z",
        "苏州国际博览中心",
        "台风",
    )
    assert [fact for fact, _, _ in await world.facts(made["id"])] == [
        "activity.drafted",
        "activity.rescheduled",
        "activity.rescheduled",
    ]


async def test_a_selection_is_made_once_for_each_step(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}/selection"
    versions = [
        (await world.put(path, {"selection": selection})).json()["version"]
        for selection in ("nominated", "nominated", "shortlisted", "key")
    ]
    assert versions == [2, 2, 3, 4]
    assert (await world.put(path, {"selection": "chosen"})).status_code == 422


async def test_one_serial_number_stands_for_one_activity(world: World) -> None:
    await make(world, serial_number=7)
    twice = await world.post(activities_of(world), an_activity(world, name="另一项", serial_number=7))
    assert (twice.status_code, twice.json()["code"]) == (409, "serial_number_taken")
    other = await make(world, name="另一项", serial_number=8)
    moved = await world.patch(f"/v1/activities/{other['id']}", {"serial_number": 7}, version=1)
    assert (moved.status_code, moved.json()["code"]) == (409, "serial_number_taken")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"hosts": []}, "hosts"),
    ({"hosts": [{}]}, "hosts.0"),
    ({"hosts": [{"organization_id": NEVER, "outside_party": "嘉善县"}]}, "hosts.0"),
    ({"hosts": [{"outside_party": "嘉善县"}, {"outside_party": " "}]}, "hosts.1.outside_party"),
    ({"name": ""}, "name"),
    ({"name": "开学\n第一课"}, "name"),
    ({"category": None}, "category"),
    ({"starts_at": "2024-09-09T09:30:00"}, "starts_at"),
    ({"starts_at": "2024-09-09T09:30:00Z", "ends_at": "2024-09-09T08:30:00Z"}, "ends_at"),
    ({"ends_at": "2024-09-09T08:30:00Z"}, "ends_at"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
    ({"starts_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
    ({"starts_at": "2024-02-30T08:30:00Z"}, "starts_at"),
    ({"starts_at": "2024-09-09T24:00:00Z"}, "starts_at"),
    ({"starts_at": "2024-09-09T08:30:60Z"}, "starts_at"),
    ({"mode": "hybrid"}, "mode"),
    ({"serial_number": 0}, "serial_number"),
    ({"serial_number": "7"}, "serial_number"),
    ({"serial_number": 7.0}, "serial_number"),
    ({"serial_number": True}, "serial_number"),
    ({"state": "confirmed"}, "state"),
]


async def test_what_is_no_activity_is_refused_with_its_field(world: World) -> None:
    before = await world.facts()
    for fields, field in REFUSED:
        answer = await world.post(activities_of(world), an_activity(world, **fields))
        assert (fields, answer.status_code, answer.json()["code"]) == (fields, 422, "invalid")
        assert field in answer.json()["detail"]
    assert await world.facts() == before


async def test_hosts_that_nobody_knows_are_named_each_with_its_place(world: World) -> None:
    other = NEVER[:-1] + "1"
    hosts = [
        {"outside_party": "嘉善县委网信办"},
        {"organization_id": other},
        {"organization_id": world.ids["town"]},
        {"organization_id": NEVER},
    ]
    answer = await world.post(activities_of(world), an_activity(world, hosts=hosts))
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (422, "organization_unknown")
    assert refused["errors"] == [
        {"field": "hosts.1", "message": f"{other} is not in the register"},
        {"field": "hosts.3", "message": f"{NEVER} is not in the register"},
    ]
    assert NEVER in refused["detail"]
    assert world.ids["town"] not in refused["detail"]
    assert await world.items(activities_of(world)) == []


async def test_of_two_changes_for_one_version_one_is_made(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}"
    answers = await asyncio.gather(*[world.patch(path, {"name": name}, version=1) for name in "甲乙丙"])
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await world.get(path)).json() == won
    assert len(await world.facts(made["id"])) == 2


async def test_what_may_be_unset_is_unset_by_null_and_the_rest_is_refused(world: World) -> None:
    made = await make(world, serial_number=3, mode="both", audiences=["青少年"])
    path = f"/v1/activities/{made['id']}"
    bare = (await world.patch(path, {"serial_number": None, "mode": None, "audiences": []}, version=1)).json()
    assert (bare["serial_number"], bare["mode"], bare["audiences"]) == (None, None, [])
    kept: list[dict[str, Any]] = [{"name": None}, {"category": " "}, {"settings": None}, {"hosts": []}]
    refused = [await world.patch(path, body, version=2) for body in kept]
    assert [answer.status_code for answer in refused] == [422] * len(kept)
    assert (await world.get(path)).json() == bare


async def test_a_time_is_set_for_the_version_that_was_seen_and_once_for_one_request(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}/reschedule"
    body = {"starts_at": "2024-09-09T09:30:00+08:00", "reason": "会场已定"}
    assert (await world.post(path, body, If_Match='"9"')).status_code == 412
    first = await world.post(path, body, If_Match='"1"', Idempotency_Key="once")
    again = await world.post(path, body, If_Match='"1"', Idempotency_Key="once")
    assert (first.status_code, first.content) == (200, again.content)
    without = [{"starts_at": "2024-09-09T09:30:00+08:00"}, {"reason": "台风"}, body | {"reason": " "}]
    assert [(await world.post(path, each)).status_code for each in without] == [422, 422, 422]
    assert len(await world.facts(made["id"])) == 2
    assert (await world.post(f"/v1/activities/{NEVER}/reschedule", body)).status_code == 404


@pytest.mark.parametrize(
    ("key", "status"), [("overseer", 403), ("reporter", 403), ("auditor", 403), ("other office", 404)]
)
async def test_only_the_issuers_coordinator_changes_the_register(world: World, key: str, status: int) -> None:
    made = await make(world, "department", "district")
    path = f"/v1/activities/{made['id']}"
    await world.make(f"{path}/register", {})
    answers = [
        await world.post(activities_of(world), an_activity(world, "town"), key),
        await world.patch(path, {"name": "改"}, version=2, key=key),
        await world.post(
            f"{path}/reschedule", {"starts_at": "2024-09-09T09:30:00+08:00", "reason": "r"}, key
        ),
        await world.post(f"{path}/cancel", {"reason": "r"}, key),
        await world.put(f"{path}/selection", {"selection": "key"}, key),
        await world.post(
            f"/v1/campaigns/{world.campaign_id}/selection", {"selection": "key", "filter": {"q": "x"}}, key
        ),
        await world.post(f"/v1/campaigns/{world.campaign_id}/numbering", {"categories": None}, key),
        await world.post(f"/v1/campaigns/{world.campaign_id}/editions", {}, key),
    ]
    assert {answer.status_code for answer in answers} == {status}
    assert len(await world.facts(made["id"])) == 2


async def test_a_draft_is_for_its_hosts_and_its_office_alone(world: World) -> None:
    draft = await make(world, "town", "department")
    path = f"/v1/activities/{draft['id']}"
    for key, seen in {
        "coordinator": 200,
        "town": 200,
        "reporter": 200,
        "stranger": 404,
        "auditor": 200,
        "overseer": 404,
        "other office": 404,
    }.items():
        assert (await world.get(path, key)).status_code == seen, key
        assert (await world.get(f"{path}/history", key)).status_code == seen, key
        listed = await world.items(activities_of(world), key)
        assert [each["id"] for each in listed] == ([draft["id"]] if seen == 200 else []), key
    hidden = await world.patch(path, {"name": "改"}, version=1, key="stranger")
    unknown = await world.patch(f"/v1/activities/{NEVER}", {"name": "改"}, version=1, key="stranger")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"].replace(draft["id"], NEVER) == unknown.json()["detail"]
    await world.make(f"{path}/cancel", {"reason": "不办了"})
    assert (await world.get(path, "stranger")).status_code == 404
    other = await make(world, "town")
    await world.make(f"/v1/activities/{other['id']}/register", {})
    assert [each["id"] for each in await world.items(activities_of(world), "stranger")] == [other["id"]]


async def test_a_unit_drafts_and_changes_what_it_hosts_first_until_it_is_registered(world: World) -> None:
    drafted = await world.post(activities_of(world), an_activity(world, "department", "town"), "reporter")
    assert drafted.status_code == 201
    path = f"/v1/activities/{drafted.json()['id']}"
    hosts = [{"organization_id": world.ids["department"]}, {"outside_party": "某协会"}]
    changed = await world.patch(path, {"name": "第一课", "hosts": hosts}, version=1, key="reporter")
    assert (changed.status_code, changed.json()["name"], len(changed.json()["hosts"])) == (200, "第一课", 2)
    refused = [
        await world.patch(path, {"hosts": hosts[::-1]}, version=2, key="reporter"),
        await world.patch(path, {"serial_number": 1}, version=2, key="reporter"),
        await world.post(f"{path}/register", {}, "reporter"),
        await world.post(activities_of(world), an_activity(world, "town", "department"), "reporter"),
        await world.post(activities_of(world), an_activity(world, serial_number=1), "reporter"),
        await world.post(activities_of(world), an_activity(world, "office"), "auditor"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6
    await world.make(f"{path}/register", {})
    assert (await world.patch(path, {"name": "第二课"}, version=3, key="reporter")).status_code == 403
    assert [role for _, _, role in await world.facts(drafted.json()["id"])] == [
        "reporter",
        "reporter",
        "coordinator",
    ]


async def test_hosts_are_changed_in_order_each_once_and_by_known_names(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}"
    other, party = {"organization_id": world.ids["town"]}, {"outside_party": "嘉善县委网信办"}
    changed = (await world.patch(path, {"hosts": [party, other]}, version=1)).json()
    assert [host["outside_party"] for host in changed["hosts"]] == ["嘉善县委网信办", None]
    twice = await world.patch(path, {"hosts": [other, party, other]}, version=2)
    assert (twice.status_code, twice.json()["code"]) == (422, "host_named_twice")
    assert [each["field"] for each in twice.json()["errors"]] == ["hosts.2"]
    twice = await world.post(activities_of(world), an_activity(world, hosts=[party, party]))
    assert (twice.status_code, twice.json()["code"]) == (422, "host_named_twice")
    unknown = await world.patch(path, {"hosts": [{"organization_id": NEVER}]}, version=2)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "organization_unknown")
    assert (await world.get(path)).json() == changed


async def test_a_time_is_set_freely_while_it_is_to_be_announced_and_then_by_reschedule(world: World) -> None:
    made = await make(world, schedule_note="9月上旬，昆山市，具体时间地点另行通知")
    path = f"/v1/activities/{made['id']}"
    assert (made["starts_at"], made["schedule_note"]) == (None, "9月上旬，昆山市，具体时间地点另行通知")
    await world.make(f"{path}/register", {})
    placed = (await world.patch(path, {"place": "昆山市"}, version=2)).json()
    assert (placed["place"], placed["schedule_note"]) == ("昆山市", made["schedule_note"])
    timed = (await world.patch(path, {"starts_at": "2024-09-09T09:30:00+08:00"}, version=3)).json()
    assert (timed["starts_at"], timed["schedule_note"]) == ("2024-09-09T01:30:00Z", None)
    for body in (
        {"starts_at": "2024-09-10T09:30:00+08:00"},
        {"place": "太仓市"},
        {"starts_at": None},
        {"ends_at": "2024-09-10T10:30:00+08:00"},
    ):
        refused = await world.patch(path, body, version=4)
        assert (refused.status_code, refused.json()["code"]) == (409, "schedule_settled"), body
        assert f"{path}/reschedule" in refused.json()["detail"]
    same = await world.patch(path, {"starts_at": "2024-09-09T01:30:00Z", "place": "昆山市"}, version=4)
    assert same.status_code == 200
    draft = await make(world)
    ends = await world.patch(
        f"/v1/activities/{draft['id']}", {"ends_at": "2024-09-10T10:30:00+08:00"}, version=1
    )
    assert (ends.status_code, ends.json()["code"]) == (422, "ends_before_it_starts")


async def test_what_is_odd_is_taken_and_said(world: World) -> None:
    async def codes(starts_at: str) -> list[str]:
        made = await make(world, name=starts_at, starts_at=starts_at)
        return [each["code"] for each in made["warnings"]]

    assert await codes("2024-09-10T09:30:00+08:00") == []
    assert await codes("2024-09-15T09:30:00+08:00") == ["starts_on_day_off"]
    assert await codes("2024-09-14T09:30:00+08:00") == []  # a Saturday that was worked
    assert await codes("2024-09-08T15:59:59Z") == ["starts_outside_campaign", "starts_on_day_off"]
    assert await codes("2024-09-08T16:00:00Z") == []
    made = await make(world, starts_at="2024-10-01T09:30:00+08:00")
    assert [each["code"] for each in made["warnings"]] == ["starts_outside_campaign", "starts_on_day_off"]
    assert "国庆节" in made["warnings"][1]["message"]
    for slip in ("1024-09-10T09:30:00Z", "9999-12-31T23:59:59Z"):
        refused = await world.post(activities_of(world), an_activity(world, starts_at=slip))
        assert (refused.status_code, refused.json()["code"]) == (422, "time_out_of_reach")


FILTERS: list[tuple[str, list[str]]] = [
    ("state=registered", ["一", "三"]),
    ("state=draft", ["二", "四"]),
    ("category=讲座", ["二"]),
    ("selection=key", ["三"]),
    ("selection=none", ["一", "二", "四"]),
    ("host_id={town}", ["二", "四"]),
    ("q=盛泽", ["二", "四"]),
    ("q=(嘉善)", ["三"]),
    ("q=三", ["三"]),
    ("q=（）", []),
    ("q=%25", []),
    ("starts_from=2024-09-10T00:00:00Z", ["四"]),
    ("starts_until=2024-09-10T00:00:00Z", ["一"]),
    ("starts_from=2024-09-09T01:00:00Z&starts_until=2024-09-10T00:00:00Z", ["一"]),
    ("state=draft&host_id={town}&category=讲座", ["二"]),
]


async def test_a_list_is_narrowed_by_each_filter_and_by_all_together(world: World) -> None:
    first = await make(world, name="一", serial_number=1, starts_at="2024-09-09T01:00:00Z")
    await make(world, "town", name="二", serial_number=2, category="讲座")
    third = await make(world, name="三", serial_number=3, hosts=[{"outside_party": "（嘉 善）县委网信办"}])
    await make(world, "department", "town", name="四", serial_number=4, starts_at="2024-09-10T00:00:00Z")
    for made in (first, third):
        await world.make(f"/v1/activities/{made['id']}/register", {})
    await world.put(f"/v1/activities/{third['id']}/selection", {"selection": "key"})
    for asked, names in FILTERS:
        path = f"{activities_of(world)}?{asked.format(town=world.ids['town'])}"
        assert [each["name"] for each in await world.items(path)] == names, asked
    for asked in ("state=gone", "selection=x", "host_id=7", "q=", "starts_from=2024-09-10", "kind=x"):
        assert (await world.get(f"{activities_of(world)}?{asked}")).status_code == 422, asked


async def test_words_that_many_activities_have_are_found_as_well_as_rare_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("网络安全讲座", "网络安全展览", "反诈宣传"):
        await make(world, "town", name=name)
    for few in (listing.FEW, 1):
        monkeypatch.setattr(listing, "FEW", few)
        for q, found in {"网络安全": 2, "反诈": 1, "网": 2, "盛泽镇": 3}.items():
            assert len(await world.items(f"{activities_of(world)}?q={q}")) == found, (few, q)


async def test_a_moment_or_cursor_beyond_what_can_be_kept_is_refused(world: World) -> None:
    made = await make(world)
    await world.make(f"/v1/activities/{made['id']}/register", {})
    history, editions = f"/v1/activities/{made['id']}/history", f"/v1/campaigns/{world.campaign_id}/editions"
    far = [write_cursor(number) for number in (2**40, -(2**40))]
    asked = [f"{activities_of(world)}?cursor={write_cursor(2**40, NEVER)}"]
    asked += [f"{path}?cursor={cursor}" for path in (history, editions) for cursor in far]
    asked += [
        f"{activities_of(world)}?{name}=0001-01-01T00:00:00%2B14:00"
        for name in ("starts_from", "starts_until")
    ]
    asked += [
        f"/v1/campaigns/{world.campaign_id}/clashes?{name}=9999-12-31T23:59:59-12:00"
        for name in ("from", "until")
    ]
    assert [(path, (await world.get(path)).status_code) for path in asked] == [(path, 422) for path in asked]
