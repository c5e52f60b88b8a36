"""Writing at once: statements of several owners sent as one, which costs one round trip and commits by itself."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from chassis.connections import Connection

_PLACE = re.compile(r"\$(\d+)")


class Parts:
    """Statements that run as one with the same arguments; a later one may name what an earlier one returns."""

    def __init__(self, **named: str) -> None:
        self.named = named
        self.places = max(int(place) for sql in named.values() for place in _PLACE.findall(sql))


class Write(NamedTuple):
    """Parts, and their arguments."""

    parts: Parts
    arguments: Sequence[Any]


async def write(connection: Connection, *writes: Write) -> None:
    """All of them or none; they run on one snapshot, so that none sees a row that another wrote."""
    arguments = [argument for each in writes for argument in each.arguments]
    await connection.execute(join(*(each.parts for each in writes)), *arguments)


@lru_cache
def join(*parts: Parts) -> str:
    """One statement: the arguments of each stand behind those of the ones before."""
    named, before = list[str](), 0
    for each in parts:
        for name, sql in each.named.items():
            named.append(f"{name} AS ({_move(sql, before)})")
        before += each.places
    return f"WITH {', '.join(named)} SELECT"


def _move(sql: str, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", sql)
