"""Cells in the text in which they go out: texts are kept over releases, so their form is pinned."""

import json
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from contracts.reporting.figures import Cell
from services.reporting.counters.model import PRESENT
from services.reporting.figures.cells import FORM, write_cells
from services.reporting.figures.matrix import Debt

DUE = datetime.fromisoformat("2024-09-16T15:59:59.999999+00:00")
ZONE = ZoneInfo("Asia/Shanghai")
IDS = str(UUID(int=1)), str(UUID(int=2))
OWED = Debt(*IDS, DUE, "owed", None, None, None, None, None)
GIVEN = Debt(*IDS, DUE + timedelta(days=1), "owed", "received", False, True, 2, 1)
UNDATED = Debt(*IDS, None, "owed", None, None, None, None, None)


def test_whoever_changes_the_text_raises_its_form() -> None:
    written = (
        '[{"deliverable_id":"00000000-0000-0000-0000-000000000002","state":"late",'
        '"due_at":"2024-09-17T23:59:59.999999+08:00","assignment_id":"00000000-0000-0000-0000-000000000001",'
        '"nil_return":true,"review_stages":2,"review_stage":1}]'
    )
    assert (FORM, write_cells([GIVEN], DUE, ZONE).body.decode()) == (1, written)
    assert list(json.loads(written)[0]) == list(Cell.model_fields)


@pytest.mark.parametrize(
    ("moment", "state", "until"),
    [
        (DUE - timedelta(days=1), "owed", DUE),
        (DUE, "owed", DUE),
        (DUE + timedelta(microseconds=1), "overdue", PRESENT),
    ],
)
def test_a_text_holds_until_the_next_of_its_cells_falls_due(
    moment: datetime, state: str, until: datetime
) -> None:
    text = write_cells([GIVEN, UNDATED, OWED], moment, ZONE)
    assert [cell["state"] for cell in json.loads(text.body)] == ["late", "owed", state]
    assert (text.since, text.until) == (moment, until)
    assert json.loads(write_cells([OWED], text.until, ZONE).body)[0]["state"] == state
