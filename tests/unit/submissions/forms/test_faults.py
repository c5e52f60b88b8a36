"""What is filled in wrongly comes back by cell, and nothing that a unit wrote is lost without a word."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from services.submissions.forms import model
from services.submissions.forms.api import EXAMPLE
from services.submissions.forms.child import read_form
from services.submissions.forms.document import write_document
from services.submissions.forms.filled import Fault
from services.submissions.forms.finding import NotAForm
from services.submissions.forms.model import Form, FormFaulty, FormNumberWrong, FormOutdated
from services.submissions.forms.number import FormNumber, digest_of, read_number
from services.submissions.forms.workbook import write_workbook
from tests.support.files import a_png
from tests.support.forms import (
    NIL,
    TEXTS,
    cells_of,
    edited,
    fill_docx,
    fill_xlsx,
    remade,
    row_of,
    saved,
    with_markup,
)

ID = UUID("0191a1f2-7c5e-7a3b-9d4e-5f6071829304")
FORM = Form(
    assignment_id=ID,
    organization_id=ID,
    campaign_name="活动周",
    title="活动总结",
    organization_name="吴江区委网信办",
    issuer_name="市委网信办",
    section_names=list(TEXTS),
    due_at=datetime(2024, 9, 16, 15, tzinfo=UTC),
    closes_at=None,
    timezone="Asia/Shanghai",
)
XLSX, DOCX = fill_xlsx(write_workbook(FORM)), fill_docx(write_document(FORM))
Found = tuple[str | None, str | None, str]


def faults_of(content: bytes, extension: str = "xlsx", ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What is refused at which cell; nothing when all of it is taken."""
    filled = read_form(extension, content)
    number = model.find_number(filled)
    try:
        model.write_command(number, FORM.section_names, filled, ids)
    except FormFaulty as refused:
        errors: list[dict[str, Any]] = refused.extra["errors"]
        return errors
    return []


def found(content: bytes, extension: str = "xlsx") -> list[Found]:
    return [(each["cell"], each["section"], each["code"]) for each in faults_of(content, extension)]


def with_value(value: object, label: str = "创新做法") -> bytes:
    return fill_xlsx(XLSX, {label: value})


def test_a_form_as_it_is_asked_for_has_no_fault() -> None:
    assert found(XLSX) == found(DOCX, "docx") == []


def test_a_blank_section_is_missing_at_its_cell() -> None:
    assert found(with_value("")) == [("B12", "创新做法", "section_missing")]
    assert found(with_value(" \u3000\n\u200b")) == [("B12", "创新做法", "section_missing")]
    blank = fill_docx(DOCX, {"创新做法": ""})
    assert found(blank, "docx") == [("table 1 row 12 column 2", "创新做法", "section_missing")]


def test_a_section_whose_row_is_gone_is_missing_at_no_cell() -> None:
    gone = edited(XLSX, lambda page: page.delete_rows(row_of(page, "创新做法")))
    assert found(gone) == [(None, "创新做法", "section_missing")]


def test_a_section_that_is_too_long_is_refused_at_its_cell() -> None:
    content = fill_docx(DOCX, {"创新做法": "长" * 100_001})
    assert found(content, "docx") == [("table 1 row 12 column 2", "创新做法", "too_long")]


def test_sections_that_are_too_long_together_are_refused_as_a_whole() -> None:
    content = fill_docx(DOCX, dict.fromkeys(TEXTS, "长" * 40_000))
    assert found(content, "docx") == [(None, None, "too_long")]
    assert "attach the rest" in faults_of(content, "docx")[0]["expected"]


def test_a_cell_that_is_full_may_have_been_cut_and_is_refused() -> None:
    # openpyxl cuts a longer text off without a word, as other programs do.
    assert found(with_value("长" * 40_000)) == [("B12", "创新做法", "cell_full")]
    assert found(with_value("𠮷" * 16_384)) == [("B12", "创新做法", "cell_full")]
    assert found(with_value("长" * 32_766)) == []


