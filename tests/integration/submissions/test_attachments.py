"""Attachments: stored, named when handing in, fetched by those who may see the submission, removed when unused."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from chassis.files import contents, uploads
from chassis.files.scanner import ScannerAway, read_address
from chassis.files.uploads import Files
from contracts.registry.assignments import Assignment
from services.submissions.attachments import handlers, model, store
from services.submissions.submissions.model import write_content
from tests.integration.submissions.conftest import SECTIONS, World
from tests.support.files import EICAR, SOUND, a_pdf, a_png, a_scanner, an_ole

PDF = a_pdf()


def files_of(world: World) -> Files:
    files = world.service.running.files
    assert files is not None
    return files


async def upload(
    world: World,
    content: bytes = PDF,
    key: str = "town",
    name: str = "总结.pdf",
    kind: str = "",
    **headers: str,
) -> httpx.Response:
    """One file as browsers send it."""
    named = {each.replace("_", "-"): value for each, value in headers.items()}
    part = (name, content, kind or "application/octet-stream")
    return await world.service.ask(
        "POST", "/v1/attachments", world.keys[key], files={"file": part}, headers=named
    )


async def stored(world: World, content: bytes = PDF, **how: str) -> dict[str, Any]:
    answer = await upload(world, content, **how)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def hand_in(
    world: World, assignment: Assignment, ids: Sequence[str], key: str = "town", **headers: str
) -> httpx.Response:
    body = {
        "assignment_id": str(assignment.id),
        "sections": dict.fromkeys(SECTIONS, "正文"),
        "attachment_ids": list(ids),
    }
    return await world.post("/v1/submissions", key, body, **headers)


async def fetch(world: World, id: str, key: str = "town", **headers: str) -> httpx.Response:
    named = {each.replace("_", "-"): value for each, value in headers.items()}
    return await world.service.ask("GET", f"/v1/attachments/{id}/file", world.keys[key], headers=named)


def on_disk(world: World) -> list[Path]:
    """Every file in the storage's folder, those that come in included."""
    folder = files_of(world).storage.folder
    assert folder is not None
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def count(world: World, table: str) -> int:
    async with world.service.database.reading() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def sweep(world: World, grace_seconds: float = 0) -> None:
    await handlers.remove_unused(world.service.database)
    await handlers.remove_contents(world.service.database, files_of(world), grace_seconds)


