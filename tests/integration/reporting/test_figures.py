"""The overview and the matrix: what is counted, for whom, and that no order of events changes it."""

import random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis import proof
from contracts.catalogue import EVENTS
from contracts.reporting.figures import Matrix
from contracts.submissions import incidents
from contracts.submissions.submissions import SubmissionEndorsed
from services.reporting.figures import store
from services.reporting.proof import COPIES
from tests.integration.reporting.conftest import DUE, START, World


async def test_rates_are_of_what_is_not_waived(world: World) -> None:
    facts = world.facts
    north, south, district = (
        facts.assignment("north"),
        facts.assignment("south"),
        facts.assignment("district"),
    )
    waived = facts.assignment("stranger", state="waived")
    await world.service.hear(
        north,
        south,
        district,
        waived,
        facts.submission(north, nil_return=True),
        facts.submission(south, on_time=False, state="returned"),
        facts.submission(waived),
    )
    overview = await world.get("overview")
    expected = {
        "expected": 3,
        "actual": 2,
        "actual_on_time": 1,
        "completeness": 0.667,
        "timeliness": 0.333,
        "accepted": 0,
        "returned": 1,
        "overdue": 0,
        "waived": 1,
        "nil_returns": 1,
    }
    assert {name: overview[name] for name in expected} == expected
    assert overview["deliverables"][0]["title"] == "活动总结"
    assert overview["as_of"] == "2024-09-01T09:00:00+08:00"


async def test_where_nothing_is_expected_there_is_no_rate(world: World) -> None:
    overview = await world.get("overview")
    assert (overview["expected"], overview["completeness"], overview["timeliness"]) == (0, None, None)


async def test_what_is_withdrawn_counts_as_not_handed_in(world: World) -> None:
    north = world.facts.assignment("north")
    await world.service.hear(north, world.facts.submission(north, state="withdrawn"))
    assert (await world.get("overview"))["actual"] == 0


async def test_acknowledgements_and_activities_are_counted(world: World) -> None:
    facts = world.facts
    await world.service.hear(
        facts.acknowledgement("north", "acknowledged"),
        facts.acknowledgement("south"),
        facts.acknowledgement("district", "replaced"),
        facts.activity(1, "乙类", "一"),
        facts.activity(2, "甲类", "二"),
        facts.activity(3, "甲类", "三", state="held"),
    )
    overview = await world.get("overview")
    assert (overview["acknowledgements_owed"], overview["acknowledgements_given"]) == (2, 1)
    counted = {"total": 3, "by_category": {"乙类": 1, "甲类": 2}, "by_state": {"held": 1, "registered": 2}}
    assert {name: overview["activities"][name] for name in counted} == counted
    assert list(overview["activities"]["by_category"]) == ["乙类", "甲类"]


@pytest.mark.parametrize(
    ("fields", "is_late", "state"),
    [
        (None, False, "owed"),
        (None, True, "overdue"),
        ({"state": "received"}, False, "received"),
        ({"state": "received", "on_time": False}, True, "late"),
        ({"state": "returned"}, True, "returned"),
        ({"state": "accepted"}, True, "accepted"),
        ({"state": "withdrawn"}, True, "overdue"),
    ],
)
async def test_a_cell_shows_how_far_it_is(
    world: World, fields: dict[str, Any] | None, is_late: bool, state: str
) -> None:
    north = world.facts.assignment("north")
    await world.service.hear(north)
    if fields is not None:
        await world.service.hear(world.facts.submission(north, **fields))
    if is_late:
        world.service.clock.set(DUE.replace(day=17))
    matrix = await world.get("matrix")
    (row,) = matrix["rows"]
    assert row["cells"][0]["state"] == state
    assert row["cells"][0]["due_at"] == "2024-09-16T23:59:59.999999+08:00"
    assert (await world.get("overview"))["overdue"] == int(state == "overdue")


async def test_a_cell_shows_at_which_stage_the_review_stands(world: World) -> None:
    north, south = world.facts.assignment("north"), world.facts.assignment("south")
    received = world.facts.submission(north, review_stages=2)
    stage_2 = received.submission.model_copy(
        update={
            "revision": 2,
            "review_stage": 2,
            "endorsed_at": DUE,
            "endorsed_by": world.facts.ids["office"],
        }
    )
    await world.service.hear(north, south, SubmissionEndorsed(submission=stage_2), received)
    cells = {row["organization"]["name"]: row["cells"][0] for row in (await world.get("matrix"))["rows"]}
    shown = {name: (each["state"], each["review_stage"]) for name, each in cells.items()}
    assert shown == {"north": ("received", 2), "south": ("owed", None)}
    assert cells["north"]["review_stages"] == 2


