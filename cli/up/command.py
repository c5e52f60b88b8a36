"""`rollcall up`: everything on this machine, from one folder, until it is told to stop."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cli.refusal import CannotStart
from cli.servers.ports import check_free
from cli.up.folder import Folder, ensure_anchor, ensure_key, ensure_secrets_key, occupy
from cli.up.settings import check_settings, chosen_clock, ports_from
from cli.up.supervisor import ServiceFailed, Supervisor


def up(
    data: Annotated[Path, typer.Option(help="where everything is kept")] = Path(".rollcall"),
    port_base: Annotated[int, typer.Option(help="registry listens one above, and so on")] = 8000,
) -> None:
    """Run Rollcall on this machine: its servers and services, on 127.0.0.1 only."""
    ports = ports_from(port_base)
    clock = chosen_clock()
    check_settings(ports)
    with occupy(data) as folder:
        check_ports(ports)
        asyncio.run(_run(folder, ports, clock))


async def _run(folder: Folder, ports: Mapping[str, int], clock: str | None) -> None:
    supervisor = make_supervisor(folder, ports, clock)
    stop_on_signals(supervisor)
    try:
        await start_or_stop(supervisor)
        announce(supervisor)
        await supervisor.watch()
    except ServiceFailed as failed:
        raise CannotStart(str(failed)) from None
    finally:
        await supervisor.stop()
    print("stopped", flush=True)


def make_supervisor(folder: Folder, ports: Mapping[str, int], clock: str | None) -> Supervisor:
    """A supervisor of all services, each with its share of the environment."""
    anchor = {} if clock is None else {"ROLLCALL_CLOCK_ANCHOR": repr(ensure_anchor(folder, clock))}
    extra = {service: dict(anchor) for service in ports}
    extra["registry"]["ROLLCALL_FIRST_KEY"] = ensure_key(folder)
    if not os.environ.get("ROLLCALL_SECRETS_KEY"):
        extra["notifier"]["ROLLCALL_SECRETS_KEY"] = ensure_secrets_key(folder)
    return Supervisor(folder, ports, extra, say=lambda line: print(line, flush=True))


def stop_on_signals(supervisor: Supervisor) -> None:
    """SIGTERM and SIGINT end it clean."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stopping.set)


async def start_or_stop(supervisor: Supervisor) -> None:
    """Start, unless it is told to stop meanwhile."""
    starting = asyncio.create_task(supervisor.start())
    stopping = asyncio.create_task(supervisor.stopping.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    starting.result()


def announce(supervisor: Supervisor) -> None:
    """Say where everything is."""
    if supervisor.stopping.is_set():
        return
    for service, address in supervisor.addresses.http.items():
        print(f"{service:<12} {address}")
    print(f"{'key':<12} {supervisor.folder.coordinator_key}")
    print(f"{'logs':<12} {supervisor.folder.logs}")
    print("ready; Ctrl-C stops it", flush=True)


def check_ports(ports: Mapping[str, int]) -> None:
    """Refuse a port that is in use, before anything is started."""
    for service, port in ports.items():
        check_free(port, service)