@pytest.mark.parametrize("letter", ["_x0000_", "_x000B_", "\u0085", "\u202e", "_xD800_"])
def test_nul_and_control_characters_and_half_letters_are_refused_at_their_cell(letter: str) -> None:
    assert found(with_value(f"正{letter}文")) == [("B12", "创新做法", "invalid")]


def test_what_a_text_may_not_hold_is_said_in_the_words_of_the_api() -> None:
    (error,) = faults_of(with_value("正\u202e文"))
    assert (error["field"], error["message"]) == (
        "sections.创新做法",
        "holds a character that turns the direction of the text",
    )


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")', '=DISPIMG("ID_1",1)'])
def test_a_formula_in_a_cell_is_refused(formula: str) -> None:
    def put(page: Worksheet) -> None:
        page["B12"].value = formula

    assert found(edited(XLSX, put)) == [("B12", "创新做法", "formula")]


def test_a_formula_is_refused_though_its_value_is_stored() -> None:
    stored = b't="str"><f>A1</f><v>\xe6\x96\x87</v></c>'

    def put(name: str, part: bytes) -> bytes:
        at = part.find(b'<c r="B12"') if name.endswith("sheet1.xml") else -1
        if at < 0:
            return part
        end = part.index(b"</c>", at) + 4
        style = part[at : part.index(b">", at)].replace(b't="s"', b"").replace(b't="inlineStr"', b"")
        return part[:at] + style + stored + part[end:]

    assert found(remade(XLSX, put)) == [("B12", "创新做法", "formula")]


@pytest.mark.parametrize("value", [45_000, 0.5, datetime(2024, 9, 9)])
def test_a_number_or_a_date_is_refused_since_what_it_shows_is_not_what_it_holds(value: object) -> None:
    errors = faults_of(with_value(value))
    assert [(each["cell"], each["code"]) for each in errors] == [("B12", "not_text")]
    assert "format to text" in errors[0]["expected"]


def test_an_error_value_is_refused() -> None:
    def put(page: Worksheet) -> None:
        page["B12"].value = "#N/A"
        page["B12"].data_type = "e"

    assert found(edited(XLSX, put)) == [("B12", "创新做法", "error_value")]


def test_merged_cells_are_refused() -> None:
    def merge(page: Worksheet) -> None:
        page.merge_cells("B11:B12")

    assert ("B11", "特色内容", "merged_cells") in found(edited(XLSX, merge))
    document, cells = cells_of(DOCX)
    cells["特色内容"].merge(cells["创新做法"])
    assert ("table 1 row 11 column 2", "特色内容", "merged_cells") in found(saved(document), "docx")


@pytest.mark.parametrize("cell", ["D5", "B20", "C20"])
def test_what_stands_outside_of_the_cells_to_fill_in_is_not_passed_over(cell: str) -> None:
    def write(page: Worksheet) -> None:
        page[cell].value = "另外说明"

    assert found(edited(XLSX, write)) == [(cell, None, "outside_the_form")]


def test_what_stands_in_another_sheet_is_not_passed_over() -> None:
    def write(page: Worksheet) -> None:
        assert page.parent is not None
        other = page.parent.create_sheet("续表")
        other["A3"].value = "接上表"

    assert found(edited(XLSX, write)) == [("续表!A3", None, "outside_the_form")]


def test_what_stands_beside_the_table_of_a_document_is_not_passed_over() -> None:
    document, _ = cells_of(DOCX)
    document.add_paragraph("接上表")
    assert found(saved(document), "docx") == [(None, None, "outside_the_form")]
    document.add_table(1, 1).cell(0, 0).text = "续表"
    assert found(saved(document), "docx")[0] == ("table 2 row 1 column 1", None, "outside_the_form")


def test_a_section_that_is_not_asked_for_is_refused_and_a_blank_row_is_not() -> None:
    def write(page: Worksheet) -> None:
        page["A14"].value = "其他"
        page["B14"].value = "内容"
        page["A15"].value = "备用"

    assert found(edited(XLSX, write)) == [("B14", "其他", "section_unknown")]


