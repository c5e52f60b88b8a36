"""The same thing sent again, fifty times at once or a week later: one version, one receipt."""

import asyncio

from chassis.idempotency import AnsweredBefore, Claim
from chassis.identity import new_id
from contracts.submissions.submissions import Receipt
from services.submissions.submissions.intake import Intake
from tests.integration.submissions.conftest import START, World
from tests.integration.submissions.test_bulk import a_line, lines_of, send
from tests.integration.submissions.test_intake import asked

REASONS = {"reasons": [{"reason": "请补充"}]}


async def test_pitfall_05_fifty_identical_posts_without_a_key_are_one_version_with_one_receipt(
    world: World,
) -> None:
    assignment = await world.assign("town")
    answers = await asyncio.gather(*(world.hand_in(assignment) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [version for _, _, version, _ in await world.service.events()] == [1]


async def test_the_same_again_after_another_text_is_a_version_of_its_own(world: World) -> None:
    assignment = await world.assign("town")
    versions = [(await world.hand_in(assignment, text=text)).json()["version"] for text in "一二一"]
    assert versions == [1, 2, 3]


async def test_the_same_again_after_a_return_or_a_withdrawal_is_the_next_version(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment)).json()["id"]
    await world.post(f"/v1/submissions/{id}/return", "office", REASONS)
    assert (await world.hand_in(assignment)).json()["version"] == 2
    await world.post(f"/v1/submissions/{id}/withdraw", "town", {})
    assert (await world.hand_in(assignment)).json()["version"] == 3


async def test_the_same_again_after_acceptance_is_refused(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment)).json()["id"]
    await world.post(f"/v1/submissions/{id}/accept", "office", {})
    answer = await world.hand_in(assignment)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_accepted")


async def test_under_a_key_of_its_own_the_same_is_a_version_of_its_own(world: World) -> None:
    assignment = await world.assign("town")
    answers = [await world.hand_in(assignment, Idempotency_Key=key) for key in "abab"]
    assert [answer.json()["version"] for answer in answers] == [1, 2, 1, 2]


async def test_a_bulk_sent_again_with_one_line_mended_makes_a_version_of_that_line_only(
    world: World,
) -> None:
    one, other = await world.assign("town"), await world.assign("town")
    first = lines_of(await send(world, "\n".join([a_line(one), a_line(other)])))
    again = lines_of(await send(world, "\n".join([a_line(one), a_line(other, text="补")])))
    assert [each["version"] for each in again] == [1, 2]
    assert again[0]["receipt_number"] == first[0]["receipt_number"]


async def test_a_key_is_good_for_seven_days_and_the_answer_is_the_first(world: World) -> None:
    assignment = await world.assign("town")
    first = await world.hand_in(assignment, Idempotency_Key="k")
    world.later(days=7)
    again = await world.hand_in(assignment, Idempotency_Key="k")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


async def test_the_same_key_at_once_in_two_processes_has_one_effect_and_one_answer(world: World) -> None:
    assignment = await world.assign("town")
    key_id = new_id()
    one = asked(world, assignment.id)

    async def hand_in(intake: Intake) -> Receipt | AnsweredBefore:
        claim = Claim(key_id, "k", "POST /v1/submissions", "a", 201)
        try:
            return await intake.hand_in(one.command, one.actor, START, claim, one.traceparent)
        except AnsweredBefore as answered:
            return answered

    processes = [Intake(world.service.database) for _ in range(2)]
    outcomes = await asyncio.gather(*(hand_in(processes[n % 2]) for n in range(10)))
    (receipt,) = [each for each in outcomes if isinstance(each, Receipt)]
    bodies = {each.body.decode() for each in outcomes if isinstance(each, AnsweredBefore)}
    assert bodies == {receipt.model_dump_json()}
    assert len(await world.service.events()) == 1


async def test_handing_in_on_top_of_what_was_not_seen_is_refused(world: World) -> None:
    assignment = await world.assign("town")
    body = {
        "assignment_id": str(assignment.id),
        "sections": {"特色内容": "x", "创新做法": "x", "亮点活动": "x"},
    }
    first = await world.post("/v1/submissions", "town", {**body, "replaces_version": 0})
    assert (first.status_code, first.json()["version"]) == (201, 1)
    body["sections"] = {**body["sections"], "特色内容": "y"}  # type: ignore[dict-item]
    blind = await world.post("/v1/submissions", "town", {**body, "replaces_version": 0})
    assert (blind.status_code, blind.json()["code"], blind.json()["current_version"]) == (
        409,
        "stale_version",
        1,
    )
    seeing = await world.post("/v1/submissions", "town", {**body, "replaces_version": 1})
    assert (seeing.status_code, seeing.json()["version"]) == (201, 2)
