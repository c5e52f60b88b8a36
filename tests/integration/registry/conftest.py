"""A small world in registry, made over its own API: an office, two districts, a town, two departments, a campaign."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.access import make_secret, write_key
from chassis.identity import new_id
from services.registry.access.first import prepare
from services.registry.app import SERVICE
from services.registry.settings import RegistrySettings
from tests.support.databases import Cluster
from tests.support.service import ServiceUnderTest, serving

START = datetime(2024, 8, 30, 1, tzinfo=UTC)
OFFICE = "苏州市委网信办"
# By what a test calls it: its name, its kind, whom it stands below.
UNITS = {
    "district": ("吴江区委宣传部", "district", "office"),
    "other district": ("昆山市委宣传部", "district", "office"),
    "town": ("盛泽镇", "town", "district"),
    "department": ("苏州市教育局", "department", "office"),
    "other department": ("苏州市公安局", "department", "office"),
}
# By what a test calls it: the unit and the role. `other office` runs campaigns of its own, not this one.
KEYS = {
    "overseer": ("district", "overseer"),
    "reporter": ("department", "reporter"),
    "town": ("town", "reporter"),
    "stranger": ("other department", "reporter"),
    "auditor": ("office", "auditor"),
    "ops": ("office", "ops"),
    "other office": ("other district", "coordinator"),
}


@dataclass
class World:
    """`ids` are by unit, `keys` by caller: `coordinator` and those of KEYS."""

    service: ServiceUnderTest
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    campaign_id: str = ""

    async def ask(
        self, method: str, path: str, key: str | None = "coordinator", body: Any = None, **headers: str
    ) -> httpx.Response:
        """One request by a caller; None shows no key. `If_Match="1"` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        shown = None if key is None else self.keys[key]
        sent = {} if body is None else {"json": body}
        return await self.service.ask(method, path, shown, headers=named, **sent)

    async def get(self, path: str, key: str | None = "coordinator") -> httpx.Response:
        return await self.ask("GET", path, key)

    async def post(
        self, path: str, body: Any, key: str | None = "coordinator", **headers: str
    ) -> httpx.Response:
        return await self.ask("POST", path, key, body, **headers)

    async def put(
        self, path: str, body: Any, key: str | None = "coordinator", **headers: str
    ) -> httpx.Response:
        return await self.ask("PUT", path, key, body, **headers)

    async def patch(
        self, path: str, body: Any, version: int | None, key: str | None = "coordinator"
    ) -> httpx.Response:
        """A change for `version`; None sends no If-Match."""
        headers = {} if version is None else {"If_Match": f'"{version}"'}
        return await self.ask("PATCH", path, key, body, **headers)

    async def make(self, path: str, body: Any, key: str = "coordinator") -> dict[str, Any]:
        """What a POST made, as it was answered."""
        answer = await self.post(path, body, key)
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def make_unit(self, name: str, **fields: Any) -> dict[str, Any]:
        return await self.make("/v1/organizations", {"name": name, "kind": "other", **fields})

    async def make_key(self, unit: str, role: str, **fields: Any) -> dict[str, Any]:
        body = {"organization_id": self.ids[unit], "role": role, "label": f"{unit} {role}", **fields}
        return await self.make("/v1/keys", body)

    async def open_campaign(self, key: str = "coordinator", unit: str = "office", **fields: Any) -> Any:
        return await self.make("/v1/campaigns", self.a_campaign(unit, **fields), key)

    def a_campaign(self, unit: str = "office", **fields: Any) -> dict[str, Any]:
        """The body that opens a campaign; name what matters to the test."""
        return {
            "name": "2024年苏州市网络安全宣传周",
            "theme": "网络安全为人民，网络安全靠人民",
            "starts_on": "2024-09-09",
            "ends_on": "2024-09-15",
            "timezone": "Asia/Shanghai",
            "issuer_id": self.ids[unit],
            **fields,
        }

    async def items(self, path: str, key: str = "coordinator") -> list[dict[str, Any]]:
        """All of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = await self.get(f"{path}{'&' if '?' in path else '?'}limit=100{cursor}", key)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    async def facts(self, id: str | None = None) -> list[tuple[str, int, str]]:
        """What was recorded (of one aggregate): noun and fact, version, role of the actor; in order."""
        return [
            (".".join(kind.split(".")[2:4]), version, actor.get("role", "system"))
            for kind, aggregate_id, version, actor in await self.service.events()
            if id is None or aggregate_id == UUID(id)
        ]

    def at(self, moment: datetime) -> None:
        """Let it be this moment."""
        self.service.clock.set(moment)

    def later(self, **by: float) -> datetime:
        """Let so much time pass."""
        moment = self.service.clock.now() + timedelta(**by)
        self.at(moment)
        return moment


async def _settle(world: World) -> None:
    await prepare(world.service.running)
    world.ids["office"] = (await world.get("/v1/me")).json()["organization"]["id"]
    for place, (called, (name, kind, above)) in enumerate(UNITS.items(), start=1):
        fields = {"kind": kind, "parent_id": world.ids[above], "sort_order": place}
        world.ids[called] = (await world.make_unit(name, **fields))["id"]
    for called, (unit, role) in KEYS.items():
        world.keys[called] = (await world.make_key(unit, role))["key"]
    world.campaign_id = (await world.open_campaign())["id"]


@pytest.fixture
async def world(cluster: Cluster) -> AsyncIterator[World]:
    first_key = write_key(new_id(), make_secret())
    settings = RegistrySettings(
        database_url="postgres://unused@127.0.0.1/unused",
        nats_url="nats://127.0.0.1",
        role="serve",
        office=OFFICE,
        first_key=first_key,
        name_prefixes=("苏州市",),
    )
    async with serving(cluster, SERVICE, settings, START) as service:
        made = World(service, keys={"coordinator": first_key})
        await _settle(made)
        yield made
