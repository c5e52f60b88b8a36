"""Attachments: stored when they are what they say, once by their content, and named when handing in."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from chassis.files import stored as stored_files
from chassis.files import uploads
from services.submissions.attachments import store
from tests.integration.submissions.attaching import (
    PDF,
    count,
    fetch,
    files_of,
    hand_in,
    on_disk,
    stored,
    sweep,
    upload,
)
from tests.integration.submissions.conftest import World
from tests.support.files import SOUND, a_pdf, a_png, an_ole


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


async def test_nobody_fills_the_storage_with_what_nothing_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_files, "MOST_UNUSED", 2)
    one = await stored(world)
    await stored(world)
    answer = await upload(world)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_unused")
    await hand_in(world, await world.assign("town"), [one["id"]])
    assert (await upload(world)).status_code == 201
