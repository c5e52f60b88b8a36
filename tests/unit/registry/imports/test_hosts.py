"""How a host cell parts into names: the traps of the annex, one by one."""

import time

import pytest

from services.registry.imports.hosts import place_of, split_hosts, split_spaces


def names(text: str) -> list[str]:
    return [part.text for part in split_hosts(text)]


@pytest.mark.parametrize("mark", ["、", "，", ",", ";", "；", "/", "\n", "\r\n", "、 ", " ； "])
def test_each_mark_parts_two_names(mark: str) -> None:
    assert names(f"苏州市教育局{mark}苏州市公安局") == ["苏州市教育局", "苏州市公安局"]


@pytest.mark.parametrize("brackets", ["（）", "()", "（)", "【】", "［］", "〔〕", "《》"])
def test_a_mark_inside_brackets_does_not_part(brackets: str) -> None:
    text = f"相城区各镇{brackets[0]}街道、区{brackets[1]}"
    assert names(f"相城区委宣传部（网信办）、{text}") == ["相城区委宣传部（网信办）", text]


def test_a_bracket_never_closed_holds_the_rest_and_one_never_opened_holds_nothing() -> None:
    assert names("甲局（一、二") == ["甲局（一、二"]
    assert names("甲局）、乙局") == ["甲局）", "乙局"]


def test_a_space_does_not_part_by_itself() -> None:
    assert names("张家港市委统战部 张家港市侨联") == ["张家港市委统战部 张家港市侨联"]
    assert split_spaces("张家港市委统战部 张家港市侨联") == ["张家港市委统战部", "张家港市侨联"]


def test_the_spaces_after_marks_in_row_60_make_no_names() -> None:
    assert names("苏州市自然资源和规划局、 苏州市园林绿化局、") == [
        "苏州市自然资源和规划局",
        "苏州市园林绿化局",
    ]


def test_a_place_said_once_at_the_head_is_carried_to_bare_names_only() -> None:
    parts = split_hosts(
        "张家港市档案馆、住房和城乡建设局、保税区、江苏有线张家港分公司、江苏科技大学（张家港）"
    )
    assert [part.full for part in parts] == [
        "张家港市档案馆",
        "张家港市住房和城乡建设局",
        "张家港市保税区",
        "江苏有线张家港分公司",
        "江苏科技大学（张家港）",
    ]


def test_a_place_said_more_than_once_is_not_carried() -> None:
    parts = split_hosts("苏州市文联、东吴证券股份有限公司、苏州市统计局")
    assert [(part.full, part.place) for part in parts] == [
        ("苏州市文联", None),
        ("东吴证券股份有限公司", "苏州市"),
        ("苏州市统计局", None),
    ]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("张家港市档案馆", "张家港市"),
        ("吴江区委宣传部", "吴江区"),
        ("嘉善县委宣传部", "嘉善县"),
        ("苏州工业园区宣传和统战部", "苏州工业园区"),
        ("新市民事务中心", None),
        ("市级机关事务管理中心", None),
        ("城市管理局", None),
        ("规划和城市管理局", None),
        ("社区教育中心", None),
        ("保税区", None),
    ],
)
def test_a_place_is_known_by_its_ending(name: str, place: str | None) -> None:
    assert place_of(name) == place


def test_a_place_that_the_office_knows_comes_first() -> None:
    assert place_of("高新区工委宣传部", ["高新区工委", "高新区"]) == "高新区工委"


def test_a_list_is_parted_as_fast_when_the_office_knows_thousands_of_towns() -> None:
    places = frozenset(f"第{number}镇" for number in range(5_000))
    began = time.process_time()
    for number in range(5_000):
        split_hosts(f"第{number}镇政府、派出所、第{number}镇中心小学", places)
    assert time.process_time() - began < 2
