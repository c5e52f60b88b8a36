"""`rollcall rebuild`: the read side made again from the logs while the old one answers, or compared with it."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chassis import shadow
from cli.installation import read_addresses
from cli.refusal import CannotStart
from services.reporting import rebuilding


class ReadSide(StrEnum):
    """What is made from others' events alone."""

    REPORTING = "reporting"


def rebuild(
    service: Annotated[ReadSide, typer.Argument(help="whose tables are made again")],
    data: Annotated[Path, typer.Option(help="the folder of the running installation")] = Path(".rollcall"),
    check: Annotated[bool, typer.Option("--check", help="compare only, and change nothing")] = False,
) -> None:
    """Build the read side from the logs beside the one in use, and swap them."""
    addresses = read_addresses(data)
    logs = {owner: addresses.databases[owner] for owner in ("registry", "submissions")}
    work = rebuilding.check if check else rebuilding.rebuild
    try:
        rebuilt = asyncio.run(work(addresses.owners[service.value], logs, print))
    except (shadow.Busy, shadow.NotSwapped) as refusal:
        raise CannotStart(str(refusal)) from None
    print(f"{rebuilt.event_count} events of {' and '.join(logs)} applied")
    for problem in rebuilt.problems + rebuilt.differences:
        print(f"PROBLEM {problem}")
    if rebuilt.swapped:
        print(f"{service.value} answers from the tables that were built")
    if rebuilt.problems or rebuilt.differences:
        raise typer.Exit(1)
    if not rebuilt.swapped:
        print("compared: nothing differs")
