"""An assignment that moved is counted once, under whoever owes it now."""

import pytest

from contracts.registry.assignments import AssignmentMoved, AssignmentWaived
from tests.integration.reporting.conftest import World


@pytest.mark.parametrize("late", [False, True])
async def test_figures_and_matrix_count_a_moved_assignment_once_under_the_new_unit(
    world: World, late: bool
) -> None:
    facts = world.facts
    made = facts.assignment("north")
    fields = {"organization_id": facts.ids["stranger"], "version": 2}
    moved = AssignmentMoved(assignment=made.assignment.model_copy(update=fields))
    await world.service.hear(*((moved, made) if late else (made, moved)), facts.submission(made))
    overview = await world.get("overview")
    assert (overview["expected"], overview["actual"]) == (1, 1)
    (row,) = (await world.get("matrix"))["rows"]
    assert (row["organization"]["name"], len(row["cells"])) == ("stranger", 1)
    assert row["cells"][0]["state"] == "received"
    for key, expected in (("north", 0), ("district", 0), ("office auditor", 1)):
        assert (await world.get("overview", key))["expected"] == expected


async def test_of_two_debts_that_were_merged_one_is_expected(world: World) -> None:
    facts = world.facts
    merged, own = facts.assignment("north"), facts.assignment("south")
    fields = {"state": "waived", "version": 2}
    waived = AssignmentWaived(assignment=merged.assignment.model_copy(update=fields))
    await world.service.hear(merged, own, waived)
    overview = await world.get("overview")
    assert (overview["expected"], overview["waived"]) == (1, 1)
