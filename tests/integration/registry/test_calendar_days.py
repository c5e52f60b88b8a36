"""The office's own calendar: over the published one, read wherever a date is judged; 2024 as it was."""

import asyncio
from typing import Any

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_deliverables import define


async def declare(world: World, day: str, kind: str, name: str | None = None, **headers: str) -> Any:
    return await world.put(f"/v1/calendar-days/{day}", {"kind": kind, "name": name}, **headers)


async def shown(world: World, year: int = 2024) -> dict[str, dict[str, Any]]:
    answer = (await world.get(f"/v1/calendar-days?year={year}", "town")).json()
    assert answer["year"] == year
    days = [each["date"] for each in answer["items"]]
    assert days == sorted(set(days))
    return {each["date"]: each for each in answer["items"]}


def off(name: str) -> tuple[str, str | None]:
    return "day_off", name


async def test_2024_is_as_the_order_of_the_state_council_had_it(world: World) -> None:
    year = {day: (each["kind"], each["name"]) for day, each in (await shown(world)).items()}
    worked = {day for day, (kind, _) in year.items() if kind == "working_day"}
    assert worked == {
        *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28"),
        *("2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12"),
    }
    autumn = {day: said for day, said in year.items() if day.startswith("2024-09")}
    assert autumn == {
        "2024-09-14": ("working_day", None),
        "2024-09-15": off("中秋节"),
        "2024-09-16": off("中秋节"),
        "2024-09-17": off("中秋节"),
        "2024-09-29": ("working_day", None),
    }
    assert [day for day, said in year.items() if said == off("国庆节")] == [
        f"2024-10-0{n}" for n in range(1, 8)
    ]
    assert {each["source"] for each in (await shown(world)).values()} == {"package"}


async def test_what_the_office_declares_is_shown_beside_what_is_published(world: World) -> None:
    made = await declare(world, "2024-09-20", "day_off", "水乡节")
    assert (made.status_code, made.headers["ETag"]) == (200, '"1"')
    worked = (await declare(world, "2024-09-21", "working_day")).json()
    moved = (await declare(world, "2024-09-15", "working_day", "值守")).json()
    days = await shown(world)
    assert days["2024-09-20"] == {
        "date": "2024-09-20",
        "kind": "day_off",
        "name": "水乡节",
        "source": "office",
        "id": made.json()["id"],
        "version": 1,
    }
    assert (days["2024-09-21"]["source"], days["2024-09-21"]["id"]) == ("office", worked["id"])
    assert (days["2024-09-15"]["kind"], days["2024-09-15"]["id"]) == ("working_day", moved["id"])
    assert (days["2024-09-16"]["source"], days["2024-09-16"]["id"]) == ("package", None)
    again = (await shown(world, 2023)).values()
    assert {each["source"] for each in again} == {"package"}


async def test_a_weekend_that_a_day_of_the_office_runs_into_goes_by_its_name(world: World) -> None:
    await declare(world, "2024-09-20", "day_off", "水乡节")
    days = await shown(world)
    assert [(days[day]["name"], days[day]["source"]) for day in ("2024-09-21", "2024-09-22")] == [
        ("水乡节", "office")
    ] * 2


async def test_a_due_date_is_judged_by_the_offices_table_in_the_same_moment(world: World) -> None:
    assert (await define(world, due_on="2024-09-20")).json()["warnings"] == []
    await declare(world, "2024-09-20", "day_off", "水乡节")
    await declare(world, "2024-09-21", "working_day")
    made = (await define(world, due_on="2024-09-20")).json()
    assert made["warnings"] == [
        {
            "code": "due_on_day_off",
            "holiday": "水乡节",
            "working_day_before": "2024-09-19",
            "working_day_after": "2024-09-21",
        }
    ]
    path = f"/v1/deliverables/{made['id']}/due"
    moved = await world.put(path, {"due_on": "2024-09-21", "reason": "补班"})
    assert moved.json()["warnings"] == []
    (mine, *_) = await world.items(
        f"/v1/campaigns/{world.campaign_id}/assignments?deliverable_id={made['id']}"
    )
    extension = {"due_on": "2024-09-22", "reason": "r"}
    extended = (await world.put(f"/v1/assignments/{mine['id']}/extension", extension)).json()
    assert [each["working_day_before"] for each in extended["extension"]["warnings"]] == ["2024-09-21"]


async def test_a_day_is_declared_anew_cleared_and_declared_again_as_one_day(world: World) -> None:
    id = (await declare(world, "2024-09-20", "day_off", "水乡节")).json()["id"]
    same = await declare(world, "2024-09-20", "day_off", "水乡节")
    assert (same.json()["id"], same.json()["version"]) == (id, 1)
    stale = await declare(world, "2024-09-20", "working_day", If_Match='"3"')
    changed = await declare(world, "2024-09-20", "working_day", If_Match='"1"')
    assert (stale.status_code, changed.json()["version"], changed.json()["name"]) == (412, 2, None)
    path = "/v1/calendar-days/2024-09-20"
    assert (await world.ask("DELETE", path, If_Match='"1"')).status_code == 412
    assert (await world.ask("DELETE", path, If_Match='"2"')).status_code == 204
    assert (await world.ask("DELETE", path)).status_code == 404
    assert (await world.ask("DELETE", "/v1/calendar-days/2024-09-25")).status_code == 404
    assert "2024-09-20" not in await shown(world)
    back = (await declare(world, "2024-09-20", "day_off", "水乡节")).json()
    assert (back["id"], back["version"], back["cleared_at"]) == (id, 4, None)
    assert [(fact, version) for fact, version, _ in await world.facts(id)] == [
        ("calendar_day.set", 1),
        ("calendar_day.set", 2),
        ("calendar_day.cleared", 3),
        ("calendar_day.set", 4),
    ]


async def test_two_who_declare_a_day_at_once_declare_one_day(world: World) -> None:
    answers = await asyncio.gather(*(declare(world, "2024-09-20", "day_off", name) for name in "甲乙丙"))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["version"] for answer in answers} == {1, 2, 3}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_nothing_is_said_yet_of_a_day_that_a_version_is_named_for(world: World) -> None:
    answer = await declare(world, "2024-09-20", "working_day", If_Match='"1"')
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


@pytest.mark.parametrize(
    ("day", "body", "code"),
    [
        ("2024-09-20", {"kind": "day_off"}, "invalid"),
        ("2024-09-20", {"kind": "day_off", "name": " "}, "invalid"),
        ("2024-09-20", {"kind": "holiday", "name": "x"}, "invalid"),
        ("2024-09-20", {"kind": "working_day", "source": "office"}, "invalid"),
        ("2024-09-31", {"kind": "working_day"}, "invalid"),
        ("20240920", {"kind": "working_day"}, "invalid"),
        ("1999-09-20", {"kind": "working_day"}, "day_out_of_reach"),
        ("2101-09-20", {"kind": "working_day"}, "day_out_of_reach"),
    ],
)
async def test_what_is_no_calendar_day_is_refused(
    world: World, day: str, body: dict[str, Any], code: str
) -> None:
    answer = await world.put(f"/v1/calendar-days/{day}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_year_is_shown_within_reach_and_the_present_one_unless_named(world: World) -> None:
    assert (await world.get("/v1/calendar-days")).json()["year"] == 2024
    for year in ("1999", "2101", "99999999999999999999", "x"):
        assert (await world.get(f"/v1/calendar-days?year={year}")).status_code == 422
