"""Review: returned with reasons, handed in again, accepted, reopened, withdrawn; and who sees and may do what."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.registry.assignments import Assignment, AssignmentDueSet, AssignmentMade
from contracts.registry.organizations import OrganizationChanged
from tests.integration.submissions.conftest import START, World, a_unit

REASONS = {"reasons": [{"section": "创新做法", "reason": "请补充"}]}


async def a_submission(world: World) -> tuple[Assignment, str]:
    assignment = await world.assign("town")
    return assignment, (await world.hand_in(assignment)).json()["id"]


async def test_it_is_returned_handed_in_again_and_accepted(world: World) -> None:
    assignment, id = await a_submission(world)
    correct_by = (START + timedelta(days=2)).isoformat()
    returned = await world.post(
        f"/v1/submissions/{id}/return", "office", {**REASONS, "correct_by": correct_by}
    )
    assert returned.status_code == 200
    assert returned.json()["state"] == "returned"
    assert returned.json()["reasons"] == [{"number": 1, "section": "创新做法", "reason": "请补充"}]
    again = (await world.hand_in(assignment, text="补")).json()
    assert (again["version"], again["state"]) == (2, "received")
    accepted = await world.post(f"/v1/submissions/{id}/accept", "office", {})
    assert (accepted.json()["state"], accepted.json()["accepted_version"]) == ("accepted", 2)
    assert [kind.split(".")[3] for kind, *_ in await world.service.events()] == [
        "received",
        "returned",
        "received",
        "accepted",
    ]
    assert [version for _, _, version, _ in await world.service.events()] == [1, 2, 3, 4]


async def test_an_accepted_version_stays_the_official_one_until_a_newer_is_accepted(world: World) -> None:
    assignment, id = await a_submission(world)
    await world.post(f"/v1/submissions/{id}/accept", "office", {})
    refused = await world.hand_in(assignment, text="再")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_accepted")
    reopened = await world.post(f"/v1/submissions/{id}/reopen", "office", {"reason": "有误"})
    assert reopened.json()["accepted_version"] == 1
    await world.hand_in(assignment, text="再")
    shown = (await world.get(f"/v1/submissions/{id}", "town")).json()
    assert (shown["version"], shown["accepted_version"], shown["state"]) == (2, 1, "received")
    await world.post(f"/v1/submissions/{id}/accept", "office", {})
    assert (await world.get(f"/v1/submissions/{id}", "town")).json()["accepted_version"] == 2


async def test_two_reviewers_cannot_both_decide_the_same_version(world: World) -> None:
    _, id = await a_submission(world)
    answers = await asyncio.gather(
        world.post(f"/v1/submissions/{id}/accept", "office", {}),
        world.post(f"/v1/submissions/{id}/return", "district", REASONS),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_reviewer_cannot_decide_a_version_that_has_been_replaced(world: World) -> None:
    assignment, id = await a_submission(world)
    await world.hand_in(assignment, text="新")
    stale = await world.post(f"/v1/submissions/{id}/accept", "office", {}, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    fresh = await world.post(f"/v1/submissions/{id}/accept", "office", {}, If_Match='"2"')
    assert fresh.status_code == 200


@pytest.mark.parametrize(
    ("action", "body", "status", "code"),
    [
        ("accept", {}, 409, "already_accepted"),
        ("return", REASONS, 409, "already_accepted"),
        ("withdraw", {}, 409, "not_withdrawable"),
    ],
)
async def test_what_was_accepted_is_decided(
    world: World, action: str, body: dict[str, Any], status: int, code: str
) -> None:
    _, id = await a_submission(world)
    await world.post(f"/v1/submissions/{id}/accept", "office", {})
    answer = await world.post(
        f"/v1/submissions/{id}/{action}", "town" if action == "withdraw" else "office", body
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reasons": []}, "invalid"),
        ({"reasons": [{"section": "其他", "reason": "x"}]}, "section_unknown"),
        ({**REASONS, "correct_by": "2024-08-01T00:00:00Z"}, "correct_by_in_the_past"),
        ({**REASONS, "correct_by": "2024-09-20T00:00:00"}, "invalid"),
    ],
)
async def test_a_return_says_why_and_by_when(world: World, body: dict[str, Any], code: str) -> None:
    _, id = await a_submission(world)
    answer = await world.post(f"/v1/submissions/{id}/return", "office", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_what_is_withdrawn_is_owed_again(world: World) -> None:
    assignment, id = await a_submission(world)
    assert (await world.post(f"/v1/submissions/{id}/withdraw", "town", {})).json()["state"] == "withdrawn"
    (owed,) = (await world.get("/v1/assignments?state=owed", "town")).json()["items"]
    assert owed["id"] == str(assignment.id)
    assert (await world.hand_in(assignment)).json()["version"] == 2


@pytest.mark.parametrize(
    ("who", "sees", "reviews"),
    [
        ("office", 200, 200),
        ("district", 200, 200),
        ("town", 200, 403),
        ("stranger", 404, 404),
        ("other office", 404, 404),
        ("auditor", 200, 403),
        ("district auditor", 404, 404),
        ("other auditor", 404, 404),
        ("ops", 404, 404),
    ],
)
async def test_who_sees_and_who_reviews(world: World, who: str, sees: int, reviews: int) -> None:
    _, id = await a_submission(world)
    number = (await world.get(f"/v1/submissions/{id}", "office")).json()["receipt_number"]
    for path in (f"/v1/submissions/{id}", f"/v1/submissions/{id}/versions", f"/v1/receipts/{number}"):
        assert (await world.get(path, who)).status_code == sees
    assert (await world.post(f"/v1/submissions/{id}/accept", who, {})).status_code == reviews


async def test_an_overseer_does_not_review_its_own_unit(world: World) -> None:
    assignment = await world.assign("district")
    id = (await world.hand_in(assignment, key="district")).json()["id"]
    assert (await world.post(f"/v1/submissions/{id}/accept", "district", {})).status_code == 403


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("town", {"town"}),
        ("district", {"district", "town"}),
        ("stranger", {"stranger"}),
        ("office", {"office", "district", "town", "stranger"}),
        ("auditor", {"office", "district", "town", "stranger"}),
        ("district auditor", {"district"}),
        ("other auditor", {"stranger"}),
        ("other office", {"stranger"}),
    ],
)
async def test_assignments_and_submissions_are_listed_for_whom_they_concern(
    world: World, who: str, units: set[str]
) -> None:
    for unit in ("office", "district", "town", "stranger"):
        await world.hand_in(await world.assign(unit), key=unit)
    names = {str(id): name for name, id in world.ids.items()}
    for path in ("/v1/assignments", "/v1/submissions"):
        items = (await world.get(path, who)).json()["items"]
        assert {names[item["organization_id"]] for item in items} == units
    assert (await world.get("/v1/assignments", "ops")).status_code == 403


@pytest.mark.parametrize(
    ("who", "sees"), [("auditor", 200), ("district auditor", 200), ("other auditor", 404), ("office", 404)]
)
async def test_an_auditor_sees_the_campaigns_of_its_own_organization_and_of_those_below(
    world: World, who: str, sees: int
) -> None:
    campaign_id = uuid4()
    await world.open_campaign(campaign_id, "district")
    id = (await world.hand_in(await world.assign("town", campaign_id=campaign_id))).json()["id"]
    assert (await world.get(f"/v1/submissions/{id}", who)).status_code == sees
    for path in ("/v1/assignments", "/v1/submissions"):
        items = (await world.get(f"{path}?campaign_id={campaign_id}", who)).json()["items"]
        assert len(items) == (sees == 200)


async def test_lists_come_in_pages(world: World) -> None:
    made = [await world.assign("town", deliverable_id=uuid4()) for _ in range(5)]
    seen: list[str] = []
    path = "/v1/assignments?limit=2"
    while True:
        page = (await world.get(path, "town")).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        path = f"/v1/assignments?limit=2&cursor={page['next_cursor']}"
    assert seen == [str(each.id) for each in made]


async def test_due_moments_are_shown_in_the_campaigns_zone(world: World) -> None:
    await world.assign("town")
    (item,) = (await world.get("/v1/assignments", "town")).json()["items"]
    assert item["due_at"] == "2024-09-16T23:59:59.999999+08:00"


async def test_duplicate_late_and_reordered_facts_end_in_the_same_copies(world: World) -> None:
    assignment = await world.assign("town")
    moved = assignment.model_copy(update={"version": 3, "due_at": None})
    between = assignment.model_copy(update={"version": 2, "title": "旧"})
    for facts in (
        [AssignmentDueSet(assignment=moved), AssignmentDueSet(assignment=between)],
        [AssignmentMade(assignment=assignment)],
        [AssignmentDueSet(assignment=between), AssignmentDueSet(assignment=moved)],
    ):
        await world.service.hear(*facts)
    (item,) = (await world.get("/v1/assignments", "town")).json()["items"]
    assert (item["due_at"], item["title"]) == (None, "活动总结")


async def test_a_unit_that_moves_is_seen_by_its_new_overseer_only(world: World) -> None:
    await world.hand_in(await world.assign("town"))
    moved = a_unit(world.ids["town"], "town", world.ids["office"], version=2)
    await world.service.hear(OrganizationChanged(organization=moved))
    assert (await world.get("/v1/submissions", "district")).json()["items"] == []


async def test_who_decided_stands_with_the_event(world: World) -> None:
    _, id = await a_submission(world)
    await world.post(f"/v1/submissions/{id}/accept", "office", {})
    (_, _, _, first), (_, aggregate, _, last) = await world.service.events()
    assert first["organization_id"] == str(world.ids["town"])
    assert (last["organization_id"], last["role"]) == (str(world.ids["office"]), "coordinator")
    assert aggregate == UUID(id)
