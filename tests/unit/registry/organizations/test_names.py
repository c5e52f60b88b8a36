"""What a written name means: the rules in their order, and that likeness never decides."""

from typing import Any
from uuid import uuid4

import pytest

from services.registry.organizations.names import Directory, Entry, normal_form


def a_unit(name: str, kind: Any = "department", **fields: Any) -> Entry:
    return Entry(uuid4(), name, kind, **fields)


def test_rules_are_tried_in_their_order() -> None:
    named, aliased = a_unit("市委网信办"), a_unit("苏州市委网信办", aliases=("市委网信办", "网信办"))
    decided = a_unit("吴江区委宣传部（网信办）", "district", decided=("吴江网信",))
    directory = Directory([named, aliased, decided])
    found = {
        text: directory.resolve(text)
        for text in ("市委网信办", "网信办", "吴江网信", "吴江区委宣传部(网信办)")
    }
    assert [(each.matched_by, each.organization_id) for each in found.values()] == [
        ("name", named.id),
        ("alias", aliased.id),
        ("decision", decided.id),
        ("normalized", decided.id),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "苏州市“扫黄打非”办公室(试)",
        "苏州市扫黄打非办公室（试）",
        ' 苏州市"扫黄打非"办公室（试） ',
        "苏州市 ‘扫黄打非’ 办公室【试】",
        "\u200b苏州市“扫黄打非”办公室（试)",
    ],
)
def test_brackets_spaces_quotes_and_widths_do_not_matter(written: str) -> None:
    unit = a_unit("苏州市“扫黄打非”办公室（试）")
    assert Directory([unit]).resolve(written).organization_id == unit.id


def test_a_prefix_counts_only_when_the_office_declared_it() -> None:
    unit = a_unit("苏州市教育局")
    assert Directory([unit], ["苏州市"]).resolve("教育局").matched_by == "normalized"
    bare = Directory([unit]).resolve("教育局")
    assert (bare.outcome, bare.organization_id) == ("ambiguous", None)


def test_a_prefix_does_not_end_inside_a_word() -> None:
    directory = Directory([a_unit("苏州市委党校"), a_unit("苏州市立医院", "hospital")], ["苏州市"])
    assert directory.resolve("委党校").organization_id is None
    assert directory.resolve("立医院").organization_id is None


def test_a_form_shared_by_two_units_resolves_to_neither_and_names_both() -> None:
    one, other = a_unit("新区（一）办"), a_unit("新区(一)办 ")
    found = Directory([one, other]).resolve("新区【一】办")
    assert found.outcome == "ambiguous"
    assert {candidate.organization_id for candidate in found.candidates} == {one.id, other.id}
    shared = Directory([a_unit("甲局", aliases=("老局",)), a_unit("乙局", aliases=("老局",))])
    assert (shared.resolve("老局").outcome, len(shared.resolve("老局").candidates)) == ("ambiguous", 2)


def test_three_names_of_one_broadcaster_are_only_alike() -> None:
    unit = a_unit("苏州市广播电视总台", "media")
    for written in ("苏州市广播电视台", "苏州广播电视总台"):
        found = Directory([unit], ["苏州市"]).resolve(written)
        assert (found.outcome, found.organization_id) == ("ambiguous", None)
        assert found.candidates[0].organization_id == unit.id
        assert 0.9 < found.candidates[0].score < 1


def test_nothing_alike_is_unknown() -> None:
    found = Directory([a_unit("苏州市教育局")]).resolve("Acme")
    assert (found.outcome, found.candidates) == ("unknown", [])


def test_candidates_are_few_and_the_likest_comes_first() -> None:
    units = [a_unit(f"苏州市第{number}人民医院", "hospital") for number in range(20)]
    scores = [candidate.score for candidate in Directory(units).resolve("苏州市人民医院").candidates]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


def test_closed_units_are_not_found() -> None:
    assert Directory([a_unit("苏州市教育局", closed=True)]).resolve("苏州市教育局").outcome == "unknown"


def test_normal_form_is_stable() -> None:
    once = normal_form("Ｅ鹿（护 航）“Ａ”")
    assert (once, normal_form(once)) == ("e鹿(护航)a", once)
