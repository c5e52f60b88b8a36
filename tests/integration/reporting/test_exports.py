"""Exports: asked for, made by the sweep, fetched; the same data gives the same bytes."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from chassis.files.storage import open_folder
from services.reporting.exports.job import make_next_export
from services.reporting.exports.order import Workshop
from services.reporting.settings import ReportingSettings
from tests.integration.reporting.conftest import World


async def ask_for(world: World, key: str = "office", **body: Any) -> Any:
    path = f"/v1/campaigns/{world.facts.campaign_id}/exports"
    return await world.service.ask("POST", path, world.keys[key], json={"kind": "annex_xlsx", **body})


def workshop_of(world: World) -> Workshop:
    settings = world.service.running.settings
    assert isinstance(settings, ReportingSettings)
    return Workshop(world.service.database, settings, open_folder(settings.export_folder.parent / "files"))


async def make(world: World) -> Any:
    """The finished export."""
    asked = (await ask_for(world)).json()
    assert await make_next_export(workshop_of(world))
    return (await world.service.ask("GET", f"/v1/exports/{asked['id']}", world.keys["office"])).json()


async def fetch(world: World, export: Any, key: str = "office") -> Any:
    return await world.service.ask("GET", f"/v1/exports/{export['id']}/file", world.keys[key])


async def test_the_annex_holds_the_activities_between_title_and_remark(world: World) -> None:
    await world.service.hear(
        world.facts.activity(1, "甲", "=1+1"),
        world.facts.activity(2, "甲", "二"),
        world.facts.activity(3, "乙", "三"),
    )
    export = await make(world)
    assert (export["state"], export["rows"], export["progress"]) == ("done", 3, 1.0)
    answer = await fetch(world, export)
    assert hashlib.sha256(answer.content).hexdigest() == export["sha256"]
    assert answer.headers["etag"] == f'"{export["sha256"]}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "attachment" in answer.headers["content-disposition"]
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0][0] == "重点活动"
    assert values[2] == [1, "甲", "=1+1", "north、外单位"]
    assert sheet["C3"].data_type == "s"
    assert values[3][:2] == [2, None]
    assert values[-1][0] == "备注：三项。"
    assert "B3:B4" in {str(merged) for merged in sheet.merged_cells.ranges}


async def test_the_same_data_gives_the_same_bytes(world: World) -> None:
    await world.service.hear(world.facts.activity(1, "甲", "一"))
    assert (await make(world))["sha256"] == (await make(world))["sha256"]


async def test_a_file_that_is_not_made_yet_is_refused(world: World) -> None:
    asked = await ask_for(world)
    assert asked.status_code == 202
    answer = await fetch(world, asked.json())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_done")


async def test_an_export_that_fails_says_why_and_is_told(world: World) -> None:
    await world.service.hear(world.facts.activity(1, "甲", "一"))
    workshop_of(world).folder.write_text("a file where the folder should be")
    export = await make(world)
    assert export["state"] == "failed"
    assert export["error"].startswith("NotWritten: the file cannot be written: ")
    assert [kind for kind, *_ in await world.service.events()] == ["rollcall.reporting.export.finished.v2"]


async def test_only_key_activities_stand_in_the_annex_in_the_order_of_their_numbers(world: World) -> None:
    await world.service.hear(
        world.facts.activity(2, "甲", "二"),
        world.facts.activity(1, "甲", "一"),
        world.facts.activity(3, "甲", "入围", selection="shortlisted"),
        world.facts.activity(4, "甲", "未选", selection=None),
        world.facts.activity(5, "甲", "取消", state="cancelled"),
    )
    sheet = load_workbook(BytesIO((await fetch(world, await make(world))).content)).active
    assert sheet is not None
    assert [row[2].value for row in sheet.iter_rows(min_row=3, max_row=5)] == ["一", "二", None]


async def test_an_annex_with_a_draft_among_its_activities_is_not_made(world: World) -> None:
    await world.service.hear(world.facts.activity(1, "甲", "一", state="draft"))
    export = await make(world)
    assert export["state"] == "failed"
    assert export["error"] == "1 key activities are drafts (一); register them first, or take them back"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("district", 404),
        ("north", 404),
        ("stranger", 404),
        ("district auditor", 404),
        ("stranger auditor", 404),
        ("ops", 403),
    ],
)
async def test_exports_are_the_offices(world: World, who: str, status: int) -> None:
    assert (await ask_for(world, key=who)).status_code == status
    export = await make(world)
    assert (await fetch(world, export, key=who)).status_code == status


async def test_nothing_waits_when_nothing_was_asked_for(world: World) -> None:
    assert not await make_next_export(workshop_of(world))
