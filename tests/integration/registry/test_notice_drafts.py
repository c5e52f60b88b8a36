"""Drafts of notices: changed for the version that was seen, discarded, due by date, with attachments."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.registry.notices import store
from tests.integration.registry.conftest import World
from tests.integration.registry.test_notices import a_notice, draft, issue, notices_of

ATTACHED = """
    INSERT INTO attachment (id, version, created_at, updated_at, organization_id, filename, media_type, size, sha256)
    VALUES ('{id}', 1, now(), now(), '{owner}', '附件.pdf', 'application/pdf', 1, '{hash}')
"""


async def attach(world: World, owner: str = "office") -> str:
    """The id of an attachment that a unit has uploaded."""
    id = str(uuid4())
    await world.service.made.execute(ATTACHED.format(id=id, owner=world.ids[owner], hash="0" * 64))
    return id


async def change(world: World, id: str, version: int | None, **fields: Any) -> Any:
    return await world.patch(f"/v1/notices/{id}", fields, version)


async def test_a_draft_is_changed_for_the_version_that_was_seen(world: World) -> None:
    made = await draft(world)
    world.later(hours=1)
    assert (await change(world, made["id"], None, title="更正")).status_code == 428
    answer = await change(world, made["id"], 1, title="更正", body="新正文")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    at = "2024-08-30T02:00:00Z"
    assert answer.json() == made | {"title": "更正", "body": "新正文", "version": 2, "updated_at": at}
    assert (await world.get(f"/v1/notices/{made['id']}")).json() == answer.json()
    assert (await change(world, made["id"], 1, title="再更正")).status_code == 412
    assert await world.facts(made["id"]) == [
        ("notice.drafted", 1, "coordinator"),
        ("notice.changed", 2, "coordinator"),
    ]


async def test_two_coordinators_who_change_a_draft_at_once_lose_no_edit(world: World) -> None:
    made = await draft(world)
    world.keys["second"] = (await world.make_key("office", "coordinator"))["key"]
    edits = {"coordinator": {"title": "甲的标题"}, "second": {"body": "乙的正文"}}
    answers = await asyncio.gather(
        *(world.patch(f"/v1/notices/{made['id']}", body, 1, key) for key, body in edits.items())
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await world.get(f"/v1/notices/{made['id']}")).json() == won
    assert won["version"] == 2


async def test_a_list_takes_the_place_of_a_rule_and_a_rule_that_of_a_list(world: World) -> None:
    made = await draft(world)
    rule = {"any_of": [{"kind": "district"}], "except_ids": []}
    ruled = (await change(world, made["id"], 1, addressee_rule=rule)).json()
    assert (ruled["addressee_rule"], ruled["addressee_ids"]) == (
        rule,
        [world.ids["district"], world.ids["other district"]],
    )
    listed = (await change(world, made["id"], 2, addressee_ids=[world.ids["town"]] * 2)).json()
    assert (listed["addressee_rule"], listed["addressee_ids"]) == (None, [world.ids["town"]])
    both = await change(world, made["id"], 3, addressee_ids=[world.ids["town"]], addressee_rule=rule)
    neither = await change(world, made["id"], 3, addressee_rule=None)
    nobody = await change(world, made["id"], 3, addressee_rule={"any_of": [{"kind": "school"}]})
    unknown = await change(world, made["id"], 3, addressee_ids=[str(uuid4())])
    codes = [answer.json()["code"] for answer in (both, neither, nobody, unknown)]
    assert codes == ["invalid", "invalid", "rule_means_nobody", "organization_unknown"]
    assert (await world.get(f"/v1/notices/{made['id']}")).json() == listed


async def test_what_was_issued_is_neither_changed_nor_discarded(world: World) -> None:
    id = await issue(world)
    changed = await change(world, id, 2, title="更正")
    discarded = await world.ask("DELETE", f"/v1/notices/{id}")
    for answer in (changed, discarded):
        assert (answer.status_code, answer.json()["code"]) == (409, "issued_already")
        assert "a correction is a new notice" in answer.json()["detail"]


async def test_a_draft_is_discarded_and_the_log_keeps_that_it_was_there(world: World) -> None:
    id = (await draft(world))["id"]
    stale = await world.ask("DELETE", f"/v1/notices/{id}", If_Match='"7"')
    assert stale.status_code == 412
    answer = await world.ask("DELETE", f"/v1/notices/{id}", If_Match='"1"')
    assert (answer.status_code, answer.content) == (204, b"")
    for method, rest in (("GET", ""), ("DELETE", ""), ("POST", "/issue")):
        again = await world.ask(method, f"/v1/notices/{id}{rest}", body={} if rest else None)
        assert again.status_code == 404
    assert await world.items(notices_of(world)) == []
    assert await world.facts(id) == [
        ("notice.drafted", 1, "coordinator"),
        ("notice.discarded", 2, "coordinator"),
    ]


async def test_a_draft_that_is_issued_and_discarded_at_once_is_one_of_the_two(world: World) -> None:
    id = (await draft(world))["id"]
    issued, discarded = await asyncio.gather(
        world.post(f"/v1/notices/{id}/issue", {}), world.ask("DELETE", f"/v1/notices/{id}")
    )
    assert (issued.status_code, discarded.status_code) in ((200, 409), (404, 204))


async def test_an_acknowledgement_is_due_up_to_the_end_of_a_day_and_the_holiday_is_said(world: World) -> None:
    made = await draft(world, acknowledge_on="2024-09-16")
    assert made["acknowledge_by"] == "2024-09-16T15:59:59.999999Z"
    assert (made["acknowledge_on"], made["acknowledge_time"], made["timezone"]) == (
        "2024-09-16",
        None,
        "Asia/Shanghai",
    )
    (warning,) = made["warnings"]
    assert (warning["holiday"], warning["working_day_before"]) == ("中秋节", "2024-09-14")
    timed = (
        await change(world, made["id"], 1, acknowledge_on="2024-09-18", acknowledge_time="17:30:00")
    ).json()
    assert (timed["acknowledge_by"], timed["warnings"]) == ("2024-09-18T09:30:00Z", [])
    later = (await change(world, made["id"], 2, acknowledge_on="2024-09-19")).json()
    assert (later["acknowledge_by"], later["acknowledge_time"]) == ("2024-09-19T09:30:00Z", "17:30:00")
    untimed = (await change(world, made["id"], 3, acknowledge_time=None)).json()
    assert untimed["acknowledge_by"] == "2024-09-19T15:59:59.999999Z"
    instant = (await change(world, made["id"], 4, acknowledge_by="2024-09-20T08:00:00+08:00")).json()
    assert (instant["acknowledge_by"], instant["acknowledge_on"], instant["timezone"]) == (
        "2024-09-20T00:00:00Z",
        None,
        None,
    )
    unset = (await change(world, made["id"], 5, acknowledge_by=None)).json()
    assert (unset["acknowledge_by"], unset["acknowledge_on"]) == (None, None)


async def test_the_date_is_one_of_the_campaigns_zone_also_where_clocks_go_back(world: World) -> None:
    campaign = await world.open_campaign(timezone="America/New_York")
    path = f"/v1/campaigns/{campaign['id']}/notices"
    due = {"acknowledge_on": "2024-11-03", "acknowledge_time": "01:30:00"}
    made = await world.make(path, a_notice(world, **due))
    assert made["acknowledge_by"] == "2024-11-03T06:30:00Z"


UNFIT: list[tuple[dict[str, Any], str]] = [
    (
        {"acknowledge_on": "2024-09-16", "acknowledge_by": "2024-09-16T08:00:00+08:00"},
        "acknowledge_due_twice",
    ),
    ({"acknowledge_time": "17:00:00"}, "time_without_date"),
    ({"acknowledge_on": "2024-09-16", "acknowledge_time": "17:00:00+09:00"}, "due_time_has_offset"),
    ({"acknowledge_on": "1924-09-16"}, "due_out_of_reach"),
    ({"acknowledge_on": "2024-09-31"}, "invalid"),
    ({"attachment_ids": ["x"]}, "invalid"),
    ({"attachment_ids": [str(UUID(int=1))]}, "attachment_unknown"),
    ({"replaces_id": str(UUID(int=1))}, "replaces_unknown"),
    ({"state": "issued"}, "invalid"),
]


async def test_what_no_notice_can_say_is_refused_at_drafting_and_at_changing(world: World) -> None:
    made, before = await draft(world), await world.facts()
    for fields, code in UNFIT:
        drafted = await world.post(notices_of(world), a_notice(world, **fields))
        changed = await change(world, made["id"], 1, **fields)
        for answer in (drafted, changed):
            assert (fields, answer.status_code, answer.json()["code"]) == (fields, 422, code)
    assert await world.facts() == before


async def test_an_acknowledgement_by_date_is_not_due_before_the_notice_goes_out(world: World) -> None:
    made = await draft(world, acknowledge_on="2024-09-02")
    world.at(datetime(2024, 9, 2, 16, tzinfo=UTC))
    late = await world.post(f"/v1/notices/{made['id']}/issue", {})
    assert (late.status_code, late.json()["code"]) == (422, "acknowledge_by_in_the_past")
    moved = await change(world, made["id"], 1, acknowledge_on="2024-09-03")
    assert moved.status_code == 200
    assert (await world.post(f"/v1/notices/{made['id']}/issue", {})).status_code == 200


async def test_a_notice_carries_the_offices_own_attachments_each_once(world: World) -> None:
    first, second, foreign = await attach(world), await attach(world), await attach(world, "other district")
    made = await draft(world, attachment_ids=[second, first, second])
    assert made["attachment_ids"] == [second, first]
    refused = await change(world, made["id"], 1, attachment_ids=[first, foreign])
    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")
    assert [error["field"] for error in refused.json()["errors"]] == ["attachment_ids.1"]
    cleared = (await change(world, made["id"], 1, attachment_ids=[])).json()
    assert cleared["attachment_ids"] == []


@pytest.mark.parametrize(("unit", "shown"), [("district", True), ("town", False), ("other district", False)])
async def test_an_attachment_is_for_the_addressees_of_an_issued_notice(
    world: World, unit: str, shown: bool
) -> None:
    id = await attach(world)
    made = await draft(world, attachment_ids=[id])
    async with world.service.database.reading() as connection:
        who = UUID(world.ids[unit])
        assert not await store.shows_attachment(connection, UUID(id), who)
        await world.make(f"/v1/notices/{made['id']}/issue", {})
        assert await store.shows_attachment(connection, UUID(id), who) == shown
