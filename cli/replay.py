"""`rollcall replay`: have a service tell its events again; who knows them already is not changed by it."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chassis import outbox
from chassis.connections import connect
from chassis.identity import new_id
from cli.installation import read_addresses
from contracts.streams import SERVICES

Service = StrEnum("Service", [(service, service) for service in SERVICES])  # type: ignore[misc]


def replay(
    service: Annotated[Service, typer.Argument(help="whose events are told again")],
    from_position: Annotated[int, typer.Option(min=1, help="the first position of its log")] = 1,
    data: Annotated[Path, typer.Option(help="the folder of the running installation")] = Path(".rollcall"),
) -> None:
    """Publish a service's events again, from a position on."""
    dsn = read_addresses(data).databases[service.value]
    count = asyncio.run(_put_back(dsn, from_position))
    print(f"{count} events of {service.value} are told again")


async def _put_back(dsn: str, from_position: int) -> int:
    connection = await connect(dsn, "replay")
    try:
        async with connection.transaction():
            return await outbox.put_back(connection, new_id(), from_position)
    finally:
        await connection.close()
