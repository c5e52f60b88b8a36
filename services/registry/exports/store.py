"""The rows of an export, out of PostgreSQL."""

from dataclasses import dataclass

from chassis.connections import Connection
from contracts.registry.organizations import Kind


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An organization as a line of the export; `parent` is the name of an open one."""

    name: str
    short_name: str | None
    kind: Kind
    parent: str | None
    aliases: list[str]
    sort_order: int


ROWS = """
    SELECT o.name, o.short_name, o.kind, p.name AS parent, o.aliases, o.sort_order
      FROM organization o LEFT JOIN organization p ON p.id = o.parent_id AND p.closed_on IS NULL
     WHERE o.closed_on IS NULL
     ORDER BY o.sort_order, o.id
"""


async def read_rows(connection: Connection) -> list[OrganizationRow]:
    """All open organizations, in the office's own order."""
    return [OrganizationRow(*row) for row in await connection.fetch(ROWS)]
