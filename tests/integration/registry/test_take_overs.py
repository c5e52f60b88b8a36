"""Take-overs from outside: a district's campaign under the city's has its theme, days and deliverables from there."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.registry.conftest import World

OWN = "other office"


@dataclass
class Cascade:
    """The city's campaign with a day and a deliverable, and the district's under it with a town."""

    world: World
    id: str
    town: str
    day: dict[str, Any]
    deliverable: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/v1/campaigns/{self.id}/take-over"

    async def take(self, key: str = OWN, **body: Any) -> httpx.Response:
        return await self.world.post(self.path, body, key)

    async def view(self, key: str = OWN) -> dict[str, dict[str, Any]]:
        """By part, what is shown of it."""
        answer = await self.world.get(self.path, key)
        assert answer.status_code == 200, answer.text
        return {each["part"]: each for each in answer.json()["items"]}

    def a_deliverable(self, **fields: Any) -> dict[str, Any]:
        return {"deliverable_id": self.deliverable["id"], "owed_by": [self.town], **fields}


@pytest.fixture
async def cascade(world: World) -> Cascade:
    at, above = f"/v1/campaigns/{world.campaign_id}", world.ids["other district"]
    town = (await world.make_unit("周市镇", kind="town", parent_id=above))["id"]
    day = {"date": "2024-09-13", "name": "金融日", "organiser_ids": [world.ids["department"]]}
    summary = {
        "kind": "activity_summary",
        "title": "活动总结",
        "due_on": "2024-09-18",
        "due_time": "18:00:00",
        "sections": ["特色内容"],
        "owed_by": [above],
    }
    campaign = await world.open_campaign(OWN, "other district", parent_id=world.campaign_id, theme="待定")
    return Cascade(
        world,
        campaign["id"],
        town,
        await world.make(f"{at}/theme-days", day),
        await world.make(f"{at}/deliverables", summary),
    )


async def test_a_district_takes_theme_days_and_deliverables_and_each_names_what_it_was_taken_from(
    cascade: Cascade,
) -> None:
    world = cascade.world
    answer = await cascade.take(
        theme=True, based_on=True, theme_days=True, deliverables=[cascade.a_deliverable()]
    )
    assert answer.status_code == 200, answer.text
    taken = answer.json()
    assert (taken["campaign"]["theme"], taken["campaign"]["version"]) == ("网络安全为人民，网络安全靠人民", 2)
    (day,), (deliverable,) = taken["theme_days"], taken["deliverables"]
    assert (day["date"], day["name"], day["taken_from_id"]) == ("2024-09-13", "金融日", cascade.day["id"])
    assert day["organiser_ids"] == [world.ids["other district"]]
    assert deliverable["taken_from_id"] == cascade.deliverable["id"]
    assert (deliverable["kind"], deliverable["title"], deliverable["sections"]) == (
        "activity_summary",
        "活动总结",
        ["特色内容"],
    )
    owed = await world.items(f"/v1/campaigns/{cascade.id}/assignments", OWN)
    assert [(each["organization_id"], each["deliverable_id"]) for each in owed] == [
        (cascade.town, deliverable["id"])
    ]
    assert (await world.get(f"/v1/deliverables/{deliverable['id']}", OWN)).json()["taken_from_id"]
    listed = await world.items(f"/v1/campaigns/{cascade.id}/theme-days", OWN)
    assert listed == [day]
    assert [fact for fact, _, _ in (await world.facts())[-4:]] == [
        "campaign.changed",
        "theme_day.set",
        "deliverable.defined",
        "assignment.made",
    ]


async def test_it_is_due_two_working_days_before_the_citys_unless_said_otherwise(cascade: Cascade) -> None:
    # 15 to 17 September 2024 were off and the 14th was worked: two working days before the 18th is the 13th.
    made = (await cascade.take(deliverables=[cascade.a_deliverable()])).json()["deliverables"]
    assert [(each["due_on"], each["due_time"]) for each in made] == [("2024-09-13", "18:00:00")]


@pytest.mark.parametrize(
    ("fields", "before", "due_at"),
    [
        ({}, 1, "2024-09-14T18:00:00+08:00"),
        ({}, 0, "2024-09-18T18:00:00+08:00"),
        ({"due_on": "2024-09-10"}, 2, "2024-09-10T23:59:59.999999+08:00"),
        ({"due_on": "2024-09-10", "due_time": "12:00:00"}, 2, "2024-09-10T12:00:00+08:00"),
        ({"due_on": None}, 2, None),
    ],
)
async def test_its_date_is_the_one_given_or_so_many_working_days_earlier(
    cascade: Cascade, fields: dict[str, Any], before: int, due_at: str | None
) -> None:
    wanted = cascade.a_deliverable(title="各镇总结", **fields)
    made = (await cascade.take(deliverables=[wanted], working_days_before=before)).json()["deliverables"]
    assert [each["title"] for each in made] == ["各镇总结"]
    assert [each["due_at"] for each in made] == [due_at]


async def test_taking_again_takes_nothing_twice(cascade: Cascade) -> None:
    everything: dict[str, Any] = {
        "theme": True,
        "based_on": True,
        "theme_days": True,
        "deliverables": [cascade.a_deliverable()],
    }
    first = (await cascade.take(**everything)).json()
    before = await cascade.world.facts()
    again = await cascade.take(**everything)
    assert again.status_code == 200
    assert again.json() == {"campaign": first["campaign"], "theme_days": [], "deliverables": []}
    assert await cascade.world.facts() == before


async def test_a_day_set_above_later_is_taken_by_the_next_take_over(cascade: Cascade) -> None:
    world = cascade.world
    await cascade.take(theme_days=True)
    later = {"date": "2024-09-14", "name": "法治日", "organiser_ids": [world.ids["department"]]}
    await world.make(f"/v1/campaigns/{world.campaign_id}/theme-days", later)
    made = (await cascade.take(theme_days=True)).json()["theme_days"]
    assert [day["name"] for day in made] == ["法治日"]


async def test_the_organisers_of_a_day_are_those_named_for_it(cascade: Cascade) -> None:
    named = {"theme_day_id": cascade.day["id"], "organiser_ids": [cascade.town]}
    answer = await cascade.take(theme_days=[cascade.day["id"]], organisers=[named])
    assert [day["organiser_ids"] for day in answer.json()["theme_days"]] == [[cascade.town]]


async def test_what_changes_above_later_is_shown_and_never_applied(cascade: Cascade) -> None:
    world = cascade.world
    taken = (await cascade.take(theme=True, deliverables=[cascade.a_deliverable()])).json()
    assert all(each["differences"] == [] for each in (await cascade.view()).values())
    await world.patch(f"/v1/campaigns/{world.campaign_id}", {"theme": "新主题"}, 1)
    due = {"due_on": "2024-09-20", "reason": "延期"}
    await world.put(f"/v1/deliverables/{cascade.deliverable['id']}/due", due)
    view = await cascade.view()
    assert view["theme"]["differences"] == [
        {
            "field": "theme",
            "taken": "网络安全为人民，网络安全靠人民",
            "above": "新主题",
            "here": "网络安全为人民，网络安全靠人民",
        }
    ]
    assert [
        (each["field"], each["taken"], each["above"], each["here"])
        for each in view["deliverable"]["differences"]
    ] == [
        ("due_on", "2024-09-18", "2024-09-20", "2024-09-13"),
        ("due_time", "18:00:00", None, "18:00:00"),
    ]
    assert (view["theme_day"]["here_id"], view["theme_day"]["taken_at"]) == (None, None)
    kept = (await world.get(f"/v1/campaigns/{cascade.id}")).json()
    assert kept == taken["campaign"]
    await world.patch(f"/v1/campaigns/{cascade.id}", {"theme": "新主题"}, 2, key=OWN)
    assert (await cascade.view())["theme"]["differences"] == []


async def test_what_a_district_words_for_itself_is_no_difference(cascade: Cascade) -> None:
    await cascade.take(deliverables=[cascade.a_deliverable(title="各镇总结", due_on="2024-09-10")])
    assert (await cascade.view())["deliverable"]["differences"] == []


async def test_a_take_over_that_cannot_be_whole_takes_nothing(cascade: Cascade) -> None:
    world, nobody = cascade.world, str(uuid4())
    before = await world.facts()
    of_the_city = world.ids["department"]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "invalid"),
        ({"theme": True, "theme_days": [nobody]}, "not_of_parent"),
        ({"theme": True, "deliverables": [cascade.a_deliverable(deliverable_id=nobody)]}, "not_of_parent"),
        (
            {"theme": True, "deliverables": [cascade.a_deliverable(owed_by=[of_the_city])]},
            "not_addressable",
        ),
        (
            {"theme": True, "deliverables": [cascade.a_deliverable(owed_by=[nobody])]},
            "organization_unknown",
        ),
        (
            {"theme": True, "deliverables": [cascade.a_deliverable(due_on="2024-08-01")]},
            "due_in_the_past",
        ),
        ({"theme": True, "deliverables": [cascade.a_deliverable(owed_by=[])]}, "invalid"),
        ({"deliverables": [cascade.a_deliverable(), cascade.a_deliverable()]}, "invalid"),
        (
            {"theme": True, "organisers": [{"theme_day_id": cascade.day["id"], "organiser_ids": [nobody]}]},
            "organisers_of_nothing",
        ),
        ({"theme": True, "working_days_before": -1}, "invalid"),
        ({"theme": True, "activities": True}, "invalid"),
    ]
    for body, code in wrong:
        answer = await cascade.take(**body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
    assert await world.facts() == before
    assert all(each["here_id"] is None for each in (await cascade.view()).values())


async def test_it_is_taken_for_the_version_that_was_seen(cascade: Cascade) -> None:
    world = cascade.world
    stale = await world.post(cascade.path, {"theme": True}, OWN, If_Match='"7"')
    taken = await world.post(cascade.path, {"theme": True}, OWN, If_Match='"1"')
    assert (stale.status_code, taken.status_code) == (412, 200)


async def test_the_same_request_again_gets_the_same_answer(cascade: Cascade) -> None:
    first, again = [
        await cascade.world.post(cascade.path, {"theme_days": True}, OWN, Idempotency_Key="once")
        for _ in range(2)
    ]
    assert (first.content, len(again.json()["theme_days"])) == (again.content, 1)


async def test_a_campaign_under_none_has_nothing_to_take_over(world: World) -> None:
    path = f"/v1/campaigns/{world.campaign_id}/take-over"
    for answer in (await world.get(path), await world.post(path, {"theme": True})):
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_above")


async def test_those_above_see_what_was_taken_over_and_others_do_not(cascade: Cascade) -> None:
    world = cascade.world
    assert await cascade.view("coordinator") == await cascade.view("auditor") == await cascade.view()
    for key in ("reporter", "stranger", "town", "overseer"):
        assert (await world.get(cascade.path, key)).status_code == 404
    assert (await cascade.take("coordinator", theme=True)).status_code == 404
