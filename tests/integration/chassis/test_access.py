"""Access: who shows no good key is told so alike everywhere, before anything else of the request is looked at."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.access import hash_secret, make_secret, write_key
from chassis.identity import new_id
from contracts.registry.keys import Key, KeyIssued, KeyRevoked
from tests.integration.chassis.conftest import Desk, World
from tests.integration.registry.conftest import START
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOWHERE = "00000000-0000-7000-8000-000000000000"
OPEN_TO_ALL = {"/live", "/ready", "/metrics"}
SECRET = make_secret()
UNKNOWN = write_key(UUID(NOWHERE), SECRET)
# What is sent as Authorization, header by header, and the code of the refusal.
REFUSED: dict[str, tuple[list[str], str]] = {
    "no header": ([], "key_missing"),
    "two headers": ([f"Bearer {UNKNOWN}", f"Bearer {UNKNOWN}"], "key_missing"),
    "empty": ([""], "key_unknown"),
    "no key": (["Bearer"], "key_unknown"),
    "blank key": (["Bearer  "], "key_unknown"),
    "no scheme": ([UNKNOWN], "key_unknown"),
    "wrong scheme": ([f"Basic {UNKNOWN}"], "key_unknown"),
    "never made": ([f"Bearer {UNKNOWN}"], "key_unknown"),
    "a letter more": ([f"Bearer {UNKNOWN}A"], "key_unknown"),
    "a letter less": ([f"Bearer {UNKNOWN[:-1]}"], "key_unknown"),
    "two in one": ([f"Bearer {UNKNOWN}, Bearer {UNKNOWN}"], "key_unknown"),
    "id in capitals": (
        [f"Bearer {write_key(UUID(NOWHERE.replace('7', 'a')), SECRET).upper()}"],
        "key_unknown",
    ),
    "quoted": ([f'Bearer "{UNKNOWN}"'], "key_unknown"),
    "SQL": (["Bearer rc_' OR 1=1 --_"], "key_unknown"),
    "64 KiB": (["Bearer rc_" + "a" * 65_536], "key_unknown"),
    "beyond ASCII": (["Bearer rc_钥匙"], "key_unknown"),
}


async def knock(world: World | Desk, *authorizations: str, path: str = "/v1/me") -> httpx.Response:
    """Ask with these Authorization headers."""
    headers = [(b"Authorization", each.encode()) for each in authorizations]
    return await world.service.client.get(path, headers=headers)


def check_refused(answer: httpx.Response, code: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (401, 401, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="rollcall"'
    assert SECRET not in answer.text


@pytest.mark.parametrize(("headers", "code"), REFUSED.values(), ids=REFUSED)
async def test_whoever_shows_no_good_key_is_refused_with_the_reason(
    office: World, headers: list[str], code: str
) -> None:
    answer = await knock(office, *headers)
    check_refused(answer, code)
    assert "expected" in answer.json()["detail"]


async def test_the_schemes_name_is_read_in_any_letters(office: World) -> None:
    for scheme in ("bearer", "BEARER", "Bearer"):
        assert (await knock(office, f"{scheme} {office.keys['coordinator']}")).status_code == 200


async def test_a_wrong_secret_of_a_known_id_is_answered_as_an_unknown_id(office: World) -> None:
    known = office.keys["coordinator"]
    answers = [await knock(office, f"Bearer {key}") for key in (known[:-43] + SECRET, UNKNOWN)]
    for answer in answers:
        check_refused(answer, "key_unknown")
    assert answers[0].content == answers[1].content
    assert set(answers[0].headers) == set(answers[1].headers)


async def test_every_route_but_those_of_health_asks_for_a_key_before_it_looks_at_anything(
    office: World, desk: Desk
) -> None:
    for world in (office, desk):
        before = await world.service.events()
        paths = (await world.service.client.get("/openapi.json")).json()["paths"]
        asked = [(method, path) for path in paths if path not in OPEN_TO_ALL for method in paths[path]]
        assert len(asked) > 10
        for method, path in asked:
            parts = path.replace("{", "\x00").replace("}", "\x00").split("\x00")
            there = "".join(NOWHERE if place % 2 else part for place, part in enumerate(parts))
            answer = await world.service.client.request(method, f"{there}?limit=no", content=b"{")
            assert (method, path, answer.status_code) == (method, path, 401)
            check_refused(answer, "key_missing")
        assert await world.service.events() == before


async def test_a_key_in_the_address_opens_nothing_and_is_shown_nowhere(
    office: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = office.keys["coordinator"]
    for name in ("key", "access_token", "api_key", "Authorization"):
        alone = await knock(office, path=f"/v1/me?{name}={key}")
        check_refused(alone, "key_missing")
        beside = await knock(office, f"Bearer {key}", path=f"/v1/me?{name}={key}")
        assert (beside.status_code, beside.json()["code"]) == (422, "bad_parameter")
        for answer in (alone, beside):
            assert key[-43:] not in answer.text + str(answer.headers)
    own = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert key[-43:] not in str([record.msg for record in own])


class Holder:
    """A unit's key as the registry tells of it, which is all that another service knows."""

    def __init__(self, desk: Desk, **fields: Any) -> None:
        self.desk = desk
        self.secret = make_secret()
        self.key = Key(
            id=new_id(),
            version=1,
            created_at=START,
            updated_at=START,
            organization_id=desk.ids["town"],
            role="reporter",
            label="平台",
            **fields,
        )

    async def tell_issued(self) -> None:
        await self.desk.service.hear(KeyIssued(key=self.key, secret_sha256=hash_secret(self.secret)))

    async def tell_revoked(self) -> None:
        revoked = self.key.model_copy(update={"version": 2, "revoked_at": START})
        await self.desk.service.hear(KeyRevoked(key=revoked, secret_sha256=hash_secret(self.secret)))

    async def ask(self) -> httpx.Response:
        return await knock(self.desk, f"Bearer {write_key(self.key.id, self.secret)}")


