"""Webhooks lead to public addresses only: looked at when connecting, whatever the name or the spelling was."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from services.notifier.channels.address import is_public, resolve
from services.notifier.channels.message import NotDelivered, Permanent
from tests.integration.notifier.parts import World
from tests.support.hooks import HookServer

# 127.0.0.1 in forty disguises: spellings, notations, names, and addresses that carry another inside.
DISGUISES = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "00000177.0.0.1",
    "127.000.000.001",
    "127.127.127.127",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "0.0.0.0",
    "0",
    "0x0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::80ff:fffe]",
]
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
]


@pytest.mark.parametrize("host", [*DISGUISES, *PRIVATE])
async def test_no_disguise_is_resolved_to_an_address_that_is_connected_to(host: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        await resolve(urlsplit(f"https://{host}/hook"), allow_private=False)
    assert isinstance(refused.value, Permanent) or "not found" in str(refused.value)


def test_there_are_forty() -> None:
    assert len(set(DISGUISES)) == 40


@pytest.mark.parametrize(
    ("found", "is_refused"),
    [
        (["127.0.0.1"], True),
        (["10.1.2.3"], True),
        (["::1"], True),
        (["fd00::7"], True),
        (["::ffff:10.0.0.1"], True),
        (["64:ff9b::a00:1"], True),
        (["2002:a00:1::"], True),
        (["93.184.215.14", "192.168.1.1"], True),
        (["192.168.1.1", "93.184.215.14"], True),
        (["93.184.215.14"], False),
        (["2606:4700:4700::1111"], False),
    ],
)
async def test_a_name_is_judged_by_every_address_that_it_has(
    monkeypatch: pytest.MonkeyPatch, found: list[str], is_refused: bool
) -> None:
    answer_names(monkeypatch, [found])
    asked = resolve(urlsplit("https://hooks.example.com/x"), allow_private=False)
    if is_refused:
        with pytest.raises(Permanent, match="not public"):
            await asked
    else:
        assert await asked == found[0]


async def test_what_was_looked_at_is_what_is_connected_to_and_no_second_answer_is_asked_for(
    world: World, hooks: HookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer_names(monkeypatch, [["127.0.0.1"], ["10.9.9.9"]])
    url = f"http://rebinding.example.com:{hooks.port}/hook"
    await world.owe(await world.add_unit({"kind": "webhook", "url": url}))
    await world.plan("09-06 09:00")
    await world.deliver("webhook")
    (call,) = hooks.calls
    assert call.headers["host"] == f"rebinding.example.com:{hooks.port}"
    assert asked.count("rebinding.example.com") == 1


async def test_an_address_that_may_be_private_by_the_setting_is_connected_to(
    world: World, hooks: HookServer
) -> None:
    assert await resolve(urlsplit(hooks.url), allow_private=True) == "127.0.0.1"


def answer_names(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """A resolver of the test's own: each look-up gets the next answer; the names that were asked for."""
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", ["2001:4860:4860::8888", "240e::1", "2408:8000::1", "114.114.114.114"])
def test_public_addresses_of_the_mainland_and_elsewhere(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["fe80::1%lo", "2001:20::1", "2001:1::1", "192.31.196.1", "192.88.99.2", "0.1.2.3"]
)
def test_special_addresses(address: str) -> None:
    assert is_public(address) == (address == "192.31.196.1")
