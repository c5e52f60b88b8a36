"""Cells of the matrix in the text in which they go out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from services.reporting.counters.model import PRESENT
from services.reporting.figures import model
from services.reporting.figures.matrix import Debt

FORM = 1
"""Raised when write_cells writes otherwise than before, for texts are kept over releases."""


@dataclass(frozen=True, slots=True)
class Text:
    """A list of Cell as JSON, as it is from `since` until `until`, that moment included."""

    body: bytes
    since: datetime
    until: datetime


def write_cells(debts: Sequence[Debt], moment: datetime, zone: ZoneInfo) -> Text:
    """The cells of one unit at a moment; they turn overdue by themselves when what is owed falls due."""
    local = lru_cache(maxsize=None)(lambda due_at: due_at.astimezone(zone))
    cells, until = [], PRESENT
    for debt in debts:
        state = model.cell_state(debt.state, debt.handed_in, debt.on_time, debt.due_at, moment)
        if state == "owed" and debt.due_at is not None:
            until = min(until, debt.due_at)
        cells.append(
            {
                "deliverable_id": debt.deliverable_id,
                "state": state,
                "due_at": None if debt.due_at is None else local(debt.due_at),
                "assignment_id": debt.id,
                "nil_return": debt.nil_return or False,
                "review_stages": debt.review_stages,
                "review_stage": debt.review_stage,
            }
        )
    return Text(to_json(cells), moment, until)
