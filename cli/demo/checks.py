"""The demo checks itself: reminders against the ladder, mails against notifications, the annex, the receipts."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.demo.annex import compare_annexes
from cli.demo.inbox import Inbox, read_text
from cli.demo.ledger import TO_PARENT, Ledger
from cli.demo.office import Office
from cli.demo.robots import Robots

ITEM = re.compile(r"^\d+\. ", re.MULTILINE)
"""A line of a mail that speaks of one notification."""
LADDER = ("due-7", "due-3", "due-1", "due-0", "due+1", "due+3")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was held against another."""

    name: str
    holds: bool
    detail: str


async def check_reminders(office: Office, ledger: Ledger) -> Check:
    """Each reminder that was planned against what the ladder owes, unit by unit and rung by rung."""
    owed = ledger.reminders_owed()
    planned: Counter[tuple[str, str, str]] = Counter()
    names = {id: name for name, id in office.ids.items()}
    whats = await _whats(office)
    wrong_recipient = 0
    async for each in office.client.pages("notifier", "/v1/notifications", campaign_id=office.campaign_id):
        if each["occasion"] not in LADDER or each["submission_id"] is not None:
            continue
        what = whats[each["assignment_id"] or each["acknowledgement_id"]]
        unit = names[each["about_organization_id"]]
        expected = office.id if each["occasion"] == TO_PARENT else each["about_organization_id"]
        wrong_recipient += each["organization_id"] != expected
        planned[(what, each["occasion"], unit)] += _channel_share(each)
    missing, surplus = owed - planned, planned - owed
    detail = f"{sum(owed.values())} owed, {sum(planned.values())} planned"
    if missing or surplus or wrong_recipient:
        detail += f"; missing {list(missing)[:3]}, surplus {list(surplus)[:3]}, misdirected {wrong_recipient}"
    return Check("reminders", not missing and not surplus and not wrong_recipient, detail)


def _channel_share(notification: dict[str, Any]) -> int:
    """A contact with a mailbox and a webhook is told twice, once over each: counted over the mailbox."""
    return int(notification["channel"] != "webhook")


async def _whats(office: Office) -> dict[str, str]:
    """What each id that is chased stands for."""
    titles = {"实施方案": "plan", "活动总结": "summary"}
    whats = {}
    path = f"/v1/campaigns/{office.campaign_id}/assignments"
    async for each in office.client.pages("registry", path):
        whats[each["id"]] = titles[each["title"]]
    async for each in office.client.pages("registry", f"/v1/notices/{office.notice_id}/acknowledgements"):
        whats[each["id"]] = "acknowledgement"
    return whats


async def check_mails(office: Office, inbox: Inbox, robots: Robots) -> Check:
    """Every notification that is said to be sent lies in a mailbox or at a webhook, and none twice."""
    sent: Counter[str] = Counter()
    async for each in office.client.pages(
        "notifier", "/v1/notifications", campaign_id=office.campaign_id, state="sent"
    ):
        sent[each["channel"]] += 1
    in_mails = sum(len(ITEM.findall(read_text(mail))) for mail in inbox.messages)
    in_hooks = sum(len(body["data"]["items"]) for body in robots.taken.values())
    twice = [
        id for id, times in Counter(str(mail["Message-ID"]) for mail in inbox.messages).items() if times > 1
    ]
    said = in_mails == sent["email"] > 0 and in_hooks == sent["webhook"] > 0
    detail = (
        f"{sent['email']} notifications sent by mail and {in_mails} found in {len(inbox.messages)} mails, "
        f"{sent['webhook']} by webhook and {in_hooks} found in {len(robots.taken)} calls, "
        f"{len(twice)} doubled, {len(robots.refused)} with a bad signature"
    )
    holds = said and not twice and not robots.refused
    return Check("deliveries", holds, detail)


async def check_receipts(office: Office, ledger: Ledger) -> Check:
    """Every receipt that a unit was given is there, and says the same."""
    wrong = 0
    for receipt in ledger.receipts:
        path = f"/v1/receipts/{receipt['receipt_number']}"
        kept = await office.client.get("submissions", path)
        wrong += any(
            kept[name] != receipt[name] for name in ("id", "version", "received_at", "content_sha256")
        )
    return Check("receipts", wrong == 0, f"{len(ledger.receipts)} receipts, {wrong} differ")


async def check_overview(office: Office, ledger: Ledger) -> Check:
    """The figures that go upward against the ledger's own count."""
    owed = [each for each in ledger.owed.values() if each.what != "acknowledgement"]
    given = [each for each in owed if each.settled_at is not None]
    first = [receipt for receipt in ledger.receipts if receipt["version"] == 1]
    expected = {
        "expected": len(owed),
        "actual": len(given),
        "actual_on_time": sum(1 for receipt in first if receipt["on_time"]),
        "nil_returns": sum(1 for receipt in first if receipt["nil_return"]),
    }

    async def look() -> dict[str, Any]:
        overview: dict[str, Any] = await office.client.get(
            "reporting", f"/v1/campaigns/{office.campaign_id}/overview"
        )
        return {name: overview[name] for name in expected}

    found = await _until_equal(look, expected)
    return Check("overview", found == expected, f"{found}")


async def export_annex(office: Office, out: Path, example: Path) -> Check:
    """The annex as it is exported against the one that was imported, cell for cell."""
    path = f"/v1/campaigns/{office.campaign_id}/exports"
    export = await office.client.post("reporting", path, {"kind": "annex_xlsx"})
    limit = time.monotonic() + 30
    while export["state"] not in ("done", "failed") and time.monotonic() < limit:
        await asyncio.sleep(0.1)
        export = await office.client.get("reporting", f"/v1/exports/{export['id']}")
    if export["state"] != "done":
        return Check("annex", False, f"the export is {export['state']}: {export['error']}")
    out.write_bytes(await office.client.get_bytes("reporting", f"/v1/exports/{export['id']}/file"))
    comparison = compare_annexes(example / "annex.xlsx", out)
    holds = comparison.equal_count == comparison.row_count == 110 and not comparison.differences
    return Check("annex", holds, str(comparison))


async def _until_equal(
    look: Callable[[], Awaitable[dict[str, Any]]], expected: dict[str, Any]
) -> dict[str, Any]:
    """What `look` finds once it is what is expected, or at last."""
    limit = time.monotonic() + 10
    while (found := await look()) != expected and time.monotonic() < limit:
        await asyncio.sleep(0.2)
    return found
