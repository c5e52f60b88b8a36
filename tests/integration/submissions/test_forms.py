"""Forms: downloaded, filled in offline, uploaded, and answered with the receipt that the same content gets as JSON."""

import asyncio
import hashlib
import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from docx import Document
from docx.oxml import OxmlElement
from openpyxl import load_workbook

from contracts.submissions.submissions import NO_SECRETS
from services.submissions.forms import words
from tests.integration.submissions.attaching import count, stored
from tests.integration.submissions.conftest import DUE, SECTIONS, World
from tests.integration.submissions.filling import download, hand_in_json, send
from tests.support.forms import (
    NIL,
    TEXTS,
    cells_of,
    edited,
    fill,
    fill_docx,
    fill_xlsx,
    remade,
    row_of,
    saved,
    text_of,
    with_markup,
)

FORMATS = pytest.mark.parametrize("format", ["xlsx", "docx"])


async def current(world: World, receipt: dict[str, Any]) -> dict[str, Any]:
    answered: dict[str, Any] = (await world.get(f"/v1/submissions/{receipt['id']}", "town")).json()
    return answered


def whole_text(content: bytes, format: str) -> str:
    if format == "docx":
        rows = Document(BytesIO(content)).tables[0].rows
        return "\n".join(text_of(cell) for row in rows for cell in row.cells)
    page = load_workbook(BytesIO(content)).worksheets[0]
    return "\n".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None)


@FORMATS
async def test_a_form_filled_in_offline_gets_the_receipt_that_the_same_json_gets(
    world: World, format: str
) -> None:
    owed = await world.assign("town")
    answer = await send(world, fill(await download(world, owed, format), format), f"报送表.{format}")
    receipt = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"'), answer.text
    assert (await current(world, receipt))["sections"] == TEXTS
    again = await hand_in_json(world, owed)
    assert again.json() == receipt
    # Another hand-in of the same words, without a form at all, has the same hash.
    version = (await world.get(f"/v1/submissions/{receipt['id']}/versions", "town")).json()["items"][0]
    assert hashlib.sha256(version["content"].encode()).hexdigest() == receipt["content_sha256"]
    assert set(receipt) == set((await hand_in_json(world, await world.assign("town"))).json())


@FORMATS
async def test_a_form_says_what_it_is_for(world: World, format: str) -> None:
    owed = await world.assign("town", closes_at=DUE + timedelta(days=3))
    answer = await world.get(f"/v1/assignments/{owed.id}/form?format={format}", "town")
    text = whole_text(answer.content, format)
    for said in (
        "活动总结", "活动周", "town", "2024年9月16日 23:59:59（Asia/Shanghai，UTC+0800）",
        "2024年9月19日 23:59:59", NO_SECRETS, str(owed.id), "POST /v1/submissions/form", *SECTIONS,
    ):  # fmt: skip
        assert said in text, said
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_only_the_cells_to_fill_in_are_open_in_a_workbook(world: World) -> None:
    page = load_workbook(BytesIO(await download(world, await world.assign("town")))).worksheets[0]
    assert page.protection.sheet
    opened = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
    assert opened == {f"B{row_of(page, label)}" for label in ("零报告", *SECTIONS)}
    assert {page[cell].number_format for cell in opened} == {"@"}
    lists = [each for each in page.data_validations.dataValidation if each.type == "list"]
    assert [(str(each.sqref), each.formula1) for each in lists] == [(f"B{row_of(page, '零报告')}", '"否,是"')]


async def test_the_labels_of_a_document_are_locked_and_the_nil_return_is_a_list(world: World) -> None:
    content = await download(world, await world.assign("town"), "docx")
    with ZipFile(BytesIO(content)) as archive:
        markup = archive.read("word/document.xml").decode()
    assert markup.count('<w:lock w:val="sdtContentLocked"/>') > 10
    assert re.findall(r'<w:listItem w:displayText="(.)"', markup) == ["否", "是"]


@FORMATS
async def test_texts_of_units_are_data_in_a_form_never_formulas_or_markup(world: World, format: str) -> None:
    hostile = {
        "特色内容": '=HYPERLINK("http://x")',
        "创新做法": "<w:p/>&amp;",
        "亮点活动": "+1\n-2\n@3 _x0041_",
    }
    owed = await world.assign("town", title="=1+1 <b>")
    assert (await hand_in_json(world, owed, sections=hostile)).status_code == 201
    content = await download(world, owed, format)
    if format == "xlsx":
        page = load_workbook(BytesIO(content)).worksheets[0]
        assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    receipt = (await send(world, content, f"a.{format}")).json()
    assert (receipt["version"], (await current(world, receipt))["sections"]) == (1, hostile)


