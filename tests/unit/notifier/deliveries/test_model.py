"""When to try again, and over which channel."""

import pytest

from services.notifier.deliveries.model import RETRY_SECONDS, find_channel, retry_after

A, B = {"kind": "email", "address": "a"}, {"kind": "email", "address": "b"}
HOOK = {"kind": "webhook", "url": "h"}


def test_pauses_grow_and_end() -> None:
    pauses = [retry_after(attempts, 1.0) for attempts in range(1, len(RETRY_SECONDS) + 1)]
    assert pauses == sorted(pauses, key=lambda pause: pause or 0)
    assert retry_after(len(RETRY_SECONDS) + 1, 1.0) is None


def test_it_is_never_tried_sooner_than_was_asked() -> None:
    assert retry_after(1, 1.2, 900) == 900
    assert retry_after(4, 0.5, 10) == 300


@pytest.mark.parametrize(
    ("channels", "kind", "number", "found"),
    [
        ([A, HOOK], "email", 1, A),
        ([A, B], "email", 2, B),
        ([HOOK, A], "email", 1, A),
        ([B], "email", 2, B),
        ([A], "webhook", 1, None),
        ([], "email", 1, None),
    ],
)
def test_a_channel_that_moved_is_found_by_its_kind(
    channels: list[dict[str, str]], kind: str, number: int, found: dict[str, str] | None
) -> None:
    assert find_channel(channels, kind, number) == found
