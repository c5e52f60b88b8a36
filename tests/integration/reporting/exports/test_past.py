"""Exports of a past moment: what the figures of that moment say, twice the same, and never of what is not kept."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from docx import Document

from services.reporting.exports.job import make_next_export
from services.reporting.exports.kinds import KINDS
from tests.integration.reporting.exports.conftest import BEFORE, Week
from tests.integration.reporting.exports.test_tables import records_of, sheet_of

THEN = datetime(2024, 9, 14, 15, 59, 59, tzinfo=UTC)
STATED = "截至2024年9月14日23时59分59秒"
EARLIER, LATER = THEN - timedelta(days=2), THEN + timedelta(days=3)
OF_THE_PAST = sorted(kind for kind in KINDS if KINDS[kind].past_of is not None)


async def fill(week: Week) -> list[str]:
    """Two of four had handed in by THEN and nothing was accepted; the rest came later."""
    units = list(week.units)[1:5]
    for unit in units:
        await week.owe(unit, week.summary_id)
    accepted = week.submission(units[0])
    for unit in units[:2]:
        await week.hand_in(unit, updated_at=EARLIER, **({"id": accepted.id} if unit == units[0] else {}))
    await week.accept(units[0], id=accepted.id, updated_at=LATER)
    await week.hand_in(units[2], updated_at=LATER)
    return units


async def fetch(week: Week, kind: str) -> tuple[bytes, dict[str, Any]]:
    asked = await week.ask_for(kind, as_of=THEN.isoformat())
    assert asked.status_code == 202, asked.text
    assert await make_next_export(week.workshop)
    export = (await week.get(asked.json()["id"])).json()
    assert export["state"] == "done", export["error"]
    assert datetime.fromisoformat(export["as_of"]) == THEN
    return (await week.get(export["id"], "/file")).content, export


async def read_figures(week: Week, what: str) -> Any:
    path = f"/v1/campaigns/{week.campaign_id}/{what}"
    answer = await week.service.ask("GET", path, week.key, params={"as_of": THEN.isoformat()})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_matrix_of_a_moment_counts_what_the_overview_of_that_moment_counts(week: Week) -> None:
    await fill(week)
    rows = sheet_of((await fetch(week, "matrix_xlsx"))[0])
    (counted,) = (await read_figures(week, "overview"))["deliverables"]
    totals = {row[0]: row[2] for row in rows if row[0] in ("应报", "已报", "按时", "已通过")}
    names = ("expected", "actual", "actual_on_time", "accepted")
    assert list(totals.values()) == [counted[name] for name in names] == [4, 2, 2, 0]
    assert rows[1][0] == STATED
    shown = [row[2] for row in rows if row[0] in week.units and row[2]]
    cells = [cell["state"] for row in (await read_figures(week, "matrix"))["rows"] for cell in row["cells"]]
    words = {"received": "● 已报送", "owed": "○ 待报送"}
    assert sorted(shown) == sorted(words[state] for state in cells)


async def test_the_summary_of_a_moment_says_the_figures_of_that_moment(week: Week) -> None:
    await fill(week)
    content, export = await fetch(week, "summary_docx")
    paper = Document(io.BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    overview = await read_figures(week, "overview")
    assert f"{STATED}，应报送材料{overview['expected']}份，已报送{overview['actual']}份" in text
    assert f"审核通过{overview['accepted']}份" in text
    assert overview["accepted"] == 0
    assert STATED in export["filename"]


async def test_the_summary_tells_of_theme_days_by_district_as_the_overview_does(week: Week) -> None:
    paper = Document(io.BytesIO((await fetch(week, "summary_docx"))[0]))
    days = (await read_figures(week, "overview"))["activities"]["theme_days"]
    (table,) = [each for each in paper.tables if each.cell(0, 1).text == "主题日"]
    rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert [(row[1], row[2]) for row in rows] == [(day["name"], str(day["total"])) for day in days]
    assert any(day["total"] for day in days)
    for row, day in zip(rows, days, strict=True):
        assert row[3].count("项") == len(day["districts"])


async def test_submissions_of_a_moment_have_the_states_and_texts_of_that_moment(week: Week) -> None:
    units = await fill(week)
    headings, *rows = records_of((await fetch(week, "submissions_csv"))[0])
    assert headings[-1] == STATED
    assert {(row[0], row[2]) for row in rows} == {(units[0], "已报送"), (units[1], "已报送")}


@pytest.mark.parametrize("kind", OF_THE_PAST)
async def test_a_moment_asked_for_twice_gives_the_same_bytes_whatever_came_between(
    week: Week, kind: str
) -> None:
    units = await fill(week)
    first = await fetch(week, kind)
    await week.hand_in(units[3], updated_at=LATER)
    assert (await fetch(week, kind))[0] == first[0]


async def test_the_past_of_attachments_is_refused_for_it_is_not_kept(week: Week) -> None:
    answer = await week.ask_for("attachments_zip", as_of=THEN.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (409, "past_not_kept")


async def test_a_past_of_which_a_state_is_missing_is_refused_with_its_noun(week: Week) -> None:
    await fill(week)
    async with week.service.database.transaction() as tx:
        await tx.connection.execute(
            "DELETE FROM export_source_past WHERE noun = 'submission' AND version = 1"
        )
    for kind in OF_THE_PAST:
        answer = await week.ask_for(kind, as_of=THEN.isoformat())
        if "submission" in (KINDS[kind].past_of or ()):
            assert (answer.status_code, answer.json()["code"]) == (409, "past_not_kept"), kind
            assert "noun submission" in answer.text
        else:
            assert answer.status_code == 202, kind


async def test_a_moment_before_the_campaign_or_after_now_is_refused(week: Week) -> None:
    for moment, code in ((BEFORE - timedelta(days=1), "as_of_before_campaign"), (None, "as_of_in_future")):
        as_of = moment or datetime.max.replace(tzinfo=UTC) - timedelta(days=900)
        answer = await week.ask_for("matrix_xlsx", as_of=as_of.isoformat())
        assert (answer.status_code, answer.json()["code"]) == (422, code)
