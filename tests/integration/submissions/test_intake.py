"""A batch of hand-ins: one transaction, and to each its own receipt, refusal or earlier answer."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.access import Principal
from chassis.connections import Connection
from chassis.idempotency import AnsweredBefore, Claim, KeyReusedWithOtherBody
from chassis.identity import new_id
from contracts.registry.assignments import Assignment, AssignmentExtended
from contracts.submissions.submissions import HandIn, Receipt
from services.submissions.submissions import store
from services.submissions.submissions.intake import Asked, hand_in_all, open_desk
from tests.integration.submissions.conftest import DUE, SECTIONS, START, World
from tests.support.waiting import until

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{:02x}"
KEY_ID = new_id()


def asked(world: World, assignment_id: UUID, unit: str = "town", **fields: Any) -> Asked:
    command = HandIn(
        assignment_id=assignment_id, sections=dict.fromkeys(SECTIONS, fields.pop("text", "正文"))
    )
    actor = Principal(new_id(), world.ids[unit], "reporter")
    values = {"at": START, "claim": None, "traceparent": TRACE.format(0), **fields}
    return Asked(command, actor, **values)


def claim(key: str, body: str = "a") -> Claim:
    return Claim(KEY_ID, key, "POST /v1/submissions", body, 201)


async def test_two_for_one_assignment_in_one_batch_are_versions_one_and_two(world: World) -> None:
    assignment = await world.assign("town")
    batch = [asked(world, assignment.id, text=text) for text in ("先", "后")]
    first, second = await hand_in_all(world.service.database, batch)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (first.version, second.version) == (1, 2)
    assert first.content_sha256 != second.content_sha256
    kept = (await world.get(f"/v1/submissions/{first.id}/versions", "town")).json()["items"]
    assert [version["receipt_number"] for version in kept] == [first.receipt_number, second.receipt_number]
    assert [version for _, _, version, _ in await world.service.events()] == [1, 2]


async def test_a_refusal_beside_receipts_touches_nobody_else(world: World) -> None:
    mine, theirs = await world.assign("town"), await world.assign("stranger")
    batch = [asked(world, mine.id), asked(world, theirs.id), asked(world, uuid4())]
    outcomes = await hand_in_all(world.service.database, batch)
    assert [type(outcome).__name__ for outcome in outcomes] == ["Receipt", "NotAssigned", "NotAssigned"]
    assert len(await world.service.events()) == 1


async def test_each_is_on_time_by_its_own_moment(world: World) -> None:
    first, second = await world.assign("town"), await world.assign("town")
    late = DUE.replace(microsecond=0, second=0, minute=0, hour=16)
    outcomes = await hand_in_all(
        world.service.database, [asked(world, first.id, at=DUE), asked(world, second.id, at=late)]
    )
    assert [outcome.on_time for outcome in outcomes if isinstance(outcome, Receipt)] == [True, False]


async def test_each_event_has_its_own_actor_and_trace(world: World) -> None:
    mine, theirs = await world.assign("town"), await world.assign("stranger")
    batch = [
        asked(world, mine.id, traceparent=TRACE.format(1)),
        asked(world, theirs.id, unit="stranger", traceparent=TRACE.format(2)),
    ]
    await hand_in_all(world.service.database, batch)
    actors = [actor["organization_id"] for _, _, _, actor in await world.service.events()]
    assert actors == [str(world.ids["town"]), str(world.ids["stranger"])]
    async with world.service.database.reading() as connection:
        traces = await connection.fetch("SELECT traceparent FROM events ORDER BY position")
    assert [trace for (trace,) in traces] == [TRACE.format(1), TRACE.format(2)]


async def test_pitfall_05_the_same_key_twice_in_one_batch_has_one_effect(world: World) -> None:
    assignment = await world.assign("town")
    first, again, other = await hand_in_all(
        world.service.database,
        [
            asked(world, assignment.id, claim=claim("k")),
            asked(world, assignment.id, claim=claim("k")),
            asked(world, assignment.id, claim=claim("k", "b")),
        ],
    )
    assert isinstance(first, Receipt)
    assert isinstance(again, AnsweredBefore)
    assert again.body.decode() == first.model_dump_json()
    assert isinstance(other, KeyReusedWithOtherBody)
    assert len(await world.service.events()) == 1


async def test_a_key_that_another_process_took_meanwhile_is_answered_by_what_it_kept(world: World) -> None:
    assignment: Assignment = await world.assign("town")
    (first,) = await hand_in_all(world.service.database, [asked(world, assignment.id, claim=claim("k"))])
    (again,) = await hand_in_all(world.service.database, [asked(world, assignment.id, claim=claim("k"))])
    assert isinstance(first, Receipt)
    assert isinstance(again, AnsweredBefore)
    assert len(await world.service.events()) == 1


@pytest.mark.parametrize("poison", ["\x00", "x" * 600_000], ids=["NUL", "over the event's limit"])
async def test_one_that_cannot_be_stored_is_refused_and_the_others_are_taken_in(
    world: World, poison: str
) -> None:
    good, bad, last = [await world.assign("town") for _ in range(3)]
    answers = await asyncio.gather(world.hand_in(good), world.hand_in(bad, text=poison), world.hand_in(last))
    assert [answer.status_code in (413, 422) for answer in answers] == [False, True, False]
    assert [answers[0].status_code, answers[2].status_code] == [201, 201]
    assert len(await world.service.events()) == 2


@pytest.mark.parametrize("meanwhile", ["handed_in", "accepted", "extended", "key_taken"])
async def test_what_changed_after_it_was_looked_at_is_not_written_over(world: World, meanwhile: str) -> None:
    assignment = await world.assign("town")
    database = world.service.database
    (first,) = await hand_in_all(database, [asked(world, assignment.id)])
    assert isinstance(first, Receipt)
    late = [asked(world, assignment.id, text="后", claim=claim("k"), anew=True)]
    async with database.apart() as connection:
        desk = await open_desk(connection, late)
        if meanwhile == "handed_in":
            await hand_in_all(database, [asked(world, assignment.id, text="先")])
        elif meanwhile == "accepted":
            await world.post(f"/v1/submissions/{first.id}/accept", "office", {"version": 1})
        elif meanwhile == "extended":
            changed = assignment.model_copy(update={"version": 2, "due_at": DUE + timedelta(hours=1)})
            await world.service.hear(AssignmentExtended(assignment=changed))
        else:
            other = await world.assign("town")
            await hand_in_all(database, [asked(world, other.id, claim=claim("k"))])
        before = await world.service.events()
        assert isinstance(desk.take(late[0]), Receipt)
        with pytest.raises(store.RACED):
            await desk.keep(connection, START)
    assert await world.service.events() == before


async def test_those_who_race_for_one_assignment_all_get_a_version_of_their_own(world: World) -> None:
    assignment = await world.assign("town")
    batches = [[asked(world, assignment.id, text=f"第{number}稿")] for number in range(8)]
    outcomes = await asyncio.gather(*(hand_in_all(world.service.database, batch) for batch in batches))
    receipts = [outcome for (outcome,) in outcomes if isinstance(outcome, Receipt)]
    assert sorted(receipt.version for receipt in receipts) == list(range(1, 9))
    assert [version for _, _, version, _ in await world.service.events()] == list(range(1, 9))


WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
SAME_KEY = """
    INSERT INTO idempotency (key_id, key, request, body_sha256, made_at) VALUES ($1, 'k', '', '', now())
