"""Gathering: who asks while a batch is worked off is in the next, and answers for nobody but itself."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from chassis.gathering import Gatherer


class Counter:
    """Works batches off and remembers them; `gate` holds the work up until it is set."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def work(self, batch: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(batch))
        await self.gate.wait()
        if 13 in batch:
            raise ValueError("thirteen breaks the whole batch")
        return [LookupError(n) if n < 0 else n * 2 for n in batch]


@pytest.fixture
def counter() -> Counter:
    return Counter()


async def test_one_that_comes_alone_never_waits_for_company(counter: Counter) -> None:
    assert await Gatherer(counter.work).ask(21) == 42
    assert counter.batches == [[21]]


async def test_whoever_comes_while_one_batch_is_worked_off_is_in_the_next_in_order(counter: Counter) -> None:
    gatherer = Gatherer(counter.work)
    counter.gate.clear()
    first = asyncio.create_task(gatherer.ask(0))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(gatherer.ask(n)) for n in range(1, 6)]
    await asyncio.sleep(0)
    counter.gate.set()
    assert await asyncio.gather(first, *rest) == [0, 2, 4, 6, 8, 10]
    assert counter.batches == [[0], [1, 2, 3, 4, 5]]


async def test_a_batch_has_at_most_so_many(counter: Counter) -> None:
    gatherer = Gatherer(counter.work, limit=2)
    await asyncio.gather(*(gatherer.ask(n) for n in range(5)))
    assert [len(batch) for batch in counter.batches] == [2, 2, 1]


async def test_a_refusal_is_given_to_the_one_that_is_refused(counter: Counter) -> None:
    gatherer = Gatherer(counter.work)
    outcomes = await asyncio.gather(*(gatherer.ask(n) for n in (1, -1, 2)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, LookupError, int]


async def test_when_a_batch_fails_each_is_tried_alone(counter: Counter) -> None:
    gatherer = Gatherer(counter.work)
    outcomes = await asyncio.gather(*(gatherer.ask(n) for n in (1, 13, 2)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]
    assert counter.batches == [[1, 13, 2], [1], [13], [2]]


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        pytest.param(ConnectionRefusedError("away"), 1, id="the server is away: for all of them"),
        pytest.param(asyncpg.LockNotAvailableError("held"), 4, id="one assignment is held: only for its own"),
    ],
)
async def test_a_server_that_is_away_is_not_asked_again_for_each(error: Exception, tries: int) -> None:
    seen: list[int] = []

    async def work(batch: Sequence[int]) -> list[int | Exception]:
        seen.append(len(batch))
        raise error

    gatherer: Gatherer[int, int] = Gatherer(work)
    outcomes = await asyncio.gather(*(gatherer.ask(n) for n in range(3)), return_exceptions=True)
    assert outcomes == [error] * 3
    assert len(seen) == tries


async def test_who_stops_waiting_leaves_the_others_their_answers(counter: Counter) -> None:
    gatherer = Gatherer(counter.work)
    counter.gate.clear()
    gone, stays = asyncio.create_task(gatherer.ask(1)), asyncio.create_task(gatherer.ask(2))
    await asyncio.sleep(0)
    gone.cancel()
    counter.gate.set()
    assert await stays == 4
    assert await gatherer.ask(3) == 6
