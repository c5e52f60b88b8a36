"""Likeness: what is left out by the letters in common would not have been a candidate."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from services.registry.organizations.likeness import LIKELY, Forms

NAMES = st.text("苏州市局委办（网）aA1", max_size=12)


@given(NAMES, st.lists(NAMES, max_size=40))
def test_the_nearest_are_those_that_comparing_with_each_would_find(form: str, forms: list[str]) -> None:
    compared = {place: fuzz.ratio(form, other) for place, other in enumerate(forms)}
    likely = {place: score for place, score in compared.items() if score >= LIKELY}
    assert dict(Forms(forms).nearest(form, len(forms) + 1)) == likely


@given(NAMES, st.lists(NAMES, max_size=40), st.integers(1, 5))
def test_the_likest_come_first_and_no_more_than_were_asked_for(
    form: str, forms: list[str], limit: int
) -> None:
    near = Forms(forms).nearest(form, limit)
    scores = [score for _, score in near]
    assert len(near) <= limit
    assert scores == sorted(scores, reverse=True)


def test_the_second_of_one_letter_counts_apart() -> None:
    assert Forms(["局局局局"]).nearest("局", 1) == []