def test_a_section_that_stands_twice_is_refused() -> None:
    def write(page: Worksheet) -> None:
        page["A14"].value = "创新做法"
        page["B14"].value = "又一次"

    assert found(edited(XLSX, write)) == [("B14", "创新做法", "section_twice")]


def test_a_nil_return_with_content_is_refused_at_each_cell_that_is_filled_in() -> None:
    assert found(fill_xlsx(XLSX, {**NIL, "特色内容": "", "创新做法": ""})) == [
        ("B13", "亮点活动", "nil_return_with_content")
    ]


@pytest.mark.parametrize("value", ["也许", "1", "TRUE"])
def test_a_nil_return_is_yes_or_no(value: str) -> None:
    assert found(fill_xlsx(XLSX, {"零报告": value})) == [("B9", None, "nil_return_unclear")]


def test_several_faults_come_back_together() -> None:
    content = fill_xlsx(XLSX, {"特色内容": 1, "创新做法": "", "亮点活动": "\u202e", "零报告": "?"})
    assert {each[2] for each in found(content)} == {
        "not_text",
        "section_missing",
        "invalid",
        "nil_return_unclear",
    }


def test_a_picture_in_a_workbook_is_pointed_out_at_its_cell() -> None:
    spread = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    place = "<x:from><x:col>1</x:col><x:row>11</x:row></x:from>"
    drawing = f'<x:wsDr xmlns:x="{spread}"><x:oneCellAnchor>{place}<x:pic/></x:oneCellAnchor></x:wsDr>'
    named = f'<Relationships><Relationship Id="r9" Type="{office}/drawing" Target="../drawings/d.xml"/></Relationships>'
    more = {"xl/drawings/d.xml": drawing, "xl/worksheets/_rels/sheet1.xml.rels": named}
    content = remade(XLSX, lambda _, part: part, **{name: part.encode() for name, part in more.items()})
    errors = faults_of(content)
    assert [(each["cell"], each["section"], each["code"]) for each in errors] == [
        ("B12", "创新做法", "picture")
    ]
    assert "attachment_ids" in errors[0]["expected"]


def test_a_comment_on_a_cell_is_not_passed_over() -> None:
    def write(page: Worksheet) -> None:
        page["B12"].comment = Comment("口头补充", "某人")

    assert found(edited(XLSX, write)) == [("B12", "创新做法", "remark")]


def test_a_picture_that_was_pasted_into_a_document_is_pointed_out() -> None:
    document, cells = cells_of(DOCX)
    cells["创新做法"].paragraphs[0].add_run().add_picture(BytesIO(a_png()))
    assert found(saved(document), "docx") == [("table 1 row 12 column 2", "创新做法", "picture")]


def test_a_table_inside_a_cell_is_pointed_out() -> None:
    document, cells = cells_of(DOCX)
    cells["创新做法"].add_table(1, 1).cell(0, 0).text = "表中表"
    cells["创新做法"].add_paragraph()
    assert found(saved(document), "docx") == [("table 1 row 12 column 2", "创新做法", "table")]


RUN = "<w:r><w:t>正文</w:t></w:r>"
MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        (f"<w:p>{RUN}<w:r><w:pict/></w:r></w:p>", "picture"),
        (f"<w:p>{RUN}<w:r><w:object/></w:r></w:p>", "picture"),
        (f'<w:p>{RUN}<m:oMath xmlns:m="{MATHS}"><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>', "equation"),
        (f'<w:p>{RUN}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>', "note"),
        (f'<w:p>{RUN}<w:r><w:commentReference w:id="0"/></w:r></w:p>', "remark"),
        (f'<w:p>{RUN}<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p>', "symbol"),
        (f'<w:p><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>{RUN}</w:p>', "numbering"),
        (f"<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{RUN}</w:sdtContent></w:sdt></w:p>",
         "placeholder"),
    ],
)  # fmt: skip
def test_what_is_no_text_in_a_document_is_pointed_out(markup: str, code: str) -> None:
    cell = "table 1 row 12 column 2"
    assert found(with_markup(DOCX, "创新做法", markup), "docx") == [(cell, "创新做法", code)]


