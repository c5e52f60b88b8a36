"""Deliveries: when to try again, and when to give up."""

RETRY_SECONDS = (5, 30, 120, 600, 1_800, 3_600, 3_600, 7_200, 14_400)
"""Real seconds between tries; after the last one it is given up, about nine hours in."""


def retry_after(attempts: int, spread: float) -> float | None:
    """Seconds until the next try after so many, spread by a factor around 1; None: no more tries."""
    if attempts > len(RETRY_SECONDS):
        return None
    return RETRY_SECONDS[attempts - 1] * spread
