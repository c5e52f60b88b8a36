"""Webhooks are signed, tried again when it may help, and never sent to where no server of ours may be led."""

import asyncio
import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from services.notifier.channels import posting
from services.notifier.channels.message import Transient
from services.notifier.channels.posting import post
from tests.integration.notifier.parts import World, mailbox
from tests.support.hooks import HookServer
from tests.support.mail import MailServer
from tests.support.waiting import until

SECRET = "whsec_" + base64.b64encode(b"s" * 24).decode()
NEWEST = "SELECT state, attempts, last_error FROM notification ORDER BY id DESC LIMIT 1"


def a_webhook(url: str) -> dict[str, Any]:
    return {"kind": "webhook", "url": url, "secret": SECRET}


async def tell(world: World, url: str) -> dict[str, Any]:
    """Tell one unit one thing over this webhook; what became of it."""
    await world.owe(await world.add_unit(a_webhook(url)))
    await world.plan("09-06 09:00")
    await world.deliver("webhook")
    return dict((await world.fetch(NEWEST))[0])


async def test_what_is_posted_is_signed_and_names_each_thing(world: World, hooks: HookServer) -> None:
    said = await tell(world, hooks.url)
    assert said["state"] == "sent"
    (call,) = hooks.calls
    assert call.path == "/hooks/secret-path"
    assert call.headers["host"] == f"127.0.0.1:{hooks.port}"
    Webhook(SECRET).verify(call.body, dict(call.headers))
    assert json.loads(call.body)["type"] == "rollcall.notification"
    (item,) = call.items
    assert (item["occasion"], item["title"], item["due"]) == ("due-7", "活动总结", "2024-09-16 23:59")


async def test_the_same_id_goes_with_every_try(world: World, hooks: HookServer) -> None:
    hooks.status = 500
    assert (await tell(world, hooks.url))["last_error"] == "answered 500"
    hooks.mode = "cut"
    await world.let_time_come()
    await world.deliver("webhook")
    hooks.mode, hooks.status = "answer", 200
    await world.let_time_come()
    await world.deliver("webhook")
    assert len({call.headers["webhook-id"] for call in hooks.calls}) == 1
    assert len(hooks.calls) == 3
    assert tuple((await world.fetch(NEWEST))[0]) == ("sent", 3, None)


async def test_it_waits_as_long_as_it_is_asked_to(world: World, hooks: HookServer) -> None:
    hooks.status, hooks.headers = 429, {"Retry-After": "900"}
    await tell(world, hooks.url)
    (row,) = await world.fetch("SELECT next_try_at - clock_timestamp() AS pause FROM delivery")
    assert 890 < row["pause"].total_seconds() <= 900


@pytest.mark.parametrize("status", [400, 401, 404, 410])
async def test_a_refusal_for_good_fails_at_once(world: World, hooks: HookServer, status: int) -> None:
    hooks.status = status
    said = await tell(world, hooks.url)
    assert said == {"state": "failed", "attempts": 1, "last_error": f"answered {status}; expected 2xx"}
    assert await world.facts() == ["notification.given_up"]


async def test_a_redirect_is_not_followed(world: World, hooks: HookServer) -> None:
    hooks.status, hooks.headers = 302, {"Location": f"http://127.0.0.1:{hooks.port}/elsewhere"}
    said = await tell(world, hooks.url)
    assert said["state"] == "failed"
    assert [call.path for call in hooks.calls] == ["/hooks/secret-path"]


async def test_one_that_never_answers_is_left_in_time_and_delays_no_mail(
    world: World, hooks: HookServer, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 1.0)
    hooks.mode = "hang"
    await world.owe(await world.add_unit(mailbox("a"), a_webhook(hooks.url)))
    await world.plan("09-06 09:00")
    waiting = asyncio.create_task(world.deliver("webhook"))
    await until(lambda: hooks.calls)
    await world.deliver("email")
    assert len(mail.messages) == 1
    assert not waiting.done()
    await waiting
    (row,) = await world.fetch("SELECT state, last_error FROM notification WHERE channel = 'webhook'")
    assert tuple(row) == ("sending", "no answer within 1 s")


DISGUISES = [
    "127.0.0.1",
    "localhost",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fec0::1]",
    "[fd00::1]",
    "[ff02::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "user@127.0.0.1",
]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_disguise_leads_to_this_machine_or_its_networks(
    world: World, hooks: HookServer, scheme: str
) -> None:
    world.settings = world.settings.model_copy(update={"webhook_allow_private": False})
    urls = [f"{scheme}://{host}:{hooks.port}/hook" for host in DISGUISES]
    await world.owe(*[await world.add_unit(a_webhook(url)) for url in urls])
    await world.plan("09-06 09:00")
    await world.deliver("webhook")
    assert hooks.connections == 0
    rows = await world.fetch("SELECT state, last_error FROM notification ORDER BY id")
    assert len(rows) == len(urls)
    reached = [
        (url, row["last_error"])
        for url, row in zip(urls, rows, strict=True)
        if row["state"] != "failed" and "is not found" not in row["last_error"]
    ]
    assert reached == []


async def test_a_packed_answer_is_not_unpacked() -> None:
    """A few kilobytes can hold a gigabyte."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert b"accept-encoding: identity\r\n" in head
        body = gzip.compress(b"0" * 50_000_000)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n")
        writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = urlsplit(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook")
    async with server, httpx.AsyncClient() as client:
        with pytest.raises(Transient, match="packed"):
            await post(client, address, {}, "{}", datetime.now(UTC))
