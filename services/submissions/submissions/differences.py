"""Differences between two versions, section by section and line by line. Pure."""

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal
from uuid import UUID

from contracts.submissions.submissions import Difference, DifferentLine, SectionDifference, SubmissionVersion

MOST_LINES = 1_000
"""Lines in which a longest match is looked for: the search grows with their square, and others wait for it."""


def compare(id: UUID, one: SubmissionVersion, other: SubmissionVersion) -> Difference:
    """What `other` says other than `one`; sections in the order of `one`, then those that only `other` has."""
    before, after = json.loads(one.content), json.loads(other.content)
    names = dict.fromkeys([*before["sections"], *after["sections"]])
    return Difference(
        id=id,
        from_version=one.version,
        to_version=other.version,
        nil_return_from=before["nil_return"],
        nil_return_to=after["nil_return"],
        sections=[
            compare_section(name, before["sections"].get(name), after["sections"].get(name)) for name in names
        ],
        attachments_added=_only_in(after, before),
        attachments_removed=_only_in(before, after),
    )


def compare_section(name: str, before: str | None, after: str | None) -> SectionDifference:
    """One section in two versions; None: it has none."""
    if before == after:
        return SectionDifference(section=name, change="same", lines=[])
    change: Literal["added", "removed", "changed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    lines = list(_compare_lines(_lines(before), _lines(after)))
    return SectionDifference(section=name, change=change, lines=lines)


def _compare_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[DifferentLine]:
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    yield from _say("kept", before[:start])
    yield from _compare_middle(before[start : len(before) - end], after[start : len(after) - end])
    yield from _say("kept", before[len(before) - end :])


def _compare_middle(before: Sequence[str], after: Sequence[str]) -> Iterator[DifferentLine]:
    if max(len(before), len(after)) > MOST_LINES:
        yield from _say("removed", before)
        yield from _say("added", after)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            yield from _say("kept", before[i1:i2])
        else:
            yield from _say("removed", before[i1:i2])
            yield from _say("added", after[j1:j2])


def _say(change: Literal["kept", "added", "removed"], lines: Sequence[str]) -> Iterator[DifferentLine]:
    return (DifferentLine(change=change, text=line) for line in lines)


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        count += 1
    return count


def _lines(text: str | None) -> list[str]:
    # By line feed alone: what splitlines takes for an end besides may stand within a line.
    return [] if text is None else text.split("\n")


def _only_in(content: dict[str, Any], other: dict[str, Any]) -> list[UUID]:
    return [UUID(id) for id in content["attachment_ids"] if id not in other["attachment_ids"]]
