"""Deliveries: over which of a contact's channels, and when to try again."""

from collections.abc import Sequence
from typing import Any

RETRY_SECONDS = (5, 30, 120, 600, 1_800, 3_600)
"""Real seconds between tries; the last one again and again."""


def retry_after(attempts: int, spread: float, asked_seconds: float = 0.0) -> float:
    """Seconds until the next try after so many, spread by a factor around 1.

    `asked_seconds` is what the other side asked for: it is never tried again sooner.
    """
    return max(RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1] * spread, asked_seconds)


def find_channel(channels: Sequence[dict[str, Any]], kind: str, number: int) -> dict[str, Any] | None:
    """The channel that was meant, by its number; where it is there no more, another of its kind that takes messages."""
    of_kind = [channel for channel in channels if channel["kind"] == kind]
    meant = [channel for channel in of_kind if channel["nth"] == number]
    usable = [channel for channel in of_kind if "bounced_at" not in channel]
    return next(iter(meant or usable), None)
