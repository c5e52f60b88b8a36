"""Attachments by the clock: removed when nothing names them, and judged by the scanner."""

import asyncio
import os
from uuid import UUID

import pytest

from chassis.files import contents
from chassis.files.scanner import ScannerAway, read_address
from chassis.files.storage import StorageAway
from services.submissions.attachments import store
from services.submissions.attachments.handlers import ATTACHMENTS
from tests.integration.submissions.attaching import (
    PDF,
    count,
    count_of,
    fetch,
    files_of,
    hand_in,
    on_disk,
    stored,
    sweep,
    upload,
)
from tests.integration.submissions.conftest import World
from tests.support.files import EICAR, a_pdf, a_png, a_scanner


async def test_what_nothing_names_is_removed_after_a_day_and_its_bytes_with_it(world: World) -> None:
    named, unused = await stored(world), await stored(world, a_png(), name="图.png")
    await hand_in(world, await world.assign("town"), [named["id"]])
    world.later(hours=23)
    await sweep(world)
    assert len(on_disk(world)) == 2
    world.later(hours=2)
    await sweep(world)
    assert [path.read_bytes() for path in on_disk(world)] == [PDF]
    assert (await world.get(f"/v1/attachments/{unused['id']}", "town")).status_code == 404
    assert (await fetch(world, named["id"])).content == PDF
    assert (await world.service.events())[-1][:3] == (
        "rollcall.submissions.attachment.removed.v1", UUID(unused["id"]), 2,
    )  # fmt: skip


async def test_bytes_stay_while_any_row_names_them_and_within_the_grace(world: World) -> None:
    await stored(world)
    world.later(hours=25)
    kept = await stored(world, key="stranger")
    await sweep(world)
    assert await count(world, "attachment") == 1
    assert (await fetch(world, kept["id"], "stranger")).content == PDF
    world.later(hours=25)
    await ATTACHMENTS.remove_unused(world.service.database)
    await ATTACHMENTS.remove_contents(world.service.database, files_of(world), contents.GRACE_SECONDS)
    assert len(on_disk(world)) == 1
    await sweep(world)
    assert on_disk(world) == []
    assert await count(world, "leaving_content") == 0


async def test_storing_and_sweeping_at_once_lose_no_bytes(world: World) -> None:
    for round in range(6):
        world.later(hours=25)
        uploading = asyncio.create_task(upload(world))
        await asyncio.gather(uploading, *(sweep(world) for _ in range(3)))
        answer = uploading.result()
        if answer.status_code == 503:
            # Without any grace it may be told to come again, and is kept then.
            assert answer.json()["code"] == "storage_away"
            answer = await upload(world)
        assert (await fetch(world, answer.json()["id"])).content == PDF, round
    await sweep(world)
    assert len(on_disk(world)) == 1


async def test_naming_and_sweeping_at_once_leave_it_named_or_unknown(world: World) -> None:
    for number in range(6):
        made = await stored(world, a_pdf(str(number)))
        assignment = await world.assign("town")
        world.later(hours=25)
        answer, _ = await asyncio.gather(hand_in(world, assignment, [made["id"]]), sweep(world))
        assert answer.status_code == (201 if await count_of(world, made["id"]) else 422), answer.text
        assert (await fetch(world, made["id"])).status_code == (200 if answer.status_code == 201 else 404)


async def test_what_is_being_named_at_this_moment_is_not_removed(world: World) -> None:
    made = await stored(world)
    id = UUID(made["id"])
    submission = (await hand_in(world, await world.assign("town"), [])).json()
    world.later(hours=25)
    async with world.service.database.transaction() as tx:
        assert set(await store.read_named(tx, [id])) == {id}
        await sweep(world)
        await store.use(tx, [(id, UUID(submission["id"]))])
    await sweep(world)
    assert (await fetch(world, made["id"])).content == PDF


