"""Waiting by condition, never by sleeping for a guessed time."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def until(look: Callable[[], Any], seconds: float = 20.0, every: float = 0.02) -> Any:
    """What `look` finds, awaited if need be, as soon as that is true; fails when it is not in time."""
    limit = time.monotonic() + seconds
    while True:
        found = look()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > limit:
            raise AssertionError(f"still {found!r} after {seconds} s: {inspect.getsource(look).strip()}")
        await asyncio.sleep(every)
