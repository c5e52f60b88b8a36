"""When to try again, and over which channel."""

from typing import Any

import pytest

from services.notifier.deliveries.model import RETRY_SECONDS, find_channel, retry_after

A, B = {"kind": "email", "address": "a", "nth": 1}, {"kind": "email", "address": "b", "nth": 2}
HOOK = {"kind": "webhook", "url": "h", "nth": 3}
BOUNCED = {**A, "bounced_at": "2024-09-06T09:00:00+08:00"}


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = [retry_after(attempts, 1.0) for attempts in range(1, len(RETRY_SECONDS) + 3)]
    assert pauses == [*RETRY_SECONDS, RETRY_SECONDS[-1], RETRY_SECONDS[-1]]


def test_it_is_never_tried_sooner_than_was_asked() -> None:
    assert retry_after(1, 1.2, 900) == 900
    assert retry_after(4, 0.5, 10) == 300


@pytest.mark.parametrize(
    ("channels", "kind", "number", "found"),
    [
        ([A, HOOK], "email", 1, A),
        ([A, B], "email", 2, B),
        ([HOOK, B], "email", 1, B),
        ([A], "webhook", 1, None),
        ([BOUNCED, B], "email", 1, BOUNCED),
        ([BOUNCED, HOOK], "email", 4, None),
        ([], "email", 1, None),
    ],
)
def test_a_channel_is_found_by_its_number_or_else_by_its_kind(
    channels: list[dict[str, Any]], kind: str, number: int, found: dict[str, Any] | None
) -> None:
    assert find_channel(channels, kind, number) == found