"""
SAME_EVENT = """
    INSERT INTO events (id, type, aggregate_id, aggregate_version, occurred_at, actor, traceparent, body)
    SELECT uuidv7(), type, aggregate_id, 2, occurred_at, actor, traceparent, body FROM events LIMIT 1
"""


async def test_a_batch_takes_the_assignment_before_the_key_and_the_event(world: World) -> None:
    assignment = await world.assign("town")
    database = world.service.database
    await hand_in_all(database, [asked(world, assignment.id)])

    async def is_free(connection: Connection, statement: str, *arguments: Any) -> bool:
        undone = connection.transaction()
        await undone.start()
        await connection.execute(statement, *arguments)
        await undone.rollback()
        return True

    async with database.apart() as looking, database.transaction() as tx:
        await store.lock_owed(tx, [assignment.id])
        late = [asked(world, assignment.id, text="后", claim=claim("k"), anew=True)]
        handing_in = asyncio.create_task(hand_in_all(database, late))
        await until(lambda: looking.fetchval(WAITING))
        await tx.connection.execute("SET LOCAL lock_timeout = '300ms'")
        assert await is_free(tx.connection, SAME_KEY, KEY_ID)
        assert await is_free(tx.connection, SAME_EVENT)
    (outcome,) = await handing_in
    assert isinstance(outcome, Receipt)


async def test_batches_of_two_processes_in_opposite_orders_wait_in_no_ring(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A ring that is broken up would be tried again in silence.
    without_rings = tuple(error for error in store.RACED if error is not asyncpg.DeadlockDetectedError)
    monkeypatch.setattr(store, "RACED", without_rings)
    assignments = [await world.assign("town") for _ in range(12)]
    database = world.service.database

    async def hand_in(name: str, order: int) -> list[Receipt | Exception]:
        batch = [
            asked(world, each.id, text=name, claim=claim(f"{name}{n}"), anew=True)
            for n, each in enumerate(assignments)
        ]
        return await hand_in_all(database, batch[::order])

    for turn in range(20):
        one, other = await asyncio.gather(hand_in(f"{turn} a ", 1), hand_in(f"{turn} b ", -1))
        assert {type(outcome) for outcome in (*one, *other)} == {Receipt}
