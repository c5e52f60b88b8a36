"""Organizations of a file against the register: whose row each is, who stands above whom, whose names clash."""

import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.registry.imports.child import parse
from services.registry.imports.kinds import BY_WORD, WORDS, word_of
from services.registry.imports.tree import StandingUnit
from services.registry.imports.unit_plan import UnitPlan, compare
from services.registry.imports.units import UnitRegister, join_aliases, read_units, split_aliases
from services.registry.organizations.names import Directory
from tests.support.spreadsheets import a_csv, an_xlsx

EXAMPLES = Path(__file__).parents[4] / "examples/suzhou-2024"
HEADINGS = ("单位名称", "简称", "单位类别", "上级单位", "别名", "排序")


def a_unit(name: str, *aliases: str, parent: UUID | None = None, closed: bool = False) -> StandingUnit:
    return StandingUnit(uuid4(), name, "department", None, list(aliases), parent, 7, closed)


def compared(
    rows: Sequence[Sequence[object]], *units: StandingUnit, headings: Sequence[str] = HEADINGS
) -> tuple[UnitPlan, UnitRegister]:
    read = read_units(parse(an_xlsx([headings, *rows]), "organizations"))
    return compare(read, units, Directory([unit.as_entry() for unit in units])), read


def errors_of(read: UnitRegister) -> list[tuple[str | None, str]]:
    return [(error.cell, error.message) for error in read.errors]


def test_parents_are_named_in_the_file_or_on_the_register_in_any_order() -> None:
    office = a_unit("市网信办")
    plan, read = compared(
        [("甲镇", None, "镇", "甲区"), ("甲区", "甲", "区", "市网信办", "甲区委、甲区政府；甲区（新）", 3)],
        office,
    )
    assert read.errors == []
    district, town = [change["fields"] for change in plan.created]
    assert (district["name"], district["parent_id"], district["short_name"]) == ("甲区", str(office.id), "甲")
    assert (district["kind"], district["sort_order"]) == ("district", 3)
    assert district["aliases"] == ["甲区委", "甲区政府", "甲区（新）"]
    assert (town["name"], town["parent_id"]) == ("甲镇", plan.created[0]["id"])


def test_titles_totals_and_remarks_around_the_units_are_no_rows() -> None:
    rows: list[Sequence[object]] = [
        ("2024年单位表", None, None, None, None, None),
        HEADINGS,
        ("一、市级部门", None, None, None, None, None),
        ("甲局", None, "部门", None, None, 1),
        ("备注：甲", None, "部门", None, None, 2),
        ("合计", None, None, None, None, None),
        (None, "合计", None, None, None, 2),
        ("备注：以编办为准", None, None, None, None, None),
    ]
    read = read_units(parse(an_xlsx(rows, ["A1:F1", "A3:F3"]), "organizations"))
    assert ([row.name for row in read.rows], read.row_count, read.errors) == (["甲局", "备注：甲"], 2, [])


def test_columns_are_found_by_synonyms_in_any_order() -> None:
    plan, read = compared(
        [("office", "甲局", "乙局")], a_unit("乙局"), headings=("类型", "单位全称", "主管单位")
    )
    assert (read.errors, plan.created[0]["fields"]["kind"]) == ([], "office")


def test_a_blank_cell_leaves_what_the_register_has() -> None:
    office = a_unit("市网信办")
    unit = StandingUnit(uuid4(), "甲局", "department", "甲", ["甲委"], office.id, 5, False)
    plan, _ = compared([("甲局", None, None, None, None, None), ("市网信办",)], office, unit)
    assert (plan.unchanged_count, plan.updated, plan.differences) == (2, [], [])


def test_an_alias_is_added_and_never_taken_away() -> None:
    unit = a_unit("甲局", "甲委")
    plan, _ = compared([("甲局", None, None, None, "甲办")], unit)
    (change,) = plan.updated
    assert change["fields"] == {"aliases": ["甲委", "甲办"]}
    (difference,) = plan.differences
    assert (difference.field, difference.from_, difference.to) == ("aliases", ["甲委"], ["甲委", "甲办"])


