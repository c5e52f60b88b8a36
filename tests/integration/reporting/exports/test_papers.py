"""Papers, opened by programs that are not ours: the words and tables are there, the fonts embedded, the pages whole."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest

from services.reporting.exports.document import Document, Paragraph
from services.reporting.exports.official_docx import write_docx
from services.reporting.exports.official_pdf import write_pdf
from tests.integration.reporting.exports.conftest import NOW, Week
from tests.support.papers import convert, draw, read_fonts, read_information, read_text

pytestmark = pytest.mark.timeout(300)
HOSTILE = "=1+1 #set page(fill: red) #panic() <w:b/> *粗* $x^2$ \\u0041 {{ 7*7 }} @SUM(A1) ]]> &amp;"


async def fill(week: Week) -> None:
    """Ten districts and five departments, of which some are late, some owe still, one has nothing to report."""
    for nth, unit in enumerate(list(week.units)[1:16]):
        await week.owe(unit, week.plan_id)
        await week.owe(unit, week.summary_id)
        if nth % 3 != 2:
            await week.hand_in(unit, week.plan_id, sections={"实施方案": "方案"})
        if nth == 4:
            await week.hand_in(unit, nil_return=True, sections={})
        elif nth % 4 != 3:
            texts = {
                "特色内容": f"{unit}围绕主题，组织进社区、进校园、进企业活动，覆盖群众3.2万人次。" * 3,
                "创新做法": f"首创“网安集市”，以情景剧、H5互动等形式宣传。\n第二段：{HOSTILE}",
                "亮点活动": f"9月10日举办“网安第一课”，全市120所学校同步开讲，在线观看20万人次。{HOSTILE}",
            }
            await week.accept(unit, sections=texts, on_time=nth % 5 != 0)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


async def test_office_programs_open_all_papers_and_find_their_words_and_tables(
    week: Week, tmp_path: Path
) -> None:
    await fill(week)
    pdfs = tmp_path / "pdf"
    pdfs.mkdir()
    files = []
    for kind in ("summary_docx", "bulletin_docx", "matrix_xlsx", "annex_xlsx", "submissions_xlsx"):
        files.append(tmp_path / f"{kind}.{kind.rsplit('_', 1)[1]}")
        files[-1].write_bytes(await week.fetch(kind))
    await convert(files, pdfs)
    (pdfs / "summary_pdf.pdf").write_bytes(await week.fetch("summary_pdf"))
    words = {}
    for path in sorted(pdfs.glob("*.pdf")):
        assert await draw(path, path.stem)
        fonts = await read_fonts(path)
        assert fonts
        assert all(embedded for _, embedded in fonts), fonts
        words[path.stem] = squeezed(await read_text(path))
    for name in ("summary_docx", "summary_pdf"):
        _check_summary(words[name])
        assert (await read_information(pdfs / f"{name}.pdf"))["Page size"].endswith("(A4)")
    for said in (
        "一、张家港市委宣传部（网信办）",
        "（一）亮点活动",
        "（二）创新做法",
        "（三）特色内容",
        squeezed(HOSTILE),
    ):
        assert said in words["bulletin_docx"]
    for said in (
        "○待报送",
        "✗逾期未报",
        "✓已通过",
        "●已报送（零报告）",
        "截至2024年9月18日10时00分",
        "报送率",
    ):
        assert said in words["matrix_xlsx"]
    assert "2024年苏州市网络安全常态化宣传活动" in words["annex_xlsx"]
    assert "110" in words["annex_xlsx"]


def _check_summary(words: str) -> None:
    for said in (
        "2024年苏州市网络安全宣传周总结报告",
        "一、报送情况（一）总体情况",
        "应报送材料30份，已报送22份，报送率73.3%；按时报送19份，按时率63.3%",
        "活动总结1512980.0%60.0%",
        "共登记活动110项，其中重点活动110项；已举办55项",
        "社区（16项）",
        "老年人（22项）",
        "9月10日，校园日",
        squeezed(HOSTILE),
        "附件：1.各市（区）报送情况表2.活动分类统计表",
        "中共苏州市委网络安全和信息化委员会办公室2024年9月18日",
        "附件1各市（区）报送情况表",
        "网络安全主题宣传2814",
        "—1—",
        "—2—",
    ):
        assert said in words, said


@pytest.fixture
def full_page() -> Document:
    """A thousand letters and more: the second page holds nothing but text."""
    return Document("标题", [Paragraph("网" * 28 * 60)], "主办单位", NOW.date())


async def test_a_page_holds_22_lines_of_28_letters(full_page: Document, tmp_path: Path) -> None:
    with (tmp_path / "page.docx").open("wb") as out:
        write_docx(full_page, out)
    into = tmp_path / "into"
    into.mkdir()
    await convert([tmp_path / "page.docx"], into)
    with (into / "set.pdf").open("wb") as out:
        write_pdf(full_page, out)
    for path in (into / "page.pdf", into / "set.pdf"):
        second = (await read_text(path)).split("\f")[1]
        lines = [line.strip() for line in second.splitlines() if "网" in line]
        assert [len(line) for line in lines] == [28] * 22, path.name


async def test_the_page_and_the_fonts_are_those_of_the_standard(week: Week) -> None:
    paper = docx.Document(BytesIO(await week.fetch("summary_docx")))
    section = paper.sections[0]
    margins = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins if margin is not None] == [37, 28, 35, 26]
    runs = {run.text: run for paragraph in paper.paragraphs for run in paragraph.runs}
    title = runs["2024年苏州市网络安全宣传周总结报告"]
    assert (title.font.name, title.font.size and title.font.size.pt) == ("方正小标宋简体", 22)
    assert runs["一、报送情况"].font.name == "黑体"
    assert runs["（一）总体情况"].font.name == "楷体_GB2312"
    body = next(run for text, run in runs.items() if text.startswith("截至2024年9月18日"))
    assert (body.font.name, body.font.size and body.font.size.pt) == ("仿宋_GB2312", 16)
    parts = ZipFile(BytesIO(await week.fetch("summary_docx")))
    assert '<w:docGrid w:type="lines" w:linePitch="579"/>' in parts.read("word/document.xml").decode()
    assert '<w:altName w:val="Noto Serif CJK SC"/>' in parts.read("word/fontTable.xml").decode()


@pytest.mark.parametrize("kind", ["summary_docx", "summary_pdf", "bulletin_docx"])
async def test_the_same_data_gives_the_same_paper(week: Week, kind: str) -> None:
    await fill(week)
    one = await week.make(kind)
    other = await week.make(kind)
    assert one["state"] == other["state"] == "done"
    assert one["sha256"] == other["sha256"]


async def test_the_bulletin_tells_accepted_texts_only_although_a_newer_version_is_under_review(
    week: Week,
) -> None:
    north, south, third = list(week.units)[1:4]
    for unit in (north, south, third):
        await week.owe(unit, week.summary_id)
    newer = await week.hand_in(
        north, version=2, revision=5, accepted_version=1, sections={"亮点活动": "未审核的新版"}
    )
    await week.accept(north, id=newer.id, revision=3, sections={"亮点活动": "已通过的旧版"})
    await week.hand_in(south, sections={"亮点活动": "未审核"})
    gone = await week.accept(third, sections={"亮点活动": "撤回的"})
    await week.hand_in(third, id=gone.id, revision=9, state="withdrawn", sections={"亮点活动": "撤回的"})
    words = _words(await week.fetch("bulletin_docx"))
    assert "已通过的旧版" in words
    assert not any(other in words for other in ("未审核", "撤回的"))


async def test_a_bulletin_of_nothing_says_so(week: Week) -> None:
    assert "尚无审核通过的亮点材料" in _words(await week.fetch("bulletin_docx"))


def _words(content: bytes) -> str:
    paper: Any = docx.Document(BytesIO(content))
    return "\n".join(paragraph.text for paragraph in paper.paragraphs)


async def test_without_a_chinese_font_the_pdf_is_refused_and_the_package_named(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.reporting.exports.fonts._families", lambda _: {"dejavu sans"})
    answer = await week.ask_for("summary_pdf")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_chinese_font")
    assert "fonts-noto-cjk" in answer.json()["detail"]