async def test_bytes_that_are_being_claimed_at_this_moment_are_not_let_go(world: World) -> None:
    made = await stored(world)
    world.later(hours=25)
    await ATTACHMENTS.remove_unused(world.service.database)
    again = contents.Placed(made["sha256"], made["size"], "", is_new=False)
    async with world.service.database.transaction() as tx:
        await contents.claim(tx, again)
        await sweep(world)
    assert len(on_disk(world)) == 1
    await sweep(world)
    assert on_disk(world) == []
    with pytest.raises(StorageAway, match="come again"):
        async with world.service.database.transaction() as tx:
            await contents.claim(tx, again)


async def test_what_a_dead_process_left_is_swept(world: World) -> None:
    files = files_of(world)
    old, young = files.incoming / "old.part", files.incoming / "young.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (1, 1))
    await files.sweep_incoming()
    assert [path.name for path in files.incoming.iterdir()] == ["young.part"]


async def test_with_a_scanner_a_file_can_be_named_at_once_and_fetched_when_it_is_clean(world: World) -> None:
    async with a_scanner() as scanner:
        files = files_of(world)
        files.settings = files.settings.model_copy(update={"clamd_url": scanner.url})
        made = await stored(world)
        assert made["state"] == "scanning"
        early = await fetch(world, made["id"])
        assert (early.status_code, early.json()["code"]) == (409, "being_scanned")
        assert (await hand_in(world, await world.assign("town"), [made["id"]])).status_code == 201
        address = read_address(scanner.url)
        assert await ATTACHMENTS.scan_next(world.service.database, files, address)
        assert not await ATTACHMENTS.scan_next(world.service.database, files, address)
    assert scanner.seen == [PDF]
    assert (await fetch(world, made["id"], "office")).content == PDF
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json()["state"] == "clean"
    assert (await world.service.events())[-1][0] == "rollcall.submissions.attachment.cleared.v1"


async def test_what_the_scanner_refuses_can_be_neither_named_nor_fetched(world: World) -> None:
    async with a_scanner() as scanner:
        files = files_of(world)
        files.settings = files.settings.model_copy(update={"clamd_url": scanner.url})
        made = await stored(world, a_pdf(EICAR.decode()))
        await ATTACHMENTS.scan_next(world.service.database, files, read_address(scanner.url))
    told = (await world.get(f"/v1/attachments/{made['id']}", "town")).json()
    assert (told["state"], told["finding"], told["version"]) == ("refused", "Eicar-Signature", 2)
    answer = await fetch(world, made["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_scanner")
    refused = await hand_in(world, await world.assign("town"), [made["id"]])
    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_refused")
    assert "Eicar-Signature" in refused.json()["detail"]
    kind, id, _, actor = (await world.service.events())[-1]
    assert (kind, str(id)) == ("rollcall.submissions.attachment.refused.v1", made["id"])
    assert actor == {"system": "scanner"}


@pytest.mark.parametrize("says", [None, "INSTREAM size limit exceeded. ERROR"])
async def test_without_a_verdict_it_is_shown_to_the_scanner_again(world: World, says: str | None) -> None:
    files, database = files_of(world), world.service.database
    made = await stored(world)
    async with a_scanner() as scanner:
        address = read_address(scanner.url)
        scanner.says = says
        if says is not None:
            with pytest.raises(ScannerAway, match="size limit"):
                await ATTACHMENTS.scan_next(database, files, address)
    if says is None:
        with pytest.raises(ScannerAway, match="does not answer"):
            await ATTACHMENTS.scan_next(database, files, address)
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json()["state"] == "unscanned"
    async with database.apart() as connection:
        await connection.execute("UPDATE attachment SET scan_after = now()")
    async with a_scanner() as scanner:
        assert await ATTACHMENTS.scan_next(database, files, read_address(scanner.url))
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json()["state"] == "clean"


async def test_two_sweeps_at_once_scan_each_file_once(world: World) -> None:
    files, database = files_of(world), world.service.database
    for number in range(4):
        await stored(world, a_pdf(str(number)))
    async with a_scanner() as scanner:
        address = read_address(scanner.url)
        scanned = await asyncio.gather(*(ATTACHMENTS.scan_next(database, files, address) for _ in range(6)))
    assert sorted(scanned) == [False, False, True, True, True, True]
    assert len(set(scanner.seen)) == len(scanner.seen) == 4
