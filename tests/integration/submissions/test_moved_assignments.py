"""An assignment that moved: the successor hands in, the unit before does not, and each sees what is its own."""

from typing import Any

from contracts.registry.assignments import Assignment, AssignmentMoved
from tests.integration.submissions.conftest import SECTIONS, World


async def move(world: World, assignment: Assignment, unit: str, version: int = 2) -> None:
    """The unit that owed it was merged into this one."""
    moved = assignment.model_copy(update={"organization_id": world.ids[unit], "version": version})
    await world.service.hear(AssignmentMoved(assignment=moved))


async def seen(world: World, path: str, key: str) -> list[str]:
    answer = await world.get(path, key)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def hand_in(world: World, assignment: Assignment, key: str) -> dict[str, Any]:
    answer = await world.hand_in(assignment, key)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def test_the_successor_hands_in_and_the_unit_before_does_not(world: World) -> None:
    assignment = await world.assign("town")
    await move(world, assignment, "stranger")
    refused = await world.hand_in(assignment, "town")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_assigned")
    receipt = await hand_in(world, assignment, "stranger")
    assert receipt["organization_id"] == str(world.ids["stranger"])
    assert await seen(world, "/v1/assignments", "town") == []
    assert await seen(world, "/v1/assignments", "stranger") == [str(assignment.id)]


async def test_a_move_that_is_heard_late_changes_nothing(world: World) -> None:
    assignment = await world.assign("town")
    await move(world, assignment, "stranger", version=3)
    await move(world, assignment, "district", version=2)
    assert await seen(world, "/v1/assignments", "stranger") == [str(assignment.id)]


async def test_what_was_handed_in_before_is_seen_by_both_and_by_those_above_either(world: World) -> None:
    assignment = await world.assign("town")
    receipt = await hand_in(world, assignment, "town")
    await move(world, assignment, "stranger")
    for key in ("town", "stranger", "district", "office", "auditor"):
        assert await seen(world, "/v1/submissions", key) == [receipt["id"]]
        for path in (f"submissions/{receipt['id']}", f"submissions/{receipt['id']}/versions"):
            assert (await world.get(f"/v1/{path}", key)).status_code == 200, key
        assert (await world.get(f"/v1/receipts/{receipt['receipt_number']}", key)).status_code == 200
    for unit in ("town", "stranger"):
        assert await seen(world, f"/v1/submissions?organization_id={world.ids[unit]}", "office") == [
            receipt["id"]
        ]


async def test_each_version_and_receipt_says_who_handed_it_in(world: World) -> None:
    assignment = await world.assign("town")
    first = await hand_in(world, assignment, "town")
    await move(world, assignment, "stranger")
    second = await hand_in(world, assignment, "stranger")
    assert (second["id"], second["version"]) == (first["id"], 2)
    versions = (await world.get(f"/v1/submissions/{first['id']}/versions", "stranger")).json()["items"]
    assert [each["organization_id"] for each in versions] == [
        str(world.ids["town"]),
        str(world.ids["stranger"]),
    ]
    shown = (await world.get(f"/v1/submissions/{first['id']}", "stranger")).json()
    assert shown["organization_id"] == str(world.ids["stranger"])
    # What was handed in since is the successor's own; the receipt proves the first version as before.
    assert (await world.get(f"/v1/submissions/{first['id']}", "town")).status_code == 404
    proof = await world.get(f"/v1/receipts/{first['receipt_number']}", "town")
    assert (proof.status_code, proof.json()["organization_id"]) == (200, str(world.ids["town"]))
    other = await world.get(f"/v1/receipts/{second['receipt_number']}", "town")
    assert other.status_code == 404


async def test_the_successor_withdraws_and_those_above_it_review(world: World) -> None:
    assignment = await world.assign("stranger")
    receipt = await hand_in(world, assignment, "stranger")
    path = f"/v1/submissions/{receipt['id']}"
    before = await world.post(f"{path}/accept", "district", {})
    await move(world, assignment, "town")
    assert (before.status_code, (await world.post(f"{path}/withdraw", "stranger", {})).status_code) == (
        404,
        404,
    )
    reasons = {"reasons": [{"section": SECTIONS[0], "reason": "补充"}]}
    returned = await world.post(f"{path}/return", "district", reasons)
    assert (returned.status_code, returned.json()["state"]) == (200, "returned")
    own = await world.post(f"{path}/accept", "stranger", {})
    assert (own.status_code, own.json()["code"]) == (404, "not_found")
    withdrawn = await world.post(f"{path}/withdraw", "town", {})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
