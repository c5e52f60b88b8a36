"""Exports as jobs: under way, cancelled, taken again, never too many at once, fetched in parts, gone in the end."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import IO, Any
from urllib.parse import quote

import pytest

from services.reporting.exports import handlers
from services.reporting.exports.job import make_next_export
from services.reporting.exports.kinds import KINDS
from services.reporting.exports.order import Kind, Order, Workshop
from tests.integration.reporting.exports.conftest import NOW, Week
from tests.support.waiting import until

AGE = "UPDATE export SET claimed_at = claimed_at - interval '31 seconds'"


class SlowKind:
    """A kind that stands at half its rows until it is let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def make(self, order: Order, out: IO[bytes]) -> None:
        out.write(b"half")
        order.progress.row_total, order.progress.rows = 10, 5
        self.begun.set()
        await self.go.wait()
        out.write(b"whole")
        order.progress.rows = 10


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowKind]:
    kind = SlowKind()
    known = KINDS["calendar_ics"]
    made = Kind(known.extension, known.media_type, known.title, kind.make, None)
    monkeypatch.setattr("services.reporting.exports.job.KINDS", {**KINDS, "calendar_ics": made})
    monkeypatch.setattr("services.reporting.exports.job.BEAT_SECONDS", 0.05)
    yield kind
    kind.go.set()


async def state_of(week: Week, id: str) -> Any:
    return (await week.get(id)).json()


async def test_a_running_export_says_how_many_of_its_rows_are_done(week: Week, slow: SlowKind) -> None:
    id = (await week.ask_for("calendar_ics")).json()["id"]
    making = asyncio.create_task(make_next_export(week.workshop))

    async def is_half() -> bool:
        export = await state_of(week, id)
        return (export["state"], export["rows"], export["row_total"], export["progress"]) == (
            "running",
            5,
            10,
            0.5,
        )

    await until(is_half)
    slow.go.set()
    await making
    assert (await state_of(week, id))["state"] == "done"
    assert (await week.get(id, "/file")).content == b"halfwhole"


async def test_an_export_of_a_dead_process_is_taken_again_and_the_dead_one_changes_nothing(
    week: Week, slow: SlowKind
) -> None:
    id = (await week.ask_for("calendar_ics")).json()["id"]
    frozen = asyncio.create_task(make_next_export(week.workshop))
    await slow.begun.wait()
    frozen.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await frozen
    assert (await state_of(week, id))["state"] == "running"
    assert not await make_next_export(week.workshop)
    async with week.service.database.transaction() as tx:
        await tx.connection.execute(AGE)
    slow.go.set()
    assert await make_next_export(week.workshop)
    assert (await state_of(week, id))["state"] == "done"
    assert (await week.get(id, "/file")).content == b"halfwhole"
    assert len(list(week.workshop.folder.iterdir())) == 1


async def test_one_that_was_taken_by_another_is_dropped_by_the_first(week: Week, slow: SlowKind) -> None:
    id = (await week.ask_for("calendar_ics")).json()["id"]
    first = asyncio.create_task(make_next_export(week.workshop))
    await slow.begun.wait()
    async with week.service.database.transaction() as tx:
        await tx.connection.execute("UPDATE export SET claimed_by = gen_random_uuid()")
    await asyncio.wait_for(first, 30)
    assert (await state_of(week, id))["state"] == "running"
    assert list(week.workshop.folder.iterdir()) == []


async def test_an_export_over_which_three_processes_died_is_given_up(week: Week) -> None:
    id = (await week.ask_for("calendar_ics")).json()["id"]
    async with week.service.database.transaction() as tx:
        await tx.connection.execute("UPDATE export SET tries = 3")
    assert await make_next_export(week.workshop)
    export = await state_of(week, id)
    assert (export["state"], export["error"]) == ("failed", "DiedTooOften: 3 processes died over it")


async def test_a_cancelled_export_stops_and_leaves_no_file(week: Week, slow: SlowKind) -> None:
    id = (await week.ask_for("calendar_ics")).json()["id"]
    making = asyncio.create_task(make_next_export(week.workshop))
    await slow.begun.wait()
    for _ in range(2):
        answer = await week.service.ask("POST", f"/v1/exports/{id}/cancel", week.key, json={})
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    await asyncio.wait_for(making, 30)
    assert (await state_of(week, id))["state"] == "cancelled"
    assert list(week.workshop.folder.iterdir()) == []
    assert await week.service.events() == []