async def test_a_key_opens_other_services_as_soon_as_they_heard_of_it(desk: Desk) -> None:
    holder = Holder(desk)
    check_refused(await holder.ask(), "key_unknown")
    await holder.tell_issued()
    answer = await holder.ask()
    assert (answer.status_code, answer.json()["key_id"]) == (200, str(holder.key.id))


async def test_a_key_in_use_is_refused_within_two_seconds_of_its_revocation_being_told(desk: Desk) -> None:
    holder = Holder(desk)
    await holder.tell_issued()
    assert (await holder.ask()).status_code == 200
    await holder.tell_revoked()

    async def is_refused() -> bool:
        return (await holder.ask()).status_code == 401

    await until(is_refused, seconds=2)
    check_refused(await holder.ask(), "key_revoked")


async def test_a_revoked_key_stays_so_when_its_issue_is_told_late_or_again(desk: Desk) -> None:
    holder = Holder(desk)
    await holder.tell_revoked()
    check_refused(await holder.ask(), "key_revoked")
    await holder.tell_issued()
    check_refused(await holder.ask(), "key_revoked")


async def test_revoking_one_key_of_a_unit_leaves_its_other_open(desk: Desk) -> None:
    old, new = Holder(desk), Holder(desk)
    for holder in (old, new):
        await holder.tell_issued()
    await old.tell_revoked()
    check_refused(await old.ask(), "key_revoked")
    assert (await new.ask()).status_code == 200


async def test_a_key_is_good_until_its_instant_and_not_in_it(desk: Desk) -> None:
    holder = Holder(desk, expires_at=START + timedelta(days=1))
    await holder.tell_issued()
    try:
        desk.at(START + timedelta(days=1) - timedelta(microseconds=1))
        assert (await holder.ask()).status_code == 200
        desk.at(START + timedelta(days=1))
        check_refused(await holder.ask(), "key_expired")
    finally:
        desk.at(START)
