"""Proof: a table's rows as digests of id and version by bucket, so that two copies are compared cheaply."""

from dataclasses import dataclass
from uuid import UUID

from chassis.connections import Connection

BUCKETS = 256


@dataclass(frozen=True, slots=True)
class Kept:
    """A table that holds aggregates of one noun; `version` is the column that orders their states."""

    noun: str
    table: str
    version: str = "version"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The rows whose id falls into one bucket: how many, and a digest over their ids and versions."""

    number: int
    row_count: int
    digest: str


async def digest(connection: Connection, kept: Kept) -> dict[int, Bucket]:
    """All buckets of a table that hold any row."""
    rows = await connection.fetch(
        f"""
        SELECT get_byte(decode(md5(id::text), 'hex'), 0) AS number, count(*) AS row_count,
               md5(string_agg(id::text || ':' || {kept.version}, ',' ORDER BY id)) AS digest
          FROM {kept.table} GROUP BY 1
        """  # noqa: S608 - the names are the services' own constants
    )
    return {row["number"]: Bucket(**dict(row)) for row in rows}


async def read_bucket(connection: Connection, kept: Kept, number: int) -> dict[UUID, int]:
    """The ids of one bucket with their versions."""
    rows = await connection.fetch(
        f"""
        SELECT id, {kept.version} AS version FROM {kept.table}
         WHERE get_byte(decode(md5(id::text), 'hex'), 0) = $1
        """,  # noqa: S608 - the names are the services' own constants
        number,
    )
    return {row["id"]: row["version"] for row in rows}


async def find_differences(
    owner: Connection, owned: Kept, copy: Connection, copied: Kept, limit: int = 10
) -> list[str]:
    """Rows in which a copy differs from its owner, in words, at most `limit`; empty when none."""
    there, here = await digest(owner, owned), await digest(copy, copied)
    differences: list[str] = []
    for number in sorted(set(there) | set(here)):
        if there.get(number) == here.get(number):
            continue
        expected = await read_bucket(owner, owned, number)
        found = await read_bucket(copy, copied, number)
        differences += [
            f"{owned.noun} {id}: version {found.get(id, 'missing')}, expected {expected.get(id, 'none')}"
            for id in sorted(set(expected) | set(found))
            if expected.get(id) != found.get(id)
        ]
        if len(differences) >= limit:
            break
    return differences[:limit]