async def test_what_is_done_cannot_be_cancelled(week: Week) -> None:
    export = await week.make("calendar_ics")
    answer = await week.service.ask("POST", f"/v1/exports/{export['id']}/cancel", week.key, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "export_over")


async def test_no_more_are_made_at_once_than_are_allowed(week: Week, slow: SlowKind) -> None:
    for _ in range(3):
        await week.ask_for("calendar_ics")
    settings = week.workshop.settings.model_copy(update={"exports_at_once": 2})
    workshop = Workshop(week.service.database, settings, week.storage)
    making = [asyncio.create_task(make_next_export(workshop)) for _ in range(2)]

    async def are_running() -> bool:
        path = f"/v1/campaigns/{week.campaign_id}/exports"
        listed: list[Any] = (await week.service.ask("GET", path, week.key)).json()["items"]
        return [each["state"] for each in listed].count("running") == 2

    await until(are_running)
    assert not await make_next_export(workshop)
    slow.go.set()
    assert await asyncio.gather(*making) == [True, True]
    assert await make_next_export(workshop)


async def test_a_download_that_broke_off_goes_on_where_it_stopped(week: Week) -> None:
    export = await week.make("calendar_ics")
    whole = await week.get(export["id"], "/file")
    etag = f'"{export["sha256"]}"'
    assert whole.headers["etag"] == etag
    assert len(whole.content) == export["size"]
    name = quote("2024年苏州市网络安全宣传周日历.ics")
    assert f"filename*=UTF-8''{name}" in whole.headers["content-disposition"]
    rest = await week.get(export["id"], "/file", **{"Range": "bytes=100-", "If-Range": etag})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    other = await week.get(export["id"], "/file", **{"Range": "bytes=100-", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)
    same = await week.get(export["id"], "/file", **{"If-None-Match": etag})
    assert same.status_code == 304
    past = await week.get(export["id"], "/file", Range="bytes=99999999-")
    assert (past.status_code, past.json()["code"]) == (416, "range_not_satisfiable")


async def test_a_file_that_was_changed_on_disk_is_never_given_out(week: Week) -> None:
    export = await week.make("calendar_ics")
    (path,) = week.workshop.folder.iterdir()
    path.write_bytes(path.read_bytes().replace(b"BEGIN", b"BEGIM", 1))
    answer = await week.get(export["id"], "/file")
    assert (answer.status_code, answer.json()["code"]) == (500, "file_damaged")


async def test_a_file_is_kept_for_its_days_and_then_gone(week: Week) -> None:
    export = await week.make("calendar_ics")
    await handlers.expire_exports(week.workshop)
    assert (await week.get(export["id"], "/file")).status_code == 200
    week.service.clock.set(NOW + timedelta(days=30))
    await handlers.expire_exports(week.workshop)
    answer = await week.get(export["id"], "/file")
    assert (answer.status_code, answer.json()["code"]) == (410, "export_expired")
    shown = await state_of(week, export["id"])
    assert (shown["state"], shown["sha256"], shown["url"]) == ("expired", export["sha256"], None)
    assert list(week.workshop.folder.iterdir()) == []


async def test_what_a_dead_process_left_behind_is_removed_and_what_is_not_ours_stays(week: Week) -> None:
    export = await week.make("calendar_ics")
    (kept,) = week.workshop.folder.iterdir()
    left = week.workshop.folder / f"{export['id']}-{week.campaign_id}.part"
    others = week.workshop.folder / "notes.txt"
    left.write_bytes(b"half")
    others.write_bytes(b"a person's own")
    await handlers.expire_exports(week.workshop)
    assert sorted(week.workshop.folder.iterdir()) == sorted([kept, others])


async def test_an_export_of_what_was_heard_before_it_was_kept_is_not_made_of_the_half(week: Week) -> None:
    async with week.service.database.transaction() as tx:
        await tx.connection.execute("DELETE FROM export_source WHERE noun = 'activity'")
    for kind in KINDS:
        export = await week.make(kind)
        assert export["state"] == "failed", kind
        assert "rollcall replay registry" in export["error"]


async def test_every_kind_is_made_of_a_campaign_to_which_nothing_has_come_yet(week: Week) -> None:
    for kind in KINDS:
        assert (await week.make(kind))["state"] == "done", kind
