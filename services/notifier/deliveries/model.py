"""Deliveries: over which of a contact's channels, when to try again, and when to give up."""

from collections.abc import Sequence
from typing import Any

RETRY_SECONDS = (5, 30, 120, 600, 1_800, 3_600, 3_600, 7_200, 14_400)
"""Real seconds between tries; after the last one it is given up, about nine hours in."""


def retry_after(attempts: int, spread: float, asked_seconds: float = 0.0) -> float | None:
    """Seconds until the next try after so many, spread by a factor around 1; None: no more tries.

    `asked_seconds` is what the other side asked for: it is never tried again sooner.
    """
    if attempts > len(RETRY_SECONDS):
        return None
    return max(RETRY_SECONDS[attempts - 1] * spread, asked_seconds)


def find_channel(channels: Sequence[dict[str, Any]], kind: str, number: int) -> dict[str, Any] | None:
    """The channel that was meant, the `number`th; where it stands there no more, another of its kind, or None."""
    meant = channels[number - 1 : number]
    same = [channel for channel in (*meant, *channels) if channel["kind"] == kind]
    return same[0] if same else None
