"""Exports: asked for, made by the sweep, fetched; the same data gives the same bytes."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from services.reporting.exports.handlers import make_next_export
from tests.integration.reporting.conftest import World


async def ask_for(world: World, key: str = "office", **body: Any) -> Any:
    path = f"/v1/campaigns/{world.facts.campaign_id}/exports"
    return await world.service.ask("POST", path, world.keys[key], json={"kind": "annex_xlsx", **body})


async def make(world: World) -> Any:
    """The finished export."""
    asked = (await ask_for(world)).json()
    folder = world.service.running.settings.export_folder  # type: ignore[attr-defined]
    assert await make_next_export(world.service.database, folder)
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


async def test_an_export_that_fails_says_why_and_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr("services.reporting.exports.handlers._write", fail)
    export = await make_failing(world)
    assert (export["state"], export["error"]) == (
        "failed",
        "NotWritten: the file cannot be written: no space left",
    )
    assert [kind for kind, *_ in await world.service.events()] == ["rollcall.reporting.export.finished.v1"]


async def make_failing(world: World) -> Any:
    await world.service.hear(world.facts.activity(1, "甲", "一"))
    return await make(world)


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
    folder = world.service.running.settings.export_folder  # type: ignore[attr-defined]
    assert not await make_next_export(world.service.database, folder)
