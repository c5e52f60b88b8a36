"""Files of attachments: fetched by those who may see the submission, whole, in part, and only when they are sound."""

from urllib.parse import quote

import pytest

from tests.integration.submissions.attaching import PDF, fetch, hand_in, on_disk, stored
from tests.integration.submissions.conftest import World
from tests.support.files import a_pdf


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
        "district auditor": 404,
        "stranger": 404,
        "other office": 404,
    }
    after = {
        "town": 200,
        "district": 200,
        "office": 200,
        "auditor": 200,
        "district auditor": 404,
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
