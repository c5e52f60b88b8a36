"""What an office's own text may say, where it is wrong, and that it ends soon."""

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.texts.handlers import show_examples
from services.notifier.texts.language import BODY_LIMIT, BrokenText, check, write


def written(source: str, kind: str = "submission_returned", number: int = 0, **details: Any) -> str:
    shown = show_examples(kind)[number]
    shown["details"] |= details
    return write(source, kind, shown, "zh-CN", BODY_LIMIT)


def fault(source: str, kind: str = "submission_returned", **details: Any) -> tuple[int | None, str]:
    with pytest.raises(BrokenText) as caught:
        written(source, kind, **details)
    return caught.value.line, caught.value.said


def test_a_text_shows_values_asks_and_goes_through_a_list() -> None:
    source = """
{% if item.details.correct_by %}{{ item.title|upper }} {{ item.details.correct_by }}{% endif %}

{% for reason in item.details.reasons %}
{{ loop.index }}. {{ reason.section or "-" }} {{ reason.reason }}
{% else %}nothing{% endfor %}
"""
    assert written(source).splitlines() == [
        "活动总结 2024-09-18 18:00",
        "1. 创新做法 请补充数据",
        "2. - 请统一单位名称",
    ]
    assert written(source, number=1) == "nothing"


def test_none_shows_as_nothing_and_yes_or_no_is_asked_for() -> None:
    assert written("x{{ item.details.correct_by }}", number=1) == "x"
    assert written("{% if item.details.on_time %}y{% else %}n{% endif %}", "submission_received") == "y"
    assert "yes or no" in fault("{{ item.details.on_time }}", "submission_received")[1]
    assert "a list" in fault("{{ item.details.reasons }}")[1]
    assert "is no text" in fault("{{ item.title.format }}")[1]


def test_the_severity_of_an_incident_has_its_word() -> None:
    assert written("{{ grades[item.details.severity] }}", "incident_reported") == "较大"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\nb {{ item.title", 2, "unexpected end of template"),
        ("a\n{% if item.title %}\nb", 3, "Unexpected end of template"),
        (
            "{{ item.nothing }}",
            1,
            "nothing is not known here; expected about, campaign, details, occasion, title",
        ),
        (
            "a\n\n{{ item.details.sections }}",
            3,
            "sections is not known here; expected correct_by, reasons, stage",
        ),
        ("{{ item.title | join(item.title) }}", 1, "join takes a list that is shown"),
        ("{{ item.title | join(',') | join(',') }}", 1, "join takes a list that is shown"),
        ("{{ settings }}", 1, "settings is not known; expected one of channels, grades, item"),
        ("{{ loop.index }}", 1, "loop is not known"),
        (
            "a\n{% for r in item.details.reasons %}\n{{ r.nothing }}{% endfor %}",
            3,
            "has no attribute 'nothing'",
        ),
        ("{{ item.__class__ }}", 1, "__class__ is not offered here"),
        ("{{ item['__class__'] }}", 1, "is unsafe"),
        ("{{ item.title|replace('a', 'b') }}", 1, "the filter replace is not offered"),
        ("{{ item.title is callable }}", 1, "the test callable is not offered"),
        ("{% include 'x' %}", 1, "include is not offered here"),
        ("{% import 'x' as y %}", 1, "import is not offered here"),
        ("{% macro f() %}{% endmacro %}", 1, "macro is not offered here"),
        ("{% set x = 1 %}", 1, "assign is not offered here"),
        ("  \n{% if item.details.stage == 7 %}x{% endif %}", None, "writes nothing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source: str, line: int | None, said: str) -> None:
    found = fault(source)
    assert found[0] == line
    assert said in found[1]


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(10**9) %}x{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'a' * 10**10 }}",
        "{{ 10**10**10 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ item.title|center(1000000000) }}",
        "{{ item.title.format(1) }}",
        "{{ item.title.ljust(1000000000) }}",
        "{% for a in item.details.reasons recursive %}{{ loop(item.details.reasons) }}{% endfor %}",
        "{% for a in item.title * 99999 %}x{% endfor %}",
        "{% set x = 'aaaa' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% for item in item.details.reasons %}x{% endfor %}",
        "{% for a in item.details.reasons %}{% for b in item.details.reasons %}x{% endfor %}{% endfor %}",
    ],
)
def test_what_could_run_for_ever_or_break_out_is_refused_before_it_runs(source: str) -> None:
    started = time.process_time()
    with pytest.raises(BrokenText):
        check(source, "submission_returned")
    assert time.process_time() - started < 1


def test_the_longest_text_over_the_longest_data_is_cut_off_in_bounded_time() -> None:
    reasons = [{"number": 1, "section": "s", "reason": "r" * 2_000}] * 50
    source = "{% for r in item.details.reasons %}" + "{{ r.reason }}" * 300 + "{% endfor %}"
    started = time.process_time()
    assert fault(source, reasons=reasons)[1] == "writes more than 20000 characters"
    idle = "x{% for c in item.title %}" + "{% if c %}{% endif %}" * 200 + "{% endfor %}"
    assert written(idle.replace("item.title", "item.details.correct_by"), correct_by="c" * 2_000) == "x"
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 2_400 + "item.title" + ")" * 2_400 + " }}",
        "{{ " + "not " * 1_200 + "item.title }}",
        "{% if item.title %}" * 150 + "x" + "{% endif %}" * 150,
        "{{ " + "9" * 4_900 + " }}",
        "{{ 1e999 }}",
        "{{ item.title" + "|upper" * 800 + " }}",
        "{{ item.title if item.due else " * 150 + "1" + " }}" * 150,
        "{{ '\\ud800' }}",
    ],
)
def test_a_text_of_any_shape_is_written_or_refused_and_nothing_else(source: str) -> None:
    with suppress(BrokenText):
        assert written(source, "due_before").strip()


TAGS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "for r in item.details.reasons",
    "endfor",
    "if",
    "else",
    "endif",
    "set x=",
]
VALUES = [
    "item",
    ".title",
    ".details",
    "r.reason",
    "loop.index",
    "grades",
    "range(9)",
    "x",
    "1",
    "1.5",
    "'",
    "none",
]
SIGNS = ["|", "upper", "(", ")", "[0]", "~", "==", "-", "**", "is", "not", "and", "\n", " "]
PARTS = st.sampled_from([*TAGS, *VALUES, *SIGNS])


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=40).map(" ".join))
def test_whatever_is_typed_is_written_or_refused(source: str) -> None:
    with suppress(BrokenText):
        assert written(source).strip()
