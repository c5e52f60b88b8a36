"""What the overview is broken down by, what rolls up to it, and the burn-down beside it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chassis.identity import new_id
from contracts.registry.organizations import OrganizationChanged
from contracts.registry.theme_days import ThemeDay, ThemeDaySet
from tests.integration.reporting.conftest import DUE, START, World


def by_name(parts: list[dict[str, Any]], name: str = "name") -> dict[str, tuple[int, int]]:
    return {part[name]: (part["expected"], part["actual"]) for part in parts}


async def test_figures_are_broken_down_by_district_and_kind_of_unit(world: World) -> None:
    facts = world.facts
    units = ("office", "district", "north", "south", "stranger")
    owed = {unit: facts.assignment(unit) for unit in units}
    await world.service.hear(*owed.values(), facts.submission(owed["north"], nil_return=True))
    overview = await world.get("overview")
    assert by_name(overview["districts"]) == {"office": (1, 0), "district": (3, 1), "stranger": (1, 0)}
    assert by_name(overview["kinds"], "kind") == {"other": (5, 1)}
    assert overview["deliverables"][0]["nil_returns"] == 1
    assert by_name((await world.get("overview", "district"))["districts"]) == {"district": (3, 1)}
    assert by_name((await world.get("overview", "north"))["districts"]) == {"district": (1, 1)}


async def test_counters_follow_a_unit_that_moves_and_the_past_stays_where_it_was(world: World) -> None:
    facts = world.facts
    north = facts.assignment("north")
    await world.service.hear(north, facts.submission(north))
    moved = facts.units()[2].organization.model_copy(
        update={
            "version": 2,
            "parent_id": facts.ids["stranger"],
            "kind": "town",
            "updated_at": START + timedelta(hours=2),
        }
    )
    await world.service.hear(OrganizationChanged(organization=moved))
    overview = await world.get("overview")
    assert by_name(overview["districts"]) == {"stranger": (1, 1)}
    assert by_name(overview["kinds"], "kind") == {"town": (1, 1)}
    assert (await world.get("overview", "district"))["expected"] == 0
    world.service.clock.set(START + timedelta(hours=3))
    before = (START + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert by_name((await world.get(f"overview?as_of={before}"))["districts"]) == {"district": (1, 1)}
    assert (await world.get(f"overview?as_of={before}", "district"))["expected"] == 1


async def test_a_citys_overview_rolls_up_the_campaigns_below_it_and_shows_none_of_their_drafts(
    world: World,
) -> None:
    facts = world.facts
    own = facts.assignment("north")
    below_id = new_id()
    below = facts.campaign("district").campaign.model_copy(
        update={"id": below_id, "parent_id": facts.campaign_id, "name": "区活动周"}
    )
    theirs = facts.assignment("south").assignment.model_copy(update={"campaign_id": below_id})
    draft = facts.activity(1, "甲", "草稿", state="draft")
    await world.service.hear(
        own,
        facts.campaign().model_copy(update={"campaign": below}),
        own.model_copy(update={"assignment": theirs}),
        facts.submission(own),
        draft.model_copy(update={"activity": draft.activity.model_copy(update={"campaign_id": below_id})}),
    )
    overview = await world.get("overview")
    assert overview["expected"] == 1
    assert by_name(overview["campaigns"]) == {"区活动周": (1, 0)}
    assert (overview["rolled_up"]["expected"], overview["rolled_up"]["completeness"]) == (2, 0.5)
    assert overview["activities"]["total"] == 0
    assert (await world.get("overview", "north"))["campaigns"] == []


async def test_coverage_counts_settings_audiences_products_and_what_nobody_covers(world: World) -> None:
    fields: dict[str, Any] = {
        "settings": ["社区", "校园"],
        "audiences": ["老年人"],
        "products": ["H5"],
        "carriers": ["电视"],
    }
    await world.service.hear(
        world.facts.activity(1, "甲", "一", **fields),
        world.facts.activity(2, "甲", "二", settings=["社区"]),
        world.facts.activity(3, "甲", "三", settings=["军营"], state="cancelled", state_before="registered"),
    )
    activities = (await world.get("overview"))["activities"]
    assert activities["by_setting"] == {
        "社区": 2,
        "农村": 0,
        "企业": 0,
        "机关": 0,
        "校园": 1,
        "军营": 0,
        "家庭": 0,
    }
    assert activities["by_audience"] == {"老年人": 1, "青少年": 0}
    assert (activities["by_product"], activities["by_carrier"]) == ({"H5": 1}, {"电视": 1})


async def test_theme_days_count_the_activities_of_their_day_by_district(world: World) -> None:
    facts = world.facts
    day = ThemeDay(
        id=new_id(),
        version=1,
        created_at=START,
        updated_at=START,
        campaign_id=facts.campaign_id,
        date=date(2024, 9, 13),
        name="金融日",
        organiser_ids=[facts.ids["office"]],
    )
    # Half past midnight there is still the day before in UTC.
    at = datetime.fromisoformat("2024-09-13T00:30:00+08:00")
    await world.service.hear(
        ThemeDaySet(theme_day=day),
        facts.activity(1, "甲", "一", starts_at=at),
        facts.activity(2, "甲", "二", starts_at=at + timedelta(days=1)),
    )
    (told,) = (await world.get("overview"))["activities"]["theme_days"]
    assert (told["date"], told["name"], told["total"]) == ("2024-09-13", "金融日", 1)
    assert {each["name"]: each["total"] for each in told["districts"]} == {"district": 1, None: 1}


async def test_the_timeline_burns_down_by_the_campaigns_days(world: World) -> None:
    facts = world.facts
    north, south = facts.assignment("north"), facts.assignment("south")
    late_at = datetime.fromisoformat("2024-09-03T00:10:00+08:00")
    received = facts.submission(north)
    received = received.model_copy(
        update={"submission": received.submission.model_copy(update={"updated_at": late_at})}
    )
    await world.service.hear(north, south, received)
    world.service.clock.set(START + timedelta(days=4))
    for key in ("office", "district"):
        timeline = await world.get("timeline", key)
        assert timeline["days"] == [
            {"date": "2024-09-01", "due": 0, "received": 0, "on_time": 0, "still_owed": 2},
            {"date": "2024-09-03", "due": 0, "received": 1, "on_time": 1, "still_owed": 1},
            {"date": "2024-09-16", "due": 2, "received": 0, "on_time": 0, "still_owed": None},
        ]
        assert timeline["still_owed"] == 1
    own = await world.get("timeline", "north")
    assert ([day["due"] for day in own["days"]], own["still_owed"]) == ([0, 0, 1], 0)
    countdown = (await world.get("overview"))["countdown"]
    assert (countdown["days_to_start"], countdown["next_owed"]) == (-4, 1)
    assert datetime.fromisoformat(countdown["next_due_at"]) == DUE


@pytest.mark.parametrize("path", ["overview", "matrix", "activities", "timeline"])
@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        (START + timedelta(seconds=1), "as_of_in_future"),
        (START - timedelta(days=1), "as_of_before_campaign"),
        ("yesterday", "invalid"),
    ],
)
async def test_a_moment_that_cannot_be_shown_is_refused(
    world: World, path: str, as_of: datetime | str, code: str
) -> None:
    text = as_of if isinstance(as_of, str) else as_of.isoformat().replace("+", "%2B")
    url = f"/v1/campaigns/{world.facts.campaign_id}/{path}?as_of={text}"
    answer = await world.service.ask("GET", url, world.keys["office"])
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("path", ["overview", "matrix", "activities", "timeline"])
@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2024-09-01T00:59:59+08:00", "expected its + to be written %2B"),
        ("2024-09-16T24:00:00+08:00", "expected its + to be written %2B"),
        ("2024-09-01 00:59:59.999999+0800", "expected its + to be written %2B"),
        ("1725152400", "is a number; expected a moment with its offset"),
        ("-1.5", "is a number; expected a moment with its offset"),
        (".5", "is a number; expected a moment with its offset"),
    ],
)
async def test_a_moment_that_lost_its_sign_and_one_in_seconds_are_refused_in_clear_words(
    world: World, path: str, as_of: str, words: str
) -> None:
    url = f"/v1/campaigns/{world.facts.campaign_id}/{path}?as_of={as_of}"
    answer = await world.service.ask("GET", url, world.keys["office"])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == "query.as_of"
    assert words in answer.json()["detail"]