@FORMATS
async def test_a_nil_return_by_form_is_the_nil_return_of_the_api(world: World, format: str) -> None:
    owed = await world.assign("town")
    receipt = (
        await send(world, fill(await download(world, owed, format), format, NIL), f"a.{format}")
    ).json()
    assert receipt["nil_return"] is True
    assert (await hand_in_json(world, owed, sections={}, nil_return=True)).json() == receipt


@FORMATS
async def test_a_returned_submission_comes_back_with_its_text_and_its_reasons_beside_the_sections(
    world: World, format: str
) -> None:
    owed = await world.assign("town")
    receipt = (await hand_in_json(world, owed)).json()
    reasons = [{"section": "创新做法", "reason": "请补充数据"}, {"reason": "请统一单位名称"}]
    body = {"reasons": reasons, "correct_by": "2024-09-18T18:00:00+08:00"}
    assert (await world.post(f"/v1/submissions/{receipt['id']}/return", "office", body)).status_code == 200
    content = await download(world, owed, format)
    text = whole_text(content, format)
    for said in ("1. 请补充数据", "2. 请统一单位名称", "第 1 版", "2024年9月18日 18:00:00"):
        assert said in text, said
    corrected = fill(content, format, {"创新做法": "补充了数据"})
    second = (await send(world, corrected, f"a.{format}")).json()
    assert second["version"] == 2
    assert (await current(world, second))["sections"] == {**TEXTS, "创新做法": "补充了数据"}
    assert "请补充数据" not in whole_text(await download(world, owed, format), format)


async def test_the_same_file_sent_twice_gets_the_same_receipt(world: World) -> None:
    content = fill_xlsx(await download(world, await world.assign("town")))
    first, second = await send(world, content), await send(world, content, "改名.xlsx")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()


