"""What of a register is ready, and what a person must decide."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from pydantic import ValidationError

from contracts.registry.activities import Host
from contracts.registry.imports import DecideImport, Decision
from services.registry.imports.child import parse
from services.registry.imports.register import Register, Row, read_register
from services.registry.imports.review import Review, review
from services.registry.imports.verdicts import ContradictingDecisions, new_organizations, verdicts_of
from services.registry.organizations.names import Directory, Entry

EXAMPLES = Path(__file__).parents[4] / "examples/suzhou-2024"


def a_row(hosts: str, row: int = 2, name: str = "一项活动", category: str | None = "甲") -> Row:
    return Row(row, row - 1, category, name, hosts)


def reviewed(*rows: Row, units: list[Entry] | None = None, decisions: list[Decision] | None = None) -> Review:
    directory = Directory(units or [], ["苏州市"])
    return review(Register(len(rows), list(rows)), directory, verdicts_of(decisions or []))


def a_unit(name: str, kind: Any = "department", **fields: Any) -> Entry:
    return Entry(uuid4(), name, kind, **fields)


@pytest.fixture(scope="module")
def annex() -> Register:
    return read_register(parse((EXAMPLES / "annex.xlsx").read_bytes(), "activities"))


@pytest.fixture(scope="module")
def office() -> list[Entry]:
    with (EXAMPLES / "organizations.csv").open(encoding="utf-8", newline="") as file:
        return [
            a_unit(
                unit["name"],
                unit["kind"],
                short_name=unit["short_name"] or None,
                aliases=tuple(filter(None, unit["aliases"].split(";"))),
            )
            for unit in csv.DictReader(file)
        ]


def decided(units: list[Entry]) -> list[Decision]:
    """The example's decisions as the API takes them: with ids in the place of names."""
    ids = {unit.name: unit.id for unit in units}
    taken = []
    for decision in yaml.safe_load((EXAMPLES / "decisions.yaml").read_text())["decisions"]:
        if "organization" in decision:
            decision["organization_id"] = ids[decision.pop("organization")]
        if "new_organization" in decision:
            decision["new_organization"]["parent_id"] = ids[decision["new_organization"].pop("parent")]
        taken.append(Decision.model_validate(decision))
    return taken


def created_for(decisions: list[Decision]) -> dict[str, UUID]:
    return {wanted.name: uuid4() for wanted in new_organizations(decisions)}


def test_with_the_examples_decisions_all_110_rows_are_ready(annex: Register, office: list[Entry]) -> None:
    decisions = decided(office)
    outcome = review(annex, Directory(office, ["苏州市"]), verdicts_of(decisions, created_for(decisions)))
    assert (len(outcome.ready), outcome.to_review, outcome.errors) == (110, [], [])
    hosts = [host for row in outcome.ready for host in row.hosts]
    assert all((host.organization_id is None) != (host.outside_party is None) for host in hosts)


def test_every_decision_of_the_example_is_needed_and_gives_its_reason(
    annex: Register, office: list[Entry]
) -> None:
    decisions = decided(office)
    created = created_for(decisions)
    directory = Directory(office, ["苏州市"])
    for left_out in decisions:
        others = verdicts_of([each for each in decisions if each is not left_out], created)
        assert review(annex, directory, others).to_review, left_out.text
        assert left_out.why


def test_without_decisions_a_row_is_ready_only_when_rules_resolve_all_its_hosts(
    annex: Register, office: list[Entry]
) -> None:
    outcome = review(annex, Directory(office, ["苏州市"]))
    assert len(outcome.ready) + len({item.row for item in outcome.to_review}) == 110
    assert len(outcome.ready) == 62


def test_row_57_goes_to_review_with_its_brackets_whole(annex: Register, office: list[Entry]) -> None:
    outcome = review(annex, Directory(office, ["苏州市"]))
    assert [item.text for item in outcome.to_review if item.row == 59] == ["相城区各镇（街道、区）"]


def test_rows_77_and_78_go_to_review_whole_until_both_sides_stand_as_names() -> None:
    row = a_row("张家港市委统战部 张家港市侨联")
    one, other = a_unit("张家港市委统战部"), a_unit("张家港市侨联")
    assert [item.text for item in reviewed(row, units=[one]).to_review] == [row.hosts_text]
    (ready,) = reviewed(row, units=[one, other]).ready
    assert [host.organization_id for host in ready.hosts] == [one.id, other.id]


def test_one_name_written_with_a_space_is_not_parted() -> None:
    bank = a_unit("苏州银行")
    (ready,) = reviewed(a_row("苏州 银行"), units=[bank, a_unit("苏州"), a_unit("银行")]).ready
    assert [host.organization_id for host in ready.hosts] == [bank.id]


def test_row_28_does_not_name_the_citys_bureau() -> None:
    city = a_unit("苏州市住房和城乡建设局", aliases=("住房和城乡建设局",))
    archive = a_unit("张家港市档案馆")
    row = a_row("张家港市档案馆、住房和城乡建设局")
    (item,) = reviewed(row, units=[city, archive]).to_review
    assert (item.text, item.written_as) == ("张家港市住房和城乡建设局", "住房和城乡建设局")
    own = a_unit("张家港市住房和城乡建设局")
    (ready,) = reviewed(row, units=[city, archive, own]).ready
    assert ready.hosts[1] == Host(organization_id=own.id, written_as="住房和城乡建设局")


