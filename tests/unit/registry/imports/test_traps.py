"""The traps of the office's own annex, each by its name: what a naive reading would get wrong without a word."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.registry.activities import Host
from services.registry.imports.hosts import split_hosts
from services.registry.imports.review import Open, resolve_hosts
from services.registry.imports.verdicts import OutsideParty, Verdict, Verdicts
from services.registry.organizations.names import Directory, Entry

ANNEX = Path(__file__).parents[4] / "examples/suzhou-2024/activities.csv"


def hosts_of(serial: int) -> str:
    """The host cell of a row, verbatim."""
    with ANNEX.open(encoding="utf-8", newline="") as file:
        return next(row["主办单位"] for row in csv.DictReader(file) if row["序号"] == str(serial))


def a_unit(name: str, kind: Any = "department", **fields: Any) -> Entry:
    return Entry(uuid4(), name, kind, **fields)


def resolved(text: str, *units: Entry, verdicts: dict[str, Verdict] | None = None) -> list[Any]:
    """For each host the unit or party; for what is open, its text."""
    found = resolve_hosts(text, Directory(units, ["苏州市"]), Verdicts(verdicts or {}))
    return [
        item.resolved.name if isinstance(item, Open) else item.organization_id or item.outside_party
        for item in found
    ]


def test_row_57_a_mark_inside_brackets_parts_no_names() -> None:
    parts = [part.text for part in split_hosts(hosts_of(57))]
    assert parts == ["相城区委宣传部（网信办）", "相城区各镇（街道、区）"]


@pytest.mark.parametrize("serial", [77, 78])
def test_rows_77_and_78_hosts_parted_by_a_space_are_two_only_where_both_stand_as_names(serial: int) -> None:
    text = hosts_of(serial)
    one, other = (a_unit(name, "other") for name in text.split())
    assert resolved(text, one) == [text]
    assert resolved(text, one, other) == [one.id, other.id]


def test_row_28_a_prefix_said_once_is_meant_for_the_whole_list() -> None:
    citys, own = a_unit("苏州市应急管理局"), a_unit("张家港市应急管理局")
    found = resolved(hosts_of(28), citys, own)
    assert own.id in found
    assert citys.id not in found
    assert "张家港市住房和城乡建设局" in found


@pytest.mark.parametrize("serial", [10, 107])
def test_rows_10_and_107_half_width_brackets_are_full_width_ones(serial: int) -> None:
    text = hosts_of(serial)
    assert "吴江区委宣传部(网信办)" in text
    wujiang = a_unit("吴江区委宣传部（网信办）", "district")
    assert wujiang.id in resolved(text, wujiang)


@pytest.mark.parametrize("serial", [10, 107])
def test_rows_10_and_107_jiashan_in_another_province_is_no_unit_of_the_register(serial: int) -> None:
    text = hosts_of(serial)
    alike = a_unit("吴江区委宣传部（网信办）", "district"), a_unit("嘉定区委宣传部（网信办）", "district")
    (name,) = (part.text for part in split_hosts(text) if part.text.startswith("嘉善县"))
    assert name in resolved(text, *alike)
    outside = OutsideParty("浙江省嘉善县委宣传部")
    assert outside.name in resolved(text, *alike, verdicts={name: outside})


def test_three_names_of_one_broadcaster_are_one_only_when_somebody_says_so() -> None:
    written = "苏州市广播电视总台", "苏州广播电视总台", "苏州市广播电视台"
    assert hosts_of(44) == written[0]
    assert hosts_of(91).endswith(written[1])
    unit = a_unit(written[0], "media")
    assert resolved("、".join(written), unit) == [unit.id, *written[1:]]
    declared = a_unit(written[0], "media", aliases=written[1:])
    assert resolved("、".join(written), declared) == [declared.id]


def test_a_districts_network_office_is_not_its_publicity_department_that_bears_it_in_brackets() -> None:
    assert "相城区委网信办" in hosts_of(74)
    department = a_unit("相城区委宣传部（网信办）", "district")
    assert "相城区委网信办" in resolved(hosts_of(74), department)
    directory = Directory([department], ["苏州市"])
    (candidate,) = directory.resolve("相城区委网信办").candidates
    assert candidate.organization_id == department.id
    declared = a_unit("相城区委宣传部（网信办）", "district", aliases=("相城区委网信办",))
    assert Directory([declared], ["苏州市"]).resolve("相城区委网信办").matched_by == "alias"


@pytest.mark.parametrize("serial", [56, 80, 91])
def test_rows_56_80_and_91_a_quote_that_is_never_opened_swallows_nothing(serial: int) -> None:
    names = [part.text for part in split_hosts(hosts_of(serial))]
    units = [a_unit(name, "other") for name in names]
    hosts = resolve_hosts(hosts_of(serial), Directory(units, ["苏州市"]), Verdicts())
    assert [host.organization_id for host in hosts if isinstance(host, Host)] == [unit.id for unit in units]


def test_a_quote_in_a_name_that_is_never_closed_is_no_other_name() -> None:
    unit = a_unit("苏州市“扫黄打非”办公室")
    for written in ("苏州市扫黄打非”办公室", "苏州市“扫黄打非办公室", '苏州市"扫黄打非"办公室'):
        assert resolved(written, unit) == [unit.id]
