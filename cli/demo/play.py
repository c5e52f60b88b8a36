"""`rollcall demo`: starts everything in a folder of its own, plays the week, checks it, and stays up."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer

from chassis.clock import Clock, read_clock
from chassis.refusals import Refusal
from cli.demo import checks
from cli.demo.cast import cast_parts
from cli.demo.client import Client
from cli.demo.days import SPEED, START, moment, wait_for
from cli.demo.inbox import Inbox, open_inbox
from cli.demo.ledger import Ledger
from cli.demo.office import Office
from cli.demo.robots import Robots, open_robots
from cli.demo.screen import Screen
from cli.demo.texts import OPENING_PLACE
from cli.demo.units import Units, count_late
from cli.refusal import CannotStart
from cli.up.command import announce, check_ports, make_supervisor, start_or_stop, stop_on_signals
from cli.up.folder import Folder, ensure_anchor, occupy
from cli.up.settings import check_settings, ports_from
from cli.up.supervisor import Supervisor
from cli.verify import verify_installation
from services.registry.imports.question import Question
from services.registry.imports.reading import examine

EXAMPLE = Path(__file__).parents[2] / "examples" / "suzhou-2024"
FILES = ("organizations.csv", "campaign.yaml", "annex.xlsx", "decisions.yaml")
MARKER = "this-folder-is-a-demo"


def demo(
    data: Annotated[Path, typer.Option(help="a folder for the demo, made anew each time")] = Path(
        ".rollcall-demo"
    ),
    port_base: Annotated[int, typer.Option(help="registry listens one above, and so on")] = 8000,
    out: Annotated[Path, typer.Option(help="where the exported annex is put")] = Path("out"),
    end: Annotated[bool, typer.Option("--exit", help="stop when it is over")] = False,
    example: Annotated[Path, typer.Option(help="the folder with the register, the annex, the decisions")] = (
        EXAMPLE
    ),
) -> None:
    """Play the cybersecurity week of 2024 and check that every figure is right."""
    ports = ports_from(port_base)
    asyncio.run(check_example(example))
    clear(data)
    with ExitStack() as stack:
        inbox, robots = stack.enter_context(open_inbox()), stack.enter_context(open_robots())
        os.environ.update(environment(inbox))
        check_settings(ports)
        folder = stack.enter_context(occupy(data))
        (folder.root / MARKER).touch()
        check_ports(ports)
        out.mkdir(parents=True, exist_ok=True)
        held = asyncio.run(_run(folder, ports, inbox, robots, out, end, example))
    if not held:
        raise typer.Exit(1)


async def check_example(example: Path) -> None:
    """Refuse to begin with an example that would stop half way."""
    for name in FILES:
        if not (example / name).is_file():
            raise CannotStart(f"{example} holds no {name}; expected {', '.join(FILES)}")
    try:
        await examine(Question("activities", (example / "annex.xlsx").read_bytes()))
    except Refusal as refusal:
        raise CannotStart(f"{example / 'annex.xlsx'}: {refusal.detail}") from None


def clear(data: Path) -> None:
    """Throw the last demo away; a folder that is none is left alone."""
    if data.exists() and any(data.iterdir()):
        if not (data / MARKER).exists():
            raise CannotStart(
                f"{data} holds something that is no demo; expected an empty folder or the last demo's"
            )
        with occupy(data):
            pass
        shutil.rmtree(data)


def environment(inbox: Inbox) -> dict[str, str]:
    """What the demo sets for all services."""
    return {
        "ROLLCALL_CLOCK": f"{START}@{SPEED}",
        "ROLLCALL_OFFICE": "市委网信办",
        "ROLLCALL_NAME_PREFIXES": "苏州市",
        "ROLLCALL_SMTP_URL": inbox.url,
        "ROLLCALL_MAIL_FROM": "rollcall@office.test",
        "ROLLCALL_WEBHOOK_ALLOW_PRIVATE": "true",
        "ROLLCALL_SWEEP_SECONDS": "0.1",
    }


async def _run(
    folder: Folder,
    ports: Mapping[str, int],
    inbox: Inbox,
    robots: Robots,
    out: Path,
    end: bool,
    example: Path,
) -> bool:
    supervisor = make_supervisor(folder, ports, os.environ["ROLLCALL_CLOCK"])
    stop_on_signals(supervisor)
    screen = Screen()
    started = time.monotonic()
    try:
        await start_or_stop(supervisor)
        announce(supervisor)
        screen.console.print(f"up after {time.monotonic() - started:.1f} s; a day takes {86_400 / SPEED:g} s")
        watching = asyncio.create_task(supervisor.watch())
        playing = asyncio.create_task(_play(supervisor, screen, inbox, robots, out, example))
        await asyncio.wait({watching, playing}, return_when=asyncio.FIRST_COMPLETED)
        held = await playing if playing.done() else False
        playing.cancel()
        if not end and not supervisor.stopping.is_set():
            screen.console.print("everything stays up; Ctrl-C ends it")
            await watching
        supervisor.stopping.set()
        await watching
        return held
    finally:
        await supervisor.stop()


@dataclass
class Stage:
    """Everybody and everything in the play."""

    clock: Clock
    screen: Screen
    office: Office
    units: Units
    ledger: Ledger


async def _play(
    supervisor: Supervisor, screen: Screen, inbox: Inbox, robots: Robots, out: Path, example: Path
) -> bool:
    folder = supervisor.folder
    clock = read_clock(os.environ["ROLLCALL_CLOCK"], ensure_anchor(folder, os.environ["ROLLCALL_CLOCK"]))
    key = folder.coordinator_key.read_text().strip()
    async with httpx.AsyncClient(timeout=30) as session:
        office = Office(Client(session, supervisor.addresses.http, key), example)
        ledger = Ledger()
        stage = Stage(clock, screen, office, Units(office, ledger), ledger)
        await _prepare(stage, robots)
        await _live(stage)
        return await _conclude(stage, supervisor, inbox, robots, out)


async def _prepare(stage: Stage, robots: Robots) -> None:
    """The register, the campaign, the annex; then the notice goes out on 30 August."""
    office, clock, screen = stage.office, stage.clock, stage.screen
    await office.set_up()
    screen.tell(clock.now(), f"{len(office.units)} units on the register, a key for each")
    await set_contacts(office, robots)
    await office.open_campaign()
    preview, outcome = await office.import_annex()
    screen.tell(
        clock.now(),
        f"annex.xlsx: {preview['row_count']} rows, {preview['ready_count']} ready by rule, "
        f"{len(preview['to_review'])} names decided; {outcome['created']} activities made",
    )
    await wait_for(clock, moment(8, 30, 10))
    await office.issue_notice()
    now = clock.now()
    stage.ledger.owe("acknowledgement", office.units, now)
    stage.ledger.owe("summary", office.units, now)
    warning = office.due_warning
    screen.tell(
        now,
        f"notice issued to {len(office.units)}; summary due 16 September: {warning['holiday']}, working days "
        f"around it {warning['working_day_before']} and {warning['working_day_after']}",
    )
    await stage.units.learn_assignments()


async def set_contacts(office: Office, robots: Robots) -> None:
    """A mailbox for each unit and the office; every tenth has a webhook as well."""
    for number, (name, id) in enumerate([*office.units.items(), (office.name, office.id)], 1):
        channels: list[dict[str, str]] = [{"kind": "email", "address": f"unit{number:02}@units.test"}]
        if number % 10 == 0:
            channels.append({"kind": "webhook", "url": robots.url, "secret": robots.secret})
        body = {"organization_id": id, "name": name, "channels": channels, "locale": "zh-CN"}
        await office.client.put("notifier", "/v1/contacts", body)


async def _live(stage: Stage) -> None:
    """The days from the notice to the last rung, as they come."""
    office, clock, screen, ledger = stage.office, stage.clock, stage.screen, stage.ledger
    shown = clock.now().date()

    async def date_plan() -> None:
        await office.date_plan()
        ledger.owe("plan", office.units, clock.now())
        screen.tell(clock.now(), "the plan, without a date so far, is due on 6 September at 18:00")

    async def announce_opening() -> None:
        await office.announce_opening(OPENING_PLACE)
        screen.tell(clock.now(), "the opening ceremony has its time and place")

    actions = [
        *stage.units.actions(cast_parts(list(office.units))),
        (moment(9, 2, 10), date_plan),
        (moment(9, 5, 11), announce_opening),
    ]
    for at, act in sorted(actions, key=lambda action: action[0]):
        await wait_for(clock, at)
        await act()
        if clock.now().date() != shown:
            shown = clock.now().date()
            screen.tell(clock.now(), _progress(ledger))
    await wait_for(clock, moment(9, 20, 12))
    screen.tell(clock.now(), "the last rung has passed: what is overdue went to the office")


def _progress(ledger: Ledger) -> str:
    given = {
        what: sum(1 for each in ledger.owed.values() if each.what == what and each.settled_at)
        for what in ("acknowledgement", "plan", "summary")
    }
    return f"acknowledged {given['acknowledgement']}, plans {given['plan']}, summaries {given['summary']}"


async def _conclude(stage: Stage, supervisor: Supervisor, inbox: Inbox, robots: Robots, out: Path) -> bool:
    """The report, and whether it is right."""
    office, screen = stage.office, stage.screen
    path = f"/v1/campaigns/{office.campaign_id}"
    held = [
        await checks.check_overview(office, stage.ledger),
        await checks.check_receipts(office, stage.ledger),
        await checks.check_reminders(office, stage.ledger),
        await checks.check_mails(office, inbox, robots),
        await checks.export_annex(office, out / "annex.xlsx", office.example),
    ]
    problems = await verify_installation(supervisor.addresses)
    held.append(checks.Check("rollcall verify", not problems, "; ".join(problems[:3]) or "nothing differs"))
    screen.show_matrix(await office.client.get("reporting", f"{path}/matrix", limit=500))
    screen.show_overview(await office.client.get("reporting", f"{path}/overview"))
    screen.show_checks(held)
    (out / "receipts.json").write_text(json.dumps(stage.ledger.receipts, ensure_ascii=False, indent=1))
    late = count_late(stage.ledger.receipts)
    screen.console.print(
        f"{len(stage.ledger.receipts)} receipts, {late} late; the annex is {out / 'annex.xlsx'}, "
        f"the receipts {out / 'receipts.json'}, the data {supervisor.folder.root}"
    )
    return all(check.holds for check in held)
