"""Every refusal has one stable code, and docs/refusals.md lists exactly those that there are."""

import re
from collections import defaultdict

import pytest

from chassis.refusals import Refusal
from tests.support.refusals_table import FILE, OTHERS, Row, all_refusals, meaning_of, row_of, write_page

LINE = re.compile(r"^\| `([a-z_]+)` \| (\d{3}) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)


def listed() -> dict[Row, str]:
    return {
        (code, int(status)): said for code, status, said in LINE.findall(FILE.read_text(encoding="utf-8"))
    }


def test_the_page_is_written_from_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == write_page(), "run python -m tests.support.refusals_table"


@pytest.mark.parametrize("refusal", all_refusals(), ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_each_refusal_is_listed_with_what_it_means(refusal: type[Refusal]) -> None:
    assert meaning_of(refusal) in listed()[row_of(refusal)]
    assert meaning_of(refusal).endswith((".", ":"))


def test_nothing_is_listed_that_is_gone() -> None:
    assert set(listed()) == {row_of(each) for each in all_refusals()} | set(OTHERS)
    assert len(listed()) > 60


def test_a_code_is_answered_with_one_status_but_for_a_hand_in_that_came_too_late_for_what_it_had_seen() -> (
    None
):
    statuses: dict[str, set[int]] = defaultdict(set)
    for code, status in listed():
        statuses[code].add(status)
    several = {code: found for code, found in statuses.items() if len(found) > 1}
    assert several == {"stale_version": {409, 412}}