async def test_the_same_form_sent_ten_times_at_once_is_one_version(world: World) -> None:
    content = fill_xlsx(await download(world, await world.assign("town")))
    answers = await asyncio.gather(*(send(world, content) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await count(world, "submission_version") == 1


async def test_an_idempotency_key_is_honoured(world: World) -> None:
    owed = await world.assign("town")
    content = fill_xlsx(await download(world, owed))
    first = await send(world, content, Idempotency_Key="a")
    again = await send(world, content, Idempotency_Key="a")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = fill_xlsx(content, {"创新做法": "另外"})
    refused = await send(world, other, Idempotency_Key="a")
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused_with_other_body")
    file = await stored(world)
    refused = await send(world, content, ids=[file["id"]], Idempotency_Key="a")
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused_with_other_body")


async def test_a_form_made_before_another_version_was_handed_in_is_stale(world: World) -> None:
    owed = await world.assign("town")
    content = fill_xlsx(await download(world, owed))
    await world.hand_in(owed)
    answer = await send(world, content)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert answer.json()["current_version"] == 1


async def test_attachments_are_named_beside_the_form_and_shown_on_the_next(world: World) -> None:
    owed = await world.assign("town")
    file = await stored(world)
    receipt = (await send(world, fill_xlsx(await download(world, owed)), ids=[file["id"]])).json()
    assert (await current(world, receipt))["attachment_ids"] == [file["id"]]
    assert (await hand_in_json(world, owed, attachment_ids=[file["id"]])).json() == receipt
    assert f"{file['filename']}（{file['id']}）" in whole_text(await download(world, owed), "xlsx")


async def test_attachments_are_checked_as_in_any_other_hand_in(world: World) -> None:
    content = fill_xlsx(await download(world, await world.assign("town")))
    unknown = await send(world, content, ids=["0191a1f2-7c5e-7a3b-9d4e-5f6071829304"])
    assert (unknown.status_code, unknown.json()["code"]) == (422, "attachment_unknown")
    broken = await send(world, content, ids=["x"])
    assert (broken.status_code, broken.json()["errors"][0]["field"]) == (422, "attachment_ids.0")
    file = await stored(world)
    twice = await send(world, content, ids=[file["id"]] * 2)
    assert (twice.status_code, "stands twice" in twice.json()["detail"]) == (422, True)


class Slow(httpx.AsyncByteStream):
    """A body whose last bytes come when the clock shows another moment."""

    def __init__(self, world: World, body: bytes, late: timedelta) -> None:
        self.world, self.body, self.late = world, body, late

    async def __aiter__(self) -> Any:
        yield self.body[:-10]
        self.world.at(DUE + self.late)
        yield self.body[-10:]


@pytest.mark.parametrize(
    ("closes_after", "late", "status", "said"),
    [
        (None, timedelta(0), 201, True),
        (None, timedelta(microseconds=1), 201, False),
        (timedelta(0), timedelta(0), 201, True),
        (timedelta(0), timedelta(microseconds=1), 409, "closed"),
    ],
)  # fmt: skip
async def test_late_and_closed_go_by_the_moment_at_which_the_upload_was_wholly_received(
    world: World, closes_after: timedelta | None, late: timedelta, status: int, said: object
) -> None:
    closes_at = None if closes_after is None else DUE + closes_after
    content = fill_xlsx(await download(world, await world.assign("town", closes_at=closes_at)))
    world.at(DUE - timedelta(hours=1))
    built = httpx.Request("POST", "http://x/", files={"file": ("a.xlsx", content)})
    answer = await world.service.ask(
        "POST",
        "/v1/submissions/form",
        world.keys["town"],
        content=Slow(world, built.read(), late),
        headers={"content-type": built.headers["content-type"]},
    )
    assert answer.status_code == status, answer.text
    assert answer.json().get("on_time", answer.json().get("code")) == said


async def test_the_number_is_found_in_its_cell_where_a_program_dropped_the_properties(world: World) -> None:
    content = fill_xlsx(await download(world, await world.assign("town")))
    dropped = remade(content, lambda name, part: None if "custom" in name else part)
    assert (await send(world, dropped)).status_code == 201


async def test_the_number_is_found_in_the_properties_where_its_cell_was_cleared(world: World) -> None:
    content = fill_xlsx(await download(world, await world.assign("town")), {**TEXTS, words.NUMBER: ""})
    assert (await send(world, content)).status_code == 201


async def test_a_renamed_sheet_and_rows_that_moved_are_found_all_the_same(world: World) -> None:
    owed = await world.assign("town")

    def move(page: Any) -> None:
        page.title = "改过的名字"
        page.move_range(f"A{row_of(page, '亮点活动')}:C{row_of(page, '亮点活动')}", rows=4)

    answer = await send(world, edited(fill_xlsx(await download(world, owed)), move))
    assert answer.status_code == 201, answer.text
    assert (await current(world, answer.json()))["sections"] == TEXTS


RUNS = "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{letter}</w:t></w:r>" for letter in "分成几段")
INSERTED = '<w:ins w:id="1" w:author="a" w:date="2024-09-01T00:00:00Z"><w:r><w:t>新增</w:t></w:r></w:ins>'
DELETED = '<w:del w:id="2" w:author="a"><w:r><w:delText>删去</w:delText><w:t>也删</w:t></w:r></w:del>'
MOVED = "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>移来</w:t></w:r></w:moveTo>"
JOINED = '<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>上</w:t></w:r></w:p>'
CONTROL = "<w:sdt><w:sdtPr/><w:sdtContent><w:p><w:r><w:t>控件里</w:t></w:r></w:p></w:sdtContent></w:sdt>"
LINK = "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"<w:p>{RUNS}</w:p>", "分成几段"),
        (f"<w:p><w:r><w:t>原文</w:t></w:r>{DELETED}{INSERTED}{MOVED}</w:p>", "原文新增移来"),
        (f"{JOINED}<w:p><w:r><w:t>下</w:t></w:r></w:p>", "上下"),
        (f"{CONTROL}<w:p><w:r><w:t>控件外</w:t></w:r></w:p>", "控件里\n控件外"),
        ("<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t></w:r></w:p>", "一\n二\t三"),
        (f"<w:p>{LINK}<w:r><w:t>后</w:t></w:r></w:p>", "链接后"),
        ('<w:p><w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:t>九月</w:t></w:r></w:p>', "九月"),
    ],
)  # fmt: skip
async def test_the_text_of_a_document_is_what_reads_once_tracked_changes_are_accepted(
    world: World, markup: str, text: str
) -> None:
    content = with_markup(await download(world, await world.assign("town"), "docx"), "创新做法", markup)
    answer = await send(world, content, "a.docx")
    assert answer.status_code == 201, answer.text
    assert (await current(world, answer.json()))["sections"]["创新做法"] == text


async def test_a_row_that_was_deleted_with_tracked_changes_is_gone(world: World) -> None:
    document, cells = cells_of(fill_docx(await download(world, await world.assign("town"), "docx")))
    row = cells["亮点活动"]._tc.getparent()
    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:del"))
    answer = await send(world, saved(document), "a.docx")
    assert [(each["section"], each["code"]) for each in answer.json()["errors"]] == [
        ("亮点活动", "section_missing")
    ]


async def test_a_text_longer_than_a_cell_goes_by_docx(world: World) -> None:
    owed = await world.assign("town")
    texts = {**TEXTS, "创新做法": "长" * 40_000}
    receipt = (await hand_in_json(world, owed, sections=texts)).json()
    refused = await world.get(f"/v1/assignments/{owed.id}/form?format=xlsx", "town")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_long_for_xlsx")
    answer = await send(world, await download(world, owed, "docx"), "a.docx")
    assert (answer.status_code, answer.json()) == (201, receipt)