async def test_of_incidents_nothing_is_kept_though_they_are_heard(world: World) -> None:
    assert set(incidents.FACTS) <= set(EVENTS.values())
    assert not set(incidents.FACTS) & set(world.service.running.consumers[0].handlers)


async def test_rows_come_in_the_offices_order_in_pages_and_below_a_parent(world: World) -> None:
    facts = world.facts
    await world.service.hear(*(facts.assignment(unit) for unit in ("stranger", "south", "north", "district")))
    names, cursor = [], ""
    while True:
        page = await world.get(f"matrix?limit=1{cursor}")
        names += [row["organization"]["name"] for row in page["rows"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert names == ["district", "north", "south", "stranger"]
    below = await world.get(f"matrix?parent_id={facts.ids['district']}")
    assert [row["organization"]["name"] for row in below["rows"]] == ["north", "south"]


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("office", ["district", "north", "south", "stranger"]),
        ("office auditor", ["district", "north", "south", "stranger"]),
        ("district auditor", ["district"]),
        ("stranger auditor", ["stranger"]),
        ("district", ["district", "north", "south"]),
        ("north", ["north"]),
        ("stranger", ["stranger"]),
    ],
)
async def test_figures_are_of_what_the_caller_may_see(world: World, who: str, units: list[str]) -> None:
    facts = world.facts
    await world.service.hear(*(facts.assignment(unit) for unit in ("district", "north", "south", "stranger")))
    await world.service.hear(
        *(facts.acknowledgement(unit) for unit in ("district", "north", "south", "stranger"))
    )
    matrix = await world.get("matrix", who)
    assert [row["organization"]["name"] for row in matrix["rows"]] == units
    overview = await world.get("overview", who)
    assert (overview["expected"], overview["acknowledgements_owed"]) == (len(units), len(units))


@pytest.mark.parametrize(
    ("who", "count", "drafts"),
    [
        ("office", 2, 0),
        ("office auditor", 2, 0),
        ("district auditor", 2, 1),
        ("stranger auditor", 0, 0),
        ("stranger", 0, 0),
    ],
)
async def test_a_districts_figures_are_seen_by_those_above_and_its_drafts_are_not(
    world: World, who: str, count: int, drafts: int
) -> None:
    facts = world.facts
    await world.service.hear(
        facts.campaign(issuer="district"),
        facts.assignment("north"),
        facts.assignment("south"),
        facts.activity(1, "甲类", "一", state="draft"),
    )
    overview = await world.get("overview", who)
    assert (overview["expected"], overview["activities"]["total"]) == (count, drafts)
    assert len((await world.get("matrix", who))["rows"]) == count
    assert len((await world.get("activities", who))["items"]) == drafts


@pytest.mark.parametrize("path", ["overview", "matrix", "activities"])
async def test_ops_see_no_figures_and_an_unknown_campaign_is_not_found(world: World, path: str) -> None:
    url = f"/v1/campaigns/{world.facts.campaign_id}/{path}"
    assert (await world.service.ask("GET", url, world.keys["ops"])).status_code == 403
    assert (await world.service.ask("GET", url, None)).status_code == 401
    unknown = f"/v1/campaigns/{world.facts.deliverable_id}/{path}"
    assert (await world.service.ask("GET", unknown, world.keys["office"])).status_code == 404


async def test_duplicated_late_and_shuffled_events_end_in_the_same_figures(world: World) -> None:
    facts = world.facts
    history: list[Any] = []
    for unit in ("north", "south", "district", "stranger"):
        made = facts.assignment(unit)
        received = facts.submission(made)
        id = received.submission.id
        history += [
            made,
            received,
            facts.submission(made, revision=2, id=id, state="returned"),
            facts.submission(made, revision=3, id=id, state="received"),
            facts.submission(made, revision=4, id=id, state="accepted"),
            facts.assignment(unit, id=made.assignment.id, version=2, due_at=None),
        ]
    chance = random.Random(20240916)
    shuffled = history * 3
    chance.shuffle(shuffled)
    while shuffled:
        count = chance.randint(1, 9)
        await world.service.hear(*shuffled[:count])
        shuffled = shuffled[count:]
    overview = await world.get("overview")
    assert (overview["expected"], overview["actual"], overview["accepted"], overview["overdue"]) == (
        4,
        4,
        4,
        0,
    )
    assert {cell["due_at"] for row in (await world.get("matrix"))["rows"] for cell in row["cells"]} == {None}


