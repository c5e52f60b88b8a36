"""Reading a log from its first event to its last, each once, though positions become visible out of order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from chassis.connections import Connection

BATCH = 500

READ_ON = """
    SELECT position, type, CASE WHEN type = ANY ($2) THEN body END AS body
      FROM events WHERE position > $1 ORDER BY position LIMIT $3
"""
READ_AT = """
    SELECT position, type, CASE WHEN type = ANY ($2) THEN body END AS body
      FROM events WHERE position = ANY ($1) ORDER BY position
"""


@dataclass(slots=True)
class LogReader:
    """Where a reader of one log stands. A position passed over is looked for again: it may still be committed."""

    connection: Connection
    types: Sequence[str]
    last: int = 0
    passed_over: set[int] = field(default_factory=set)

    async def read(self) -> list[tuple[str, bytes]]:
        """The next events of the wanted types, as type and body; empty when the log is read to its end."""
        while rows := await self.connection.fetch(READ_ON, self.last, list(self.types), BATCH):
            self.passed_over.update(range(self.last + 1, rows[-1]["position"]))
            self.last = rows[-1]["position"]
            if events := self._take(rows):
                return events
        return self._take(await self.connection.fetch(READ_AT, sorted(self.passed_over), list(self.types)))

    def _take(self, rows: Sequence[asyncpg.Record]) -> list[tuple[str, bytes]]:
        self.passed_over.difference_update(row["position"] for row in rows)
        return [(row["type"], row["body"]) for row in rows if row["body"] is not None]
