"""Holds what was read against the register: what is ready, what is open, and what applying would change."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.office.grid import Grid
from contracts.registry.imports import Decision, Findings
from services.registry.imports import model, unit_plan
from services.registry.imports.error_workbook import write_error_workbook
from services.registry.imports.question import Question
from services.registry.imports.register import read_register
from services.registry.imports.review import review_by_steps
from services.registry.imports.table import Table
from services.registry.imports.tree import read_standing as read_standing_units
from services.registry.imports.units import read_units
from services.registry.imports.verdicts import OutsideParty, Verdict, Verdicts, new_organizations, verdicts_of
from services.registry.organizations.names import Directory, Entry

READ, REVIEWED = 0.3, 0.9
"""How far a file is when it is read, and when each of its rows was looked at."""


@dataclass
class Examined:
    """`changes` are what applying would write, each an aggregate's id, whether it is new, and its fields."""

    findings: Findings
    changes: list[dict[str, Any]]
    titles: list[str]
    remarks: list[str]
    founded: dict[str, str]
    known: dict[str, str]

    def as_register(self) -> dict[str, Any]:
        """What the asking process needs to know itself."""
        findings = self.findings
        return {
            "row_count": findings.row_count,
            "titles": self.titles,
            "remarks": self.remarks,
            "founded": self.founded,
            "known": self.known,
            "open_errors": [each.model_dump(mode="json") for each in findings.errors],
            "open_texts": [each.model_dump(mode="json") for each in findings.to_review],
        }

    def write_workbook(self, grid: Grid, table: Table) -> bytes:
        """The sheet as it was read, with what is wrong beside each row."""
        return write_error_workbook(grid, table, self.findings)


def examine(question: Question, table: Table) -> Iterator[float | Examined]:
    """The progress now and then, and at last what was found."""
    yield READ
    if question.kind == "activities":
        yield from _examine_activities(question, table)
    else:
        yield _examine_organizations(question, table)


def _examine_activities(question: Question, table: Table) -> Iterator[float | Examined]:
    units = read_standing_units(question.standing.units)
    decisions = [Decision.model_validate_json(json.dumps(each)) for each in question.decisions]
    wanted = {each.name: each for each in new_organizations(decisions)}
    known = {unit.name: unit.id for unit in units if unit.name in wanted and not unit.closed}
    founded = {name: UUID(question.founded[name]) for name in wanted if name not in known}
    verdicts = verdicts_of(decisions, known | founded)
    entries = [unit.as_entry() for unit in units]
    entries += [Entry(id, name, wanted[name].kind) for name, id in founded.items()]
    directory = Directory(entries, question.prefixes)
    register = read_register(table)
    reviewed = None
    for step in review_by_steps(register, directory, _all_verdicts(question, verdicts)):
        if isinstance(step, float):
            yield READ + (REVIEWED - READ) * step
        else:
            reviewed = step
    assert reviewed is not None
    plan = model.compare(reviewed.ready, register.keyed, model.read_standing(question.standing.activities))
    findings = Findings(
        row_count=reviewed.row_count,
        ready_count=len(reviewed.ready),
        to_review=reviewed.to_review,
        errors=reviewed.errors,
        warnings=reviewed.warnings,
        changes=plan.counted,
        differences=plan.differences[: model.MOST_DIFFERENCES],
        difference_count=len(plan.differences),
    )
    named = [{name: str(id) for name, id in each.items()} for each in (founded, known)]
    yield Examined(findings, plan.changes, table.titles, table.remarks, *named)


def _all_verdicts(question: Question, now: Verdicts) -> Verdicts:
    """Those of earlier imports, and those of now, which weigh more."""
    decided: dict[str, Verdict] = {
        text: UUID(id) if id is not None else OutsideParty(str(party))
        for text, id, party in question.standing.decided
    }
    categories: Mapping[int, str] = question.standing.categories
    return Verdicts(decided | dict(now.hosts), {**categories, **now.categories})


def _examine_organizations(question: Question, table: Table) -> Examined:
    units = read_standing_units(question.standing.units)
    read = read_units(table)
    directory = Directory([unit.as_entry() for unit in units], question.prefixes)
    plan = unit_plan.compare(read, units, directory)
    wrong = {error.row for error in read.errors}
    findings = Findings(
        row_count=read.row_count,
        ready_count=read.row_count - len(wrong),
        errors=sorted(read.errors, key=lambda error: error.row),
        warnings=read.warnings,
        changes=plan.counted,
        differences=plan.differences[: model.MOST_DIFFERENCES],
        difference_count=len(plan.differences),
    )
    return Examined(findings, plan.changes, [], [], {}, {})