def test_a_row_under_an_alias_is_the_same_organization_and_keeps_its_name() -> None:
    plan, read = compared([("甲委", None, "企业")], a_unit("甲局", "甲委"))
    assert (read.errors, plan.created) == ([], [])
    assert [change["fields"] for change in plan.updated] == [{"kind": "enterprise"}]


def test_a_new_name_beside_a_known_alias_is_a_new_name_of_the_same_organization() -> None:
    unit = a_unit("甲局")
    plan, read = compared([("甲管理局", None, None, None, "甲局")], unit)
    assert (read.errors, plan.created) == ([], [])
    assert [(change["id"], change["fields"]) for change in plan.updated] == [
        (str(unit.id), {"name": "甲管理局"})
    ]


def test_what_the_file_no_longer_has_is_reported_and_stays() -> None:
    gone = a_unit("乙局")
    plan, _ = compared([("甲局",)], a_unit("甲局"), gone, a_unit("旧局", closed=True))
    assert (plan.missing_count, plan.changes) == (1, [])
    assert [(each.kind, each.organization_id) for each in plan.differences] == [("missing", gone.id)]


@pytest.mark.parametrize(
    ("rows", "cell", "message"),
    [
        ([("甲局", None, "部门"), ("甲局", None, "部门")], "A3", "stands in rows 2 and 3"),
        ([("甲局", None, "部门"), ("乙局", None, "部门", None, "甲局")], "E3", "is a name of row 2 too"),
        (
            [("甲局", None, "部门", None, "丙"), ("乙局", None, "部门", None, "丙")],
            "E3",
            "is a name of row 2 too",
        ),
        ([("甲局", None, "部门", None, "老局"), ("老局",)], "E2", "is a name of row 3 too"),
        ([("老局",), ("老委",)], "A3", "are both '老局'"),
        ([("甲局", None, "部门", "老局", "老委、乙委")], "E2", "'老委' is a name of '老局' on the register"),
        ([("甲局", None, "衙门")], "C2", "expected one of"),
        ([("甲局", None, None)], "C2", "needs its kind"),
        ([("甲局", None, "部门", "没有的局")], "D2", "is no organization of this file or the register"),
        ([("甲局", None, "部门", "老居")], "D2", "like it: 老局"),
        ([("甲局", None, "部门", "甲局")], "D2", "names the organization itself"),
        ([("甲", None, "部门", "乙"), ("乙", None, "部门", "甲")], "D2", "makes a ring: 甲 → 乙 → 甲"),
        ([("老局", None, None, "乙局")], "D2", "makes a ring"),
        ([(None, "简", "部门")], "A2", "is blank"),
        ([("甲\u202e局", None, "部门")], "A2", "direction"),
        ([(45544, None, "部门")], "A2", "expected text"),
        ([("长" * 301, None, "部门")], "A2", "at most 300"),
        ([("甲局", None, "部门", None, None, "前")], "F2", "expected a whole number"),
        ([("甲局", None, "部门", None, None, -1)], "F2", "expected a whole number"),
        ([("甲局", None, "部门", None, "、".join(f"名{n}" for n in range(51)))], "E2", "at most 50"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(rows: list[tuple[object, ...]], cell: str, message: str) -> None:
    old = a_unit("老局", "老委")
    below = a_unit("乙局", "乙委", parent=old.id)
    _, read = compared(rows, old, below)
    assert cell in [error.cell for error in read.errors]
    assert message in next(error.message for error in read.errors if error.cell == cell)


def test_a_name_that_differs_in_its_writing_only_is_the_registers_and_pointed_out() -> None:
    known = a_unit("甲局（网信办）", "甲办 “新”")
    for written in ("甲局(网信办)", "甲局【网信办】 ", "甲 办新"):
        plan, read = compared([(written, "甲", "部门", None, "甲局")], known)
        assert (plan.created, read.errors) == ([], [])
        assert plan.updated[0]["fields"] == {"short_name": "甲", "aliases": [*known.aliases, "甲局"]}
        assert [(warning.code, warning.rows) for warning in read.warnings] == [("other_writing", [2])]
        assert "甲局（网信办）" in read.warnings[0].message


def test_two_rows_whose_names_differ_in_their_writing_only_are_one_too_many() -> None:
    rows = [
        ("甲局（网信办）", None, "部门"),
        ("甲局(网信办)", None, "部门"),
        ("乙局", None, "部门", None, "甲局〔网信办〕"),
    ]
    _, read = compared(rows)
    assert [cell for cell, _ in errors_of(read)] == ["A3", "E4"]
    assert "rows 2 and 3" in errors_of(read)[0][1]
    _, read = compared(
        [("丙局", None, "部门", None, "甲局(网信办)"), ("丁局", None, "部门")],
        a_unit("甲局（网信办）"),
        a_unit("丙局"),
    )
    assert [cell for cell, _ in errors_of(read)] == ["E2"]
    assert "甲局（网信办）" in errors_of(read)[0][1]


def test_twins_that_the_register_has_already_are_told_apart_by_their_writing() -> None:
    twins = a_unit("甲局（网信办）"), a_unit("甲局(网信办)")
    plan, read = compared([(each.name, None, "部门") for each in twins], *twins)
    assert (read.errors, plan.created, plan.updated, plan.unchanged_count) == ([], [], [], 2)


def test_a_parent_may_be_written_with_other_brackets() -> None:
    above = a_unit("甲局（网信办）")
    plan, read = compared([("乙局", None, "部门", "甲局(网信办)")], above)
    assert (read.errors, plan.created[0]["fields"]["parent_id"]) == ([], str(above.id))


@pytest.mark.parametrize(
    "aliases",
    [
        [],
        ["甲"],
        ["甲", "乙（一、二）"],
        ["甲、乙"],
        ["甲、乙", "丙/丁；戊"],
        [" 前后 "],
        ["甲（未闭、乙", "丙"],
        ["=1+1", "'", "；"],
    ],
)
def test_aliases_are_written_so_that_they_are_read_again(aliases: list[str]) -> None:
    assert list(split_aliases(join_aliases(aliases))) == aliases


def test_each_kind_is_known_by_its_code_and_by_its_own_word_and_no_word_means_two() -> None:
    assert all(BY_WORD[kind] == kind == BY_WORD[word_of(kind)] for kind in WORDS)
    words = [word for each in WORDS.values() for word in each]
    assert len(words) == len(set(words))


def test_the_examples_register_is_read_whole() -> None:
    read = read_units(parse((EXAMPLES / "organizations.csv").read_bytes(), "organizations"))
    plan = compare(read, [], Directory([]))
    assert (read.errors, len(plan.created)) == ([], 61)
    assert plan.created[0]["fields"]["aliases"] == ["苏州市委网信办", "市委网信办"]


def test_ten_thousand_rows_are_compared_with_ten_thousand_units_in_a_few_seconds() -> None:
    rows = [
        (f"第{n}局", None, "部门", f"第{n // 10}局" if n else None, f"{n}委、{n}办") for n in range(10_000)
    ]
    read = read_units(parse(a_csv([HEADINGS, *rows]).encode(), "organizations"))
    began = time.process_time()
    made = compare(read, [], Directory([])).created
    standing = [
        StandingUnit(UUID(each["id"]), fields["name"], "department", None, fields["aliases"], None, 1, False)
        for each in made
        for fields in [each["fields"]]
    ]
    again = compare(read, standing, Directory([]))
    assert (len(made), len(again.updated)) == (10_000, 9_999)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_may_be_parted_by_commas_tabs_or_semicolons(delimiter: str) -> None:
    rows = [("名单; 2024, 二", ""), ("单位名称", "类别"), ("甲,乙;丙局", "部门")]
    content = a_csv(rows, delimiter=delimiter).encode("gb18030")
    read = read_units(parse(content, "organizations"))
    assert [(row.name, row.kind, row.row) for row in read.rows] == [("甲,乙;丙局", "department", 3)]


def test_the_mark_before_a_text_that_looks_like_a_formula_is_no_part_of_it() -> None:
    rows = [("单位名称", "类别"), ("'=1+1", "部门"), ("''@甲", "部门"), ("'甲", "部门")]
    read = read_units(parse(a_csv(rows).encode(), "organizations"))
    assert [row.name for row in read.rows] == ["=1+1", "'@甲", "'甲"]