def test_readings_above_letters_and_pictures_that_were_deleted_are_no_part_of_the_text() -> None:
    ruby = "<w:ruby><w:rt><w:r><w:t>jí</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>𠮷</w:t></w:r></w:rubyBase></w:ruby>"
    gone = "<w:del><w:r><w:drawing/></w:r></w:del>"
    content = with_markup(DOCX, "创新做法", f"<w:p><w:r>{ruby}</w:r>{gone}{RUN}</w:p>")
    assert [each.text for each in read_form("docx", content).fields] == [
        TEXTS["特色内容"],
        "𠮷正文",
        TEXTS["亮点活动"],
    ]


def number_as(text: str | None, *, keep_property: bool = False) -> bytes:
    """The form with another number in its cell."""

    def write(page: Worksheet) -> None:
        page["B6"].value = text
        if not keep_property:
            del page.parent.custom_doc_props["RollcallForm"]  # type: ignore[union-attr]

    return edited(XLSX, write)


def find_number(content: bytes) -> FormNumber:
    return model.find_number(read_form("xlsx", content))


def test_a_form_without_a_number_is_refused() -> None:
    with pytest.raises(FormNumberWrong, match="no number"):
        find_number(number_as(None))


@pytest.mark.parametrize("place", [4, 20, -6, -1])
def test_a_number_of_which_a_letter_was_changed_is_refused(place: int) -> None:
    letters = list(str(FORM.number))
    letters[place] = "f" if letters[place] != "f" else "0"
    with pytest.raises(FormNumberWrong, match="was changed"):
        find_number(number_as("".join(letters)))


def test_a_form_put_together_from_two_is_refused() -> None:
    other = FORM.model_copy(update={"version": 1}).number
    with pytest.raises(FormNumberWrong, match="several numbers"):
        find_number(number_as(str(other), keep_property=True))


def test_a_number_is_read_in_capitals_and_among_other_words() -> None:
    assert find_number(number_as(f"编号：{str(FORM.number).upper()}（勿改）")) == FORM.number


def test_an_old_layout_is_outdated() -> None:
    old = FormNumber(ID, 0, digest_of(FORM.section_names), layout=0)
    with pytest.raises(FormOutdated, match="layout 0, expected 1"):
        find_number(number_as(str(old)))


def test_a_form_for_other_sections_than_are_asked_for_now_is_outdated() -> None:
    with pytest.raises(FormOutdated, match="expected 特色内容、新增") as refused:
        model.check_sections(FORM.number, ["特色内容", "新增"])
    assert refused.value.extra["sections"] == ["特色内容", "新增"]


def test_a_number_says_what_it_was_made_of() -> None:
    assert read_number(str(FORM.number)) == FORM.number
    assert (FORM.number.assignment_id, FORM.number.base_version) == (ID, 0)


def a_plain_workbook() -> bytes:
    out = BytesIO()
    Workbook().save(out)
    return out.getvalue()


def two_forms() -> bytes:
    def copy(page: Worksheet) -> None:
        assert page.parent is not None
        page.parent.copy_worksheet(page)

    return edited(XLSX, copy)


def without_headings() -> bytes:
    def clear(page: Worksheet) -> None:
        page["A10"].value = "项目"

    return edited(XLSX, clear)


@pytest.mark.parametrize("make", [a_plain_workbook, two_forms, without_headings])
def test_a_file_that_holds_no_form_or_several_is_none(make: Callable[[], bytes]) -> None:
    with pytest.raises(NotAForm):
        read_form("xlsx", make())


def test_a_fault_has_all_that_is_needed_to_mend_it() -> None:
    (error,) = faults_of(with_value(1))
    assert (error["cell"], error["section"], error["field"]) == ("B12", "创新做法", "sections.创新做法")
    assert set(error) == {"field", *Fault.__dataclass_fields__} == set(EXAMPLE["errors"][0])
    assert all(error.values())


def test_an_attachment_that_is_no_id_is_refused_by_its_field() -> None:
    (error,) = faults_of(XLSX, ids=["x"])
    assert error["field"] == "attachment_ids.0"
