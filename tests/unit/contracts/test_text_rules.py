"""Text that nothing is doubtful about takes a short way; it may let through nothing that the rules refuse."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from contracts.shapes import keep_prose

RULES = (
    re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]"),
    re.compile(r"[\ud800-\udfff]"),
    re.compile(r"[\u202a-\u202e\u2066-\u2069]"),
    re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{31}"),
)
UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LETTERS = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from(
        "各单位 \t\n\r\u3000e\u0301\u200b\u200f\u2028\u202a\u202e\u2060\u2066\u2069\ufeff\x00\x7f\x85\ud800"
    ),
    st.sampled_from(["\u0301" * 30, "\u0301" * 31, "\u20d0" * 31]),
)


def refuses(text: str) -> bool:
    return any(rule.search(text) for rule in RULES) or not UNSEEN.sub("", text).strip()


@given(st.lists(LETTERS, max_size=40).map("".join))
def test_the_short_way_refuses_exactly_what_the_rules_refuse_one_by_one(text: str) -> None:
    try:
        kept = keep_prose(text)
    except ValueError:
        assert refuses(text)
    else:
        assert not refuses(text)
        assert kept == unicodedata.normalize("NFC", text)
