"""Forms that are refused over HTTP: whose they are, what kind of file they are, and what a file can hide."""

import time
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import psutil
import pytest

from contracts.registry.assignments import AssignmentMade
from services.submissions.forms import reading
from tests.integration.submissions.attaching import count, on_disk
from tests.integration.submissions.conftest import World
from tests.integration.submissions.filling import download, errors_of, hand_in_json, send
from tests.support.files import a_pdf, an_ole
from tests.support.forms import fill_docx, fill_xlsx, remade
from tests.support.spreadsheets import an_xlsx

SHEET, DOCUMENT = "xl/worksheets/sheet1.xml", "word/document.xml"
Change = Callable[[bytes], bytes]


async def refused(
    world: World, content: bytes, name: str = "a.xlsx", key: str = "town"
) -> tuple[int, str, str]:
    """Status, code and detail; nothing was taken in and nothing is left."""
    answer = await send(world, content, name, key)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert await count(world, "submission_version") == 0
    assert on_disk(world) == []
    said = answer.json()
    return answer.status_code, said["code"], said["detail"]


async def test_the_form_of_another_unit_is_neither_given_out_nor_taken(world: World) -> None:
    owed = await world.assign("town")
    content = fill_xlsx(await download(world, owed))
    for key in ("stranger", "district", "office", "auditor", "ops"):
        answer = await world.get(f"/v1/assignments/{owed.id}/form", key)
        assert (key, answer.status_code, answer.json()["code"]) == (key, 404, "not_assigned")
    for key in ("stranger", "district", "office"):
        assert (await refused(world, content, key=key))[:2] == (404, "not_assigned")
    unknown = await world.get(f"/v1/assignments/{world.campaign_id}/form", "town")
    others = await world.get(f"/v1/assignments/{owed.id}/form", "stranger")
    assert unknown.json() == others.json()


async def test_a_role_that_hands_in_nothing_gets_no_form_and_hands_in_none(world: World) -> None:
    owed = await world.assign("stranger")
    content = fill_xlsx(await download(world, owed, key="stranger"))
    answer = await world.get(f"/v1/assignments/{owed.id}/form", "other auditor")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert (await refused(world, content, key="other auditor"))[:2] == (403, "not_allowed")


async def test_a_format_that_is_not_made_is_refused(world: World) -> None:
    owed = await world.assign("town")
    answer = await world.get(f"/v1/assignments/{owed.id}/form?format=pdf", "town")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_faults_come_back_by_cell_and_nothing_is_taken_in(world: World) -> None:
    owed = await world.assign("town")
    content = fill_xlsx(
        await download(world, owed), {"特色内容": 1, "创新做法": "", "亮点活动": "正\u202e文"}
    )
    answer = await send(world, content)
    assert errors_of(answer) == [
        ("B11", "特色内容", "not_text"),
        ("B12", "创新做法", "section_missing"),
        ("B13", "亮点活动", "invalid"),
    ]
    assert answer.json()["detail"].startswith("B11: holds a number or a date (1)")
    assert await count(world, "submission_version") == 0
    document = fill_docx(await download(world, owed, "docx"), {"特色内容": "一", "亮点活动": "三"})
    assert errors_of(await send(world, document, "a.docx")) == [
        ("table 1 row 12 column 2", "创新做法", "section_missing")
    ]


async def test_a_form_for_sections_that_have_changed_since_is_outdated(world: World) -> None:
    owed = await world.assign("town")
    content = fill_xlsx(await download(world, owed))
    changed = owed.model_copy(update={"version": 2, "sections": ["特色内容", "新增"]})
    await world.service.hear(AssignmentMade(assignment=changed))
    status, code, detail = await refused(world, content)
    assert (status, code) == (422, "form_outdated")
    assert "特色内容、新增" in detail


async def test_a_workbook_that_is_no_form_is_refused(world: World) -> None:
    status, code, detail = await refused(world, an_xlsx([["序号", "名称"], [1, "甲"]]))
    assert (status, code) == (422, "not_a_form")
    assert "GET /v1/assignments/{id}/form" in detail


