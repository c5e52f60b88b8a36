"""Identities: UUIDv7, so that rows made together lie together; and what is drawn by chance."""

import os
from uuid import UUID

import uuid_utils
import uuid_utils.compat


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()


def new_name() -> str:
    """The same as text, where nobody wants more of it."""
    return str(uuid_utils.uuid7())


class Chance:
    """Random bytes of the system, fetched many at a time: each fetching is a call of the kernel."""

    def __init__(self, fetched: int = 4096) -> None:
        self._fetched = fetched
        self._left = b""

    def draw(self, count: int) -> bytes:
        """So many bytes, each given out once; `count` is at most what is fetched at a time."""
        if len(self._left) < count:
            self._left = os.urandom(self._fetched)
        drawn, self._left = self._left[:count], self._left[count:]
        return drawn


CHANCE = Chance()