async def test_a_submission_that_is_heard_before_its_assignment_counts_when_that_comes(world: World) -> None:
    north = world.facts.assignment("north")
    await world.service.hear(world.facts.submission(north))
    assert (await world.get("overview"))["expected"] == 0
    await world.service.hear(north)
    overview = await world.get("overview")
    assert (overview["expected"], overview["actual"]) == (1, 1)


async def test_behind_is_the_age_of_the_newest_look_at_which_nothing_waited(world: World) -> None:
    async with world.service.database.transaction() as tx:
        await store.keep_lag(tx.connection, "d", 0)
    assert (await world.get("overview"))["behind_seconds"] < 5
    async with world.service.database.transaction() as tx:
        await tx.connection.execute("UPDATE lag SET checked_at = checked_at - interval '1 minute'")
    assert (await world.get("overview"))["behind_seconds"] >= 60
    async with world.service.database.transaction() as tx:
        await tx.connection.execute("UPDATE lag SET clear_at = clear_at - interval '1 hour'")
        await store.keep_lag(tx.connection, "d", 7)
    assert (await world.get("matrix"))["behind_seconds"] >= 3_600


async def test_verify_names_the_row_that_differs(world: World) -> None:
    north, south = world.facts.assignment("north"), world.facts.assignment("south")
    await world.service.hear(north, south)
    kept = next(each for each in COPIES if each.noun == "assignment")
    async with world.service.database.transaction() as tx:
        own = tx.connection
        assert await proof.find_differences(own, kept, own, kept) == []
        await own.execute("CREATE TEMPORARY TABLE other AS SELECT id, version FROM assignment")
        other = proof.Kept("assignment", "other")
        await own.execute("UPDATE other SET version = 9 WHERE id = $1", north.assignment.id)
        await own.execute("DELETE FROM other WHERE id = $1", south.assignment.id)
        differences = await proof.find_differences(own, kept, own, other)
    assert sorted(differences) == sorted(
        [
            f"assignment {north.assignment.id}: version 9, expected 1",
            f"assignment {south.assignment.id}: version missing, expected 1",
        ]
    )


async def test_activities_are_listed_with_the_names_of_their_hosts(world: World) -> None:
    await world.service.hear(world.facts.activity(2, "甲", "二"), world.facts.activity(1, "甲", "一"))
    items = (await world.get("activities"))["items"]
    assert [item["serial_number"] for item in items] == [1, 2]
    assert items[0]["hosts"] == ["north", "外单位"]


async def test_every_state_of_an_activity_is_counted_and_a_draft_only_for_who_may_know_of_it(
    world: World,
) -> None:
    states = ("registered", "confirmed", "held", "reported", "postponed", "cancelled", "draft")
    before = {"postponed": "registered", "cancelled": "confirmed"}
    facts = [
        world.facts.activity(nth, "甲", state, state=state, state_before=before.get(state))
        for nth, state in enumerate(states, start=1)
    ]
    given_up = world.facts.activity(8, "甲", "given up", state="cancelled", state_before="draft")
    await world.service.hear(*facts, given_up)
    known = dict.fromkeys(states, 1)
    assert (await world.get("overview"))["activities"]["by_state"] == known | {"cancelled": 2}
    assert (await world.get("overview", "north"))["activities"]["total"] == 8
    seen = (await world.get("overview", "stranger"))["activities"]["by_state"]
    assert seen == {state: 1 for state in states if state != "draft"}
    listed = (await world.get("activities", "stranger"))["items"]
    assert [each["state"] for each in listed] == list(states[:-1])


async def test_a_page_of_the_matrix_is_what_its_shape_says(world: World) -> None:
    owed = [world.facts.assignment(unit) for unit in ("north", "south")]
    await world.service.hear(*owed, world.facts.assignment("district", due_at=None))
    await world.service.hear(world.facts.submission(owed[0], review_stages=2, review_stage=1))
    page = await world.get("matrix")
    assert sum(len(row["cells"]) for row in page["rows"]) == 3
    assert Matrix.model_validate(page).model_dump(mode="json") == page


@pytest.mark.parametrize("path", ["overview", "matrix", "activities", "timeline"])
async def test_each_answer_says_of_which_moment_it_is_and_how_far_it_lags(world: World, path: str) -> None:
    answer = await world.get(path)
    assert answer["as_of"] == START.astimezone(ZoneInfo("Asia/Shanghai")).isoformat()
    assert isinstance(answer["behind_seconds"], float)