async def test_a_form_whose_number_was_changed_is_refused(world: World) -> None:
    content = fill_xlsx(await download(world, await world.assign("town")))
    changed = remade(content, lambda _, part: part.replace(b"RC1-0", b"RC1-f"))
    assert (await refused(world, changed))[:2] == (422, "form_number_wrong")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"state": "waived"}, "waived"), ({}, "already_accepted")],
)
async def test_what_cannot_be_handed_in_as_json_cannot_be_as_a_form(
    world: World, fields: dict[str, str], code: str
) -> None:
    owed = await world.assign("town", **fields)
    if code == "already_accepted":
        receipt = (await hand_in_json(world, owed)).json()
        await world.post(f"/v1/submissions/{receipt['id']}/accept", "office", {})
    answer = await send(
        world, fill_xlsx(await download(world, owed), {"创新做法": "另", "特色内容": "一", "亮点活动": "三"})
    )
    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize(
    ("name", "content", "status", "code", "said"),
    [
        ("旧表.xls", an_ole("Workbook"), 415, "kind_not_allowed", "an old workbook of Excel or WPS (xls, et)"),
        ("旧文.doc", an_ole("WordDocument"), 415, "kind_not_allowed", "an old document of Word or WPS (doc, wps)"),
        ("文字.wps", an_ole("WordDocument"), 415, "kind_not_allowed", "expected one of xlsx, docx"),
        ("加密.xlsx", an_ole("EncryptedPackage"), 415, "kind_not_allowed", "an encrypted office file"),
        ("表.pdf", a_pdf(), 415, "kind_not_allowed", "expected one of xlsx, docx"),
        ("空.xlsx", b"", 422, "empty_file", "no byte"),
        ("【机密】表.xlsx", b"PK", 422, "classified_content", "不得填报涉密信息"),
    ],
)  # fmt: skip
async def test_a_file_of_another_kind_is_refused_naming_what_is_expected(
    world: World, name: str, content: bytes, status: int, code: str, said: str
) -> None:
    found = await refused(world, content, name)
    assert found[:2] == (status, code)
    assert said in found[2]


async def test_a_form_with_macros_is_refused_however_it_carries_them(world: World) -> None:
    content = await download(world, await world.assign("town"))
    by_part = remade(content, lambda _, part: part, **{"xl/vbaProject.bin": b"x"})
    plain, macros = b"officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    by_type = remade(content, lambda _, part: part.replace(b"openxmlformats-" + plain, macros))
    for made in (by_part, by_type):
        status, code, detail = await refused(world, made)
        assert (status, code) == (415, "kind_not_allowed")
        assert "macros" in detail


async def test_a_document_that_is_named_as_a_workbook_is_refused(world: World) -> None:
    content = await download(world, await world.assign("town"), "docx")
    assert (await refused(world, content, "a.xlsx"))[:2] == (422, "kind_disagrees")


def swollen(content: bytes, part: str) -> bytes:
    """Under 1 MiB, and 300 MiB when unpacked."""
    out, filler = BytesIO(), b"<a>" + b" " * 2**20 + b"</a>"
    with ZipFile(BytesIO(content)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            with after.open(name, "w") as written:
                written.write(before.read(name))
                for _ in range(300 if name == part else 0):
                    written.write(filler)
    return out.getvalue()


@pytest.mark.parametrize(("format", "part"), [("xlsx", SHEET), ("docx", DOCUMENT)])
async def test_a_small_file_that_unpacks_to_300_mib_is_refused_and_takes_no_memory_here(
    world: World, format: str, part: str
) -> None:
    bomb = swollen(await download(world, await world.assign("town"), format), part)
    assert len(bomb) < 2**20
    before = psutil.Process().memory_info().rss
    began = time.monotonic()
    status, code, detail = await refused(world, bomb, f"a.{format}")
    assert (status, code) == (422, "form_unreadable")
    assert "larger than 64 MiB" in detail
    assert time.monotonic() - began < reading.MOST_WALL_SECONDS
    assert psutil.Process().memory_info().rss - before < 32 * 2**20


LAUGHS = b'<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("format", ["xlsx", "docx"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda part: part.replace(b"?>", b"?>" + LAUGHS, 1), "document type"),
        (lambda part: part[: len(part) // 2], "not XML"),
        (lambda part: b"", "not XML"),
    ],
)  # fmt: skip
async def test_a_damaged_or_hostile_file_is_refused(
    world: World, format: str, change: Change, said: str
) -> None:
    content = await download(world, await world.assign("town"), format)
    main = SHEET if format == "xlsx" else DOCUMENT
    made = remade(content, lambda name, part: change(part) if name == main else part)
    status, code, detail = await refused(world, made, f"a.{format}")
    assert (status, code) == (422, "form_unreadable")
    assert said in detail


async def test_a_form_that_takes_too_long_to_read_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = await download(world, await world.assign("town"))
    monkeypatch.setattr(reading, "MOST_WALL_SECONDS", 0.001)
    assert (await refused(world, content))[:2] == (422, "form_unreadable")


async def test_a_form_longer_than_10_mb_is_refused(world: World) -> None:
    assert (await refused(world, b"PK\x03\x04" + bytes(reading.MOST_BYTES)))[:2] == (413, "too_large")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (b'name="kind"\r\n\r\nx', "'kind'"),
        (b'name="attachment_ids"\r\n\r\n' + b"x" * 1_001, "longer than 1000 bytes"),
        (b'name="attachment_ids"\r\n\r\nx', "holds no part"),
        (b'name="attachment_ids"\r\n\r\n\xff', "holds no part"),
    ],
)
async def test_what_stands_beside_the_file_is_checked(world: World, part: bytes, said: str) -> None:
    body = b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n--b--\r\n"
    answer = await world.service.ask(
        "POST",
        "/v1/submissions/form",
        world.keys["town"],
        content=body,
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


async def test_more_fields_than_anybody_needs_are_refused(world: World) -> None:
    answer = await send(world, b"PK", ids=["x"] * 101)
    assert (answer.status_code, answer.json()["code"]) == (422, "unexpected_part")