def test_a_decision_on_a_bare_name_does_not_reach_the_same_name_under_a_place() -> None:
    decision = Decision(text="档案馆", outside_party="某档案馆")
    rows = a_row("档案馆", 2), a_row("常熟市委党校、档案馆", 3)
    outcome = reviewed(*rows, units=[a_unit("常熟市委党校", "school")], decisions=[decision])
    assert [row.row for row in outcome.ready] == [2]
    assert [(item.row, item.text) for item in outcome.to_review] == [(3, "常熟市档案馆")]


def test_a_unit_that_bears_its_own_name_is_found_in_a_list_under_a_place() -> None:
    broker = a_unit("东吴证券股份有限公司", "enterprise")
    bureau = a_unit("昆山市工业和信息化局")
    (ready,) = reviewed(a_row("昆山市工业和信息化局、东吴证券股份有限公司"), units=[broker, bureau]).ready
    assert [host.organization_id for host in ready.hosts] == [bureau.id, broker.id]


def test_rows_71_72_and_74_differ_from_the_addressee_list_in_brackets_and_in_words(
    annex: Register, office: list[Entry]
) -> None:
    outcome = review(annex, Directory(office, ["苏州市"]))
    assert 74 in {row.row for row in outcome.ready}
    assert [item.text for item in outcome.to_review if item.row == 73] == ["昆山市卫生健康委员会"]
    assert [item.text for item in outcome.to_review if item.row == 76] == ["相城区委网信办", "相城区黄埭镇"]


def test_a_decision_on_one_spelling_holds_for_the_other_brackets() -> None:
    decision = Decision(text="嘉善县委宣传部（网信办）", outside_party="嘉善县委宣传部（网信办）")
    (ready,) = reviewed(a_row("嘉善县委宣传部(网信办)"), decisions=[decision]).ready
    assert ready.hosts == [
        Host(outside_party="嘉善县委宣传部（网信办）", written_as="嘉善县委宣传部(网信办)")
    ]


def test_a_decision_may_be_on_the_whole_cell() -> None:
    decision = Decision(text="各县 各区", outside_party="各县各区")
    assert len(reviewed(a_row("各县 各区"), decisions=[decision]).ready) == 1


def test_a_blank_category_is_reviewed_and_decided_by_row() -> None:
    unit = a_unit("苏州市教育局")
    row = a_row("苏州市教育局", row=5, category=None)
    (item,) = reviewed(row, units=[unit]).to_review
    assert (item.row, item.field, item.text) == (5, "category", "")
    (ready,) = reviewed(row, units=[unit], decisions=[Decision(row=5, category="乙")]).ready
    assert ready.category == "乙"


def test_a_host_named_twice_is_one_host() -> None:
    unit = a_unit("苏州市教育局", aliases=("市教育局",))
    (ready,) = reviewed(a_row("苏州市教育局、市教育局"), units=[unit]).ready
    assert len(ready.hosts) == 1


def test_a_cell_of_separators_names_no_host() -> None:
    outcome = reviewed(a_row("、、"))
    assert [(error.column, len(outcome.ready)) for error in outcome.errors] == [("主办单位", 0)]


def test_near_duplicates_are_pointed_out_and_kept() -> None:
    unit = a_unit("苏州市教育局")
    rows = (
        a_row("苏州市教育局", 2, "2024年网络安全知识竞赛"),
        a_row("苏州市教育局", 3, "2024 年网络安全知识竞赛活动"),
        a_row("苏州市教育局", 4, "校园日"),
    )
    outcome = reviewed(*rows, units=[unit])
    assert [(warning.code, warning.rows) for warning in outcome.warnings] == [("near_duplicate", [2, 3])]
    assert (len(outcome.ready), outcome.to_review) == (3, [])


def test_activities_that_differ_by_their_number_are_no_duplicates() -> None:
    rows = [a_row("苏州市教育局", number, f"网络安全知识讲座第{number}期") for number in range(2, 9)]
    assert reviewed(*rows).warnings == []


def test_of_very_many_near_duplicates_the_rest_is_counted() -> None:
    rows = [a_row("苏州市教育局", number, "网络安全知识讲座") for number in range(2, 32)]
    warnings = reviewed(*rows).warnings
    assert (len(warnings), warnings[-1].code) == (201, "near_duplicates_more")
    assert warnings[-1].message.startswith("190 more")


def test_decisions_that_contradict_each_other_are_refused() -> None:
    one, other = Decision(text="甲", outside_party="甲"), Decision(text="甲", outside_party="乙")
    assert verdicts_of([one, one]).hosts
    with pytest.raises(ContradictingDecisions, match="'甲'"):
        verdicts_of([one, other])


@pytest.mark.parametrize(
    "decision",
    [
        '{"text": "甲"}',
        '{"outside_party": "甲"}',
        '{"row": 5}',
        '{"row": 5, "text": "甲", "category": "乙"}',
        '{"text": "甲", "outside_party": "乙", "organization_id": "0199aaaa-0000-7000-8000-000000000000"}',
        '{"text": "甲", "outside_party": "乙", "extra": 1}',
        '{"text": "甲", "new_organization": {"name": "甲", "kind": "planet"}}',
    ],
)
def test_a_decision_says_one_thing(decision: str) -> None:
    with pytest.raises(ValidationError):
        DecideImport.model_validate_json(f'{{"decisions": [{decision}]}}')
