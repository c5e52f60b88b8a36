"""Long files: answered at once, read by a sweep with progress, whatever dies meanwhile, while others are served."""

import asyncio
import time
from typing import Any

import pytest

from services.registry.imports import sweeps
from services.registry.imports.reading import UnreadableRegister
from services.registry.imports.sweeps import read_next_import
from tests.integration.registry.conftest import World
from tests.integration.registry.importing import apply, send
from tests.support.spreadsheets import HEADINGS, a_csv
from tests.support.waiting import until

COUNT = 10_000
LONG = a_csv(
    [HEADINGS, *((n, f"类别{n % 6}", f"第{n}项网络安全活动", "盛泽镇") for n in range(1, COUNT + 1))]
).encode()
STALE = "UPDATE import SET claimed_at = claimed_at - interval '1 minute'"


async def read_all(world: World) -> None:
    while await read_next_import(world.service.database, ("苏州市",)):
        pass


async def get(world: World, id: str) -> Any:
    return (await world.get(f"/v1/imports/{id}")).json()


async def sent(world: World) -> str:
    answer = await send(world, LONG)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def make_stale(world: World) -> None:
    await world.service.made.execute(STALE)


async def test_a_file_of_5_000_rows_is_previewed_in_the_answer_and_one_row_more_is_not(world: World) -> None:
    rows = LONG.decode().splitlines()
    assert (await send(world, "\n".join(rows[:5_001]).encode())).status_code == 201
    answer = await send(world, "\n".join(rows[:5_002]).encode(), Idempotency_Key="long")
    assert answer.status_code == 202
    reading = answer.json()
    assert (reading["state"], reading["progress"], reading["row_count"]) == ("reading", 0.0, 5_001)
    assert answer.headers["location"] == f"/v1/imports/{reading['id']}"
    assert await get(world, reading["id"]) == reading
    too_soon = [
        await apply(world, reading["id"]),
        await world.get(f"/v1/imports/{reading['id']}/errors.xlsx"),
    ]
    assert [(each.status_code, each.json()["code"]) for each in too_soon] == [(409, "not_read")] * 2


async def test_ten_thousand_rows_are_read_with_progress_and_applied_at_once(world: World) -> None:
    id = await sent(world)
    seen: list[float] = []

    async def look() -> None:
        while (found := await get(world, id))["state"] == "reading":
            seen.append(found["progress"])
            await asyncio.sleep(0.02)

    looking = asyncio.create_task(look())
    await read_all(world)
    await looking
    assert seen == sorted(seen)
    assert len({each for each in seen if 0 < each < 1}) > 2
    preview = await get(world, id)
    assert (preview["state"], preview["progress"], preview["version"]) == ("previewed", 1.0, 2)
    assert preview["changes"] == {"created": COUNT, "updated": 0, "unchanged": 0, "missing": 0}
    assert (await apply(world, id)).json() == {"created": COUNT, "updated": 0, "unchanged": 0}
    registered = [fact for fact in await world.facts() if fact[0] == "activity.registered"]
    assert len(registered) == COUNT
    assert (await apply(world, id)).json() == {"created": 0, "updated": 0, "unchanged": COUNT}


async def test_others_are_served_while_a_long_file_is_sent_read_and_applied(world: World) -> None:
    seconds: list[float] = []

    async def ask_on() -> None:
        while True:
            began = time.perf_counter()
            assert (await world.get("/v1/organizations?limit=5", "reporter")).status_code == 200
            seconds.append(time.perf_counter() - began)
            await asyncio.sleep(0.005)

    asking = asyncio.create_task(ask_on())
    id = await sent(world)
    await read_all(world)
    assert (await apply(world, id)).status_code == 200
    asking.cancel()
    assert len(seconds) > 100
    # Reading the file takes seconds: whoever waited for it would wait that long.
    assert sorted(seconds)[int(len(seconds) * 0.99)] < 1.0


async def test_two_processes_do_not_both_read_a_file(world: World) -> None:
    id = await sent(world)
    first = asyncio.create_task(read_next_import(world.service.database, ()))

    async def is_claimed() -> bool:
        return bool((await get(world, id))["progress"] > 0)

    await until(is_claimed)
    assert not await read_next_import(world.service.database, ())
    assert await first
    assert (await get(world, id))["state"] == "previewed"


async def test_a_file_whose_reader_died_is_read_by_the_next(world: World) -> None:
    id = await sent(world)
    dying = asyncio.create_task(read_next_import(world.service.database, ()))

    async def is_claimed() -> bool:
        return bool((await get(world, id))["progress"] > 0)

    await until(is_claimed)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert not await read_next_import(world.service.database, ())
    await make_stale(world)
    assert await read_next_import(world.service.database, ())
    assert (await get(world, id))["state"] == "previewed"


async def test_a_file_that_fails_again_and_again_is_given_up_with_the_last_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(sweeps, "examine", fail)
    id = await sent(world)
    for _ in range(3):
        assert (await get(world, id))["state"] == "reading"
        assert await read_next_import(world.service.database, ())
    assert not await read_next_import(world.service.database, ())
    failed = await get(world, id)
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "given_up")
    assert (
        failed["problem"]["detail"] == "the file was tried 3 times and not read: RuntimeError: no such luck"
    )
    refused = await apply(world, id)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_read")


async def test_a_file_that_cannot_be_read_fails_at_once_with_the_problem(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise UnreadableRegister("the file took more than 60 s to read")

    monkeypatch.setattr(sweeps, "examine", refuse)
    id = await sent(world)
    assert await read_next_import(world.service.database, ())
    failed = await get(world, id)
    assert (failed["state"], failed["row_count"]) == ("failed", COUNT)
    assert (failed["problem"]["status"], failed["problem"]["code"]) == (422, "unreadable_register")
    assert not await read_next_import(world.service.database, ())
