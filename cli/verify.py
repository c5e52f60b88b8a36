"""`rollcall verify`: the hash chains, and every copy of every row against its owner."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import asyncpg
import nats
import nats.errors
import nats.js.errors
import typer

from chassis import chain, outbox, parking, proof
from chassis.connections import connect
from chassis.proof import Kept
from cli.installation import Addresses, read_addresses
from contracts.streams import SERVICES
from services.notifier import proof as notifier
from services.registry import proof as registry
from services.reporting import proof as reporting
from services.submissions import proof as submissions

Connections = dict[str, "asyncpg.Connection[asyncpg.Record]"]

OWNS: dict[str, Sequence[Kept]] = {"registry": registry.OWNS, "submissions": submissions.OWNS}
COPIES: dict[str, Sequence[Kept]] = {
    "registry": registry.COPIES,
    "submissions": submissions.COPIES,
    "notifier": notifier.COPIES,
    "reporting": reporting.COPIES,
}
SETTLE_SECONDS = 15.0


def verify(
    data: Annotated[Path, typer.Option(help="the folder of the running installation")] = Path(".rollcall"),
) -> None:
    """Prove that every projection equals its owner and that no log was tampered with."""
    problems = asyncio.run(verify_installation(read_addresses(data), print))
    for problem in problems:
        print(f"PROBLEM {problem}")
    if problems:
        raise typer.Exit(1)
    print("verified: nothing differs")


async def verify_installation(addresses: Addresses, say: object = None) -> list[str]:
    """All problems found, in words; `say` is called with a line for each thing that was looked at."""
    tell = say if callable(say) else (lambda _: None)
    connections: Connections = {
        service: await connect(addresses.databases[service], "verify") for service in SERVICES
    }
    try:
        problems = await _verify_copies(connections, tell)
        for service, connection in connections.items():
            problems += await _verify_log(service, connection, addresses, tell)
        return problems
    finally:
        for connection in connections.values():
            await connection.close()


async def _verify_copies(connections: Connections, tell: object) -> list[str]:
    """Every copy against its owner; what is still on its way is waited for."""
    assert callable(tell)
    owners = {kept.noun: (service, kept) for service, owned in OWNS.items() for kept in owned}
    problems: list[str] = []
    for service, copies in COPIES.items():
        for copied in copies:
            owner, owned = owners[copied.noun]
            differences = await _settled(connections[owner], owned, connections[service], copied)
            count = sum(b.row_count for b in (await proof.digest(connections[service], copied)).values())
            tell(f"{service}: {count} {copied.noun} rows against {owner}: {len(differences)} differ")
            problems += [f"{service}: {difference}" for difference in differences]
    return problems


async def _settled(
    owner: "asyncpg.Connection[asyncpg.Record]",
    owned: Kept,
    copy: "asyncpg.Connection[asyncpg.Record]",
    copied: Kept,
) -> list[str]:
    limit = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while differences := await proof.find_differences(owner, owned, copy, copied):
        if asyncio.get_running_loop().time() > limit:
            break
        await asyncio.sleep(0.25)
    return differences


async def _verify_log(
    service: str, connection: "asyncpg.Connection[asyncpg.Record]", addresses: Addresses, tell: object
) -> list[str]:
    assert callable(tell)
    head, problem = await _published_head(service, addresses)
    report = await chain.verify(connection, head)
    backlog, parked = await outbox.backlog(connection), await parking.count(connection)
    tell(
        f"{service}: {report.link_count} events chained, head {report.head.hash.hex()[:16]}, "
        f"{backlog.waiting_count} to be told, {parked + backlog.parked_count} parked"
    )
    problems = [f"{service}: {each}" for each in report.problems]
    if problem:
        problems.append(f"{service}: {problem}")
    if parked or backlog.parked_count:
        problems.append(f"{service}: {parked + backlog.parked_count} events are parked; see GET /v1/parked")
    return problems


async def _published_head(service: str, addresses: Addresses) -> tuple[chain.Head | None, str | None]:
    """The newest head that the relay published outside of the database; None when there is none yet."""
    client = await nats.connect(addresses.nats_admin, connect_timeout=2, allow_reconnect=False)
    try:
        message = await client.jetstream(timeout=5).get_last_msg("heads", f"heads.{service}")
    except nats.js.errors.NotFoundError:
        return None, None
    finally:
        await client.close()
    said = json.loads(message.data or b"{}")
    return chain.Head(int(said["link"]), bytes.fromhex(said["hash"])), None
