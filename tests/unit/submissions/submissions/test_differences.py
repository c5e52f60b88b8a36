"""Differences: every line of both texts is told, and the longest texts do not hold up the others."""

import time

import hypothesis.strategies as st
from hypothesis import given

from services.submissions.submissions.differences import compare_section

TEXTS = st.lists(st.sampled_from(["一", "二", "三", ""]), min_size=1, max_size=8).map("\n".join)


@given(TEXTS, TEXTS)
def test_kept_and_removed_are_the_one_text_kept_and_added_the_other(before: str, after: str) -> None:
    shown = compare_section("内容", before, after)
    assert shown.change == ("same" if before == after else "changed")
    if before != after:
        told = [(line.change, line.text) for line in shown.lines]
        assert "\n".join(text for change, text in told if change != "added") == before
        assert "\n".join(text for change, text in told if change != "removed") == after


def test_a_section_that_only_one_version_has_is_added_or_removed_whole() -> None:
    assert compare_section("内容", None, "一\n二").change == "added"
    removed = compare_section("内容", "一\n二", None)
    assert (removed.change, {line.change for line in removed.lines}) == ("removed", {"removed"})


def test_fifty_thousand_lines_of_few_kinds_are_compared_at_once() -> None:
    before = "\n".join(str(number % 7) for number in range(50_000))
    after = "\n".join(str(number % 5) for number in range(50_000))
    started = time.process_time()
    shown = compare_section("内容", before, after)
    assert time.process_time() - started < 4
    assert len([line for line in shown.lines if line.change != "added"]) == 50_000


def test_what_begins_and_ends_alike_is_kept_however_long() -> None:
    lines = [str(number) for number in range(5_000)]
    shown = compare_section("内容", "\n".join(lines), "\n".join([*lines[:2_500], "新", *lines[2_500:]]))
    assert [line.text for line in shown.lines if line.change != "kept"] == ["新"]