async def test_a_file_is_stored_with_what_it_is(world: World) -> None:
    answer = await upload(world, kind="application/pdf")
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert made["filename"] == "总结.pdf"
    assert made["media_type"] == "application/pdf"
    assert made["size"] == len(PDF)
    assert made["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert made["organization_id"] == str(world.ids["town"])
    assert made["state"] == "unscanned"
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json() == made
    assert [kind for kind, *_ in await world.service.events()] == [
        "rollcall.submissions.attachment.stored.v1"
    ]
    assert [path.read_bytes() for path in on_disk(world)] == [PDF]
    assert on_disk(world)[0].name.startswith(made["sha256"])


@pytest.mark.parametrize("name", ["总结.docx", "旧表.xls", "图.jpeg", "旧记录.txt", "照片.zip"])
async def test_kinds_that_units_use_are_taken(world: World, name: str) -> None:
    content, media_type = SOUND[name]
    assert (await stored(world, content, name=name))["media_type"] == media_type


@pytest.mark.parametrize(
    ("name", "content", "status", "code", "said"),
    [
        ("总结.pdf", b"", 422, "empty_file", "no byte"),
        ("总结.pdf", a_png(), 422, "kind_disagrees", "expected .png"),
        ("总结.pdf", b"\x7fELF\x02\x01\x01" + bytes(99), 415, "kind_not_allowed", "expected one of pdf"),
        ("总结.html", b"<html><body>1</body></html>", 415, "kind_not_allowed", "text/html"),
        ("总结.docx", an_ole("EncryptedPackage"), 415, "kind_not_allowed", "encrypted"),
        ("机密★10年.pdf", PDF, 422, "classified_content", "不得填报涉密信息"),
        ("【秘密】总结.pdf", PDF, 422, "classified_content", "不得填报涉密信息"),
        ("总\u202e结.pdf", PDF, 422, "invalid", "direction"),
        ("../../总结.pdf", PDF, 422, "invalid", "slash"),
        ("长" * 301 + ".pdf", PDF, 422, "invalid", "at most 300"),
    ],
)  # fmt: skip
async def test_what_is_not_taken_is_refused_and_leaves_nothing(
    world: World, name: str, content: bytes, status: int, code: str, said: str
) -> None:
    answer = await upload(world, content, name=name)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert said in answer.json()["detail"]
    assert on_disk(world) == []
    assert await count(world, "attachment") == 0


async def test_a_name_that_only_looks_marked_is_taken(world: World) -> None:
    assert (await stored(world, name="市委机要保密局保守国家秘密法宣传.pdf"))["state"] == "unscanned"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "unsupported_media"),
        (b"", "multipart/form-data", 400, "broken_form"),
        (b"nothing", "multipart/form-data; boundary=b", 400, "broken_form"),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7',
         "multipart/form-data; boundary=b", 400, "broken_form"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
         "multipart/form-data; boundary=b", 422, "file_missing"),
        (b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nx\r\n--b--\r\n',
         "multipart/form-data; boundary=b", 422, "unexpected_part"),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xff.pdf"\r\n\r\nx\r\n--b--\r\n',
         "multipart/form-data; boundary=b", 400, "broken_form"),
        (b"--b\r\nContent-Disposition: form-data; x=" + b"y" * 70_000,
         "multipart/form-data; boundary=b", 400, "broken_form"),
    ],
)  # fmt: skip
async def test_a_form_that_is_none_is_refused_and_leaves_nothing(
    world: World, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = await world.service.ask(
        "POST", "/v1/attachments", world.keys["town"], content=body, headers={"Content-Type": content_type}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert on_disk(world) == []


async def test_two_files_in_one_form_are_refused(world: World) -> None:
    parts = [("file", ("一.pdf", PDF, "application/pdf"))] * 2
    answer = await world.service.ask("POST", "/v1/attachments", world.keys["town"], files=parts)
    assert (answer.status_code, answer.json()["code"]) == (422, "unexpected_part")
    assert on_disk(world) == []


async def test_a_file_that_is_too_long_is_refused_with_the_limit(world: World) -> None:
    limit = 300_000
    files = files_of(world)
    files.settings = files.settings.model_copy(update={"upload_limit_bytes": limit})
    assert (await upload(world, a_pdf(size=limit))).status_code == 201
    for content in (a_pdf(size=limit + 1), a_pdf(size=limit + 900_000)):
        answer = await upload(world, content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["limit_bytes"] == limit
    assert len(on_disk(world)) == 1


async def test_a_file_may_be_longer_than_any_other_body(world: World) -> None:
    content = a_pdf(size=40 * 1024 * 1024)
    assert (await stored(world, content))["size"] == len(content)


async def test_an_upload_that_stands_still_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "IDLE_SECONDS", 0.05)
    given_up = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
        await given_up.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    key = world.keys["town"]
    answer = await world.service.ask("POST", "/v1/attachments", key, content=body(), headers=headers)
    given_up.set()
    assert (answer.status_code, answer.json()["code"]) == (408, "upload_stalled")
    assert on_disk(world) == []


@pytest.mark.parametrize("key", ["auditor", "ops"])
async def test_who_hands_in_nothing_stores_nothing(world: World, key: str) -> None:
    answer = await upload(world, key=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert on_disk(world) == []


async def test_the_same_content_is_stored_once_by_however_many_at_once(world: World) -> None:
    made = await asyncio.gather(*(stored(world, key=key) for key in ("town", "stranger", "district") * 3))
    assert len({each["id"] for each in made}) == 9
    await sweep(world)
    assert len(on_disk(world)) == 1
    assert await count(world, "stored_content") == 1
    assert await count(world, "leaving_content") == 0
    for each, key in zip(made, ("town", "stranger", "district") * 3, strict=True):
        assert (await fetch(world, each["id"], key)).content == PDF


async def test_the_same_upload_under_the_same_key_is_one(world: World) -> None:
    first = await upload(world, Idempotency_Key="一".encode().hex())
    again = await upload(world, Idempotency_Key="一".encode().hex())
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert await count(world, "attachment") == 1
    for content, name in ((a_pdf("另一个"), "总结.pdf"), (PDF, "另一个.pdf")):
        other = await upload(world, content, name=name, Idempotency_Key="一".encode().hex())
        assert (other.status_code, other.json()["code"]) == (422, "key_reused_with_other_body")
    answers = await asyncio.gather(
        *(upload(world, a_png(), name="图.png", Idempotency_Key="b") for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    await sweep(world)
    assert len(on_disk(world)) == 2


async def test_a_submission_names_attachments_and_its_receipt_stands_for_their_bytes(world: World) -> None:
    assignment = await world.assign("town")
    one, two = await stored(world), await stored(world, a_png(), name="图.png")
    answer = await hand_in(world, assignment, [two["id"], one["id"]])
    assert answer.status_code == 201, answer.text
    submission = (await world.get(f"/v1/submissions/{answer.json()['id']}", "office")).json()
    assert submission["attachment_ids"] == [two["id"], one["id"]]
    version = (await world.get(f"/v1/submissions/{submission['id']}/versions", "office")).json()["items"][0]
    assert hashlib.sha256(version["content"].encode()).hexdigest() == answer.json()["content_sha256"]
    assert f'"sha256":"{two["sha256"]}"' in version["content"]
    await hand_in(world, assignment, [])
    versions = (await world.get(f"/v1/submissions/{submission['id']}/versions", "office")).json()["items"]
    assert versions[0] == version
    assert '"attachments"' not in versions[1]["content"]


async def test_without_attachments_the_content_is_what_it_was(world: World) -> None:
    assignment = await world.assign("town")
    answer = await world.hand_in(assignment)
    expected = (
        f'{{"assignment_id":"{assignment.id}","attachment_ids":[],"nil_return":false,'
        '"sections":{"亮点活动":"正文","创新做法":"正文","特色内容":"正文"}}'
    )
    assert answer.json()["content_sha256"] == hashlib.sha256(expected.encode()).hexdigest()
    assert write_content.__defaults__ == ((),)


async def test_only_the_units_own_attachments_can_be_named(world: World) -> None:
    assignment = await world.assign("town")
    foreign = await stored(world, key="stranger")
    unknown = "0191a1f2-7c5e-7a3b-9d4e-5f6071829304"
    for id in (foreign["id"], unknown):
        answer = await hand_in(world, assignment, [id])
        assert (answer.status_code, answer.json()["code"]) == (422, "attachment_unknown")
        assert answer.json()["attachment_ids"] == [id]
    assert await count(world, "submission") == 0


async def test_each_is_named_once_and_no_more_than_twenty(world: World) -> None:
    assignment = await world.assign("town")
    made = [await stored(world, a_pdf(str(number))) for number in range(21)]
    ids = [each["id"] for each in made]
    assert (await hand_in(world, assignment, ids)).status_code == 422
    twice = await hand_in(world, assignment, [ids[0], ids[0]])
    assert (twice.status_code, twice.json()["code"]) == (422, "invalid")
    assert "twice" in twice.json()["detail"]
    assert (await hand_in(world, assignment, ids[:20])).status_code == 201


async def test_many_who_hand_in_at_once_ask_for_their_attachments_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [(await world.assign("town"), await stored(world, a_pdf(str(each)))) for each in range(8)]
    asked: list[int] = []
    read = store.read_named

    async def counted(tx: Any, ids: Sequence[Any]) -> Any:
        asked.append(len(ids))
        return await read(tx, ids)

    monkeypatch.setattr(store, "read_named", counted)
    answers = await asyncio.gather(
        *(hand_in(world, assignment, [made["id"]]) for assignment, made in pairs),
        hand_in(world, await world.assign("town"), ["0191a1f2-7c5e-7a3b-9d4e-5f6071829304"]),
    )
    assert [answer.status_code for answer in answers] == [201] * 8 + [422]
    assert sum(asked) == 9
    assert len(asked) < 9


async def test_it_is_fetched_by_those_who_may_see_the_submission_and_found_by_nobody_else(
    world: World,
) -> None:
    made = await stored(world)
    paths = (f"/v1/attachments/{made['id']}", f"/v1/attachments/{made['id']}/file")
    before = {
        "town": 200,
        "district": 404,
        "office": 404,
        "auditor": 404,
        "stranger": 404,
        "other office": 404,
    }
    after = {
        "town": 200,
        "district": 200,
        "office": 200,
        "auditor": 200,
        "stranger": 404,
        "other office": 404,
    }
    for path in paths:
        for key, status in before.items():
            assert (await world.get(path, key)).status_code == status, (path, key)
    await hand_in(world, await world.assign("town"), [made["id"]])
    for path in paths:
        for key, status in {**after, "ops": 404}.items():
            answer = await world.get(path, key)
            assert answer.status_code == status, (path, key)
            unknown = await world.get(path.replace(made["id"], "0191a1f2-7c5e-7a3b-9d4e-5f6071829304"), key)
            assert status == 200 or answer.json()["code"] == unknown.json()["code"]


async def test_the_form_and_the_file_stand_in_openapi(world: World) -> None:
    described = (await world.service.ask("GET", "/openapi.json", None)).json()["paths"]
    posted = described["/v1/attachments"]["post"]
    schema = posted["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["properties"]["file"]["format"] == "binary"
    assert posted["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/Attachment")
    file = described["/v1/attachments/{id}/file"]["get"]["responses"]
    assert {"200", "206"} <= set(file)
    assert file["200"]["content"]["application/octet-stream"]["schema"]["format"] == "binary"


async def test_a_unit_lists_what_it_stored(world: World) -> None:
    made = [await stored(world, a_pdf(str(number))) for number in range(3)]
    await stored(world, key="stranger")
    page = (await world.get("/v1/attachments?limit=2", "town")).json()
    rest = (await world.get(f"/v1/attachments?cursor={page['next_cursor']}", "town")).json()
    assert page["items"] + rest["items"] == made
    assert (await world.get("/v1/attachments?state=refused", "town")).json()["items"] == []
    assert (await world.get("/v1/attachments", "ops")).status_code == 403


async def test_a_file_goes_out_as_an_attachment_under_its_name(world: World) -> None:
    made = await stored(world, name='总结 "终稿".pdf')
    answer = await fetch(world, made["id"])
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert f"filename*=UTF-8''{quote('总结 _终稿_.pdf')}" in answer.headers["Content-Disposition"]
    assert answer.headers["ETag"] == f'"{made["sha256"]}"'
    again = await fetch(world, made["id"], If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_a_download_goes_on_where_it_broke_off(world: World) -> None:
    content = a_pdf(size=3_000_000)
    made = await stored(world, content)
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=1000000-", 1_000_000, 3_000_000),
        ("bytes=-10", 2_999_990, 3_000_000),
        ("bytes=2999999-9999999", 2_999_999, 3_000_000),
    ):
        answer = await fetch(world, made["id"], Range=asked)
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/3000000"
        assert answer.content == content[start:end]
    for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=5-2", "bytes=-"):
        assert (await fetch(world, made["id"], Range=asked)).status_code == 200
    beyond = await fetch(world, made["id"], Range="bytes=3000000-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */3000000")
    moved = await fetch(world, made["id"], Range="bytes=5-", If_Range='"another"')
    assert moved.status_code == 200


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
async def test_a_file_that_is_not_what_was_stored_is_never_served(world: World, damage: str) -> None:
    made = await stored(world)
    path = on_disk(world)[0]
    if damage == "gone":
        path.unlink()
    else:
        bad = bytearray(PDF)
        bad[20] ^= 1
        path.write_bytes(bad if damage == "flipped" else PDF[:-1])
    for headers in ({}, {"Range": "bytes=0-3"}):
        answer = await fetch(world, made["id"], **headers)
        assert (answer.status_code, answer.json()["code"]) == (500, "file_damaged")
    metrics = (await world.get("/metrics", "ops")).text
    assert "rollcall_submissions_files_damaged_total 2.0" in metrics


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
    await handlers.remove_unused(world.service.database)
    await handlers.remove_contents(world.service.database, files_of(world), contents.GRACE_SECONDS)
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


async def count_of(world: World, id: str) -> int:
    async with world.service.database.reading() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM attachment WHERE id = $1", id))


async def test_nobody_fills_the_storage_with_what_nothing_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MOST_UNUSED", 2)
    one = await stored(world)
    await stored(world)
    answer = await upload(world)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_unused")
    await hand_in(world, await world.assign("town"), [one["id"]])
    assert (await upload(world)).status_code == 201


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
        assert await handlers.scan_next(world.service.database, files, address)
        assert not await handlers.scan_next(world.service.database, files, address)
    assert scanner.seen == [PDF]
    assert (await fetch(world, made["id"], "office")).content == PDF
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json()["state"] == "clean"
    assert (await world.service.events())[-1][0] == "rollcall.submissions.attachment.cleared.v1"


async def test_what_the_scanner_refuses_can_be_neither_named_nor_fetched(world: World) -> None:
    async with a_scanner() as scanner:
        files = files_of(world)
        files.settings = files.settings.model_copy(update={"clamd_url": scanner.url})
        made = await stored(world, a_pdf(EICAR.decode()))
        await handlers.scan_next(world.service.database, files, read_address(scanner.url))
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
                await handlers.scan_next(database, files, address)
    if says is None:
        with pytest.raises(ScannerAway, match="does not answer"):
            await handlers.scan_next(database, files, address)
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json()["state"] == "unscanned"
    async with database.apart() as connection:
        await connection.execute("UPDATE attachment SET scan_after = now()")
    async with a_scanner() as scanner:
        assert await handlers.scan_next(database, files, read_address(scanner.url))
    assert (await world.get(f"/v1/attachments/{made['id']}", "town")).json()["state"] == "clean"


async def test_two_sweeps_at_once_scan_each_file_once(world: World) -> None:
    files, database = files_of(world), world.service.database
    for number in range(4):
        await stored(world, a_pdf(str(number)))
    async with a_scanner() as scanner:
        address = read_address(scanner.url)
        scanned = await asyncio.gather(*(handlers.scan_next(database, files, address) for _ in range(6)))
    assert sorted(scanned) == [False, False, True, True, True, True]
    assert len(set(scanner.seen)) == len(scanner.seen) == 4
