"""The register of a large city: 10,000 organizations and 100,000 activities, asked over HTTP, one at a time.

Beside the figures stands what PostgreSQL does for the lists: the plan of each statement, as it ran.
"""

import itertools
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg

from benchmarks.bench import Row
from benchmarks.posting import Poster, open_poster
from benchmarks.world import World
from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database, Transaction
from chassis.identity import new_id
from contracts.registry.activities import Activity, Host
from contracts.registry.campaigns import Campaign
from contracts.registry.organizations import Organization
from services.registry.activities import listing
from services.registry.activities import store as activities
from services.registry.campaigns import store as campaigns
from services.registry.organizations import store as organizations

ORGANIZATION_COUNT = 10_000
ACTIVITY_COUNT = 100_000
NAME_COUNT = 135
REQUEST_COUNT = 200
SLICE = 1_000
PLACES = ["张家港", "常熟", "太仓", "昆山", "吴江", "吴中", "相城", "姑苏", "工业园", "高新"]
BODIES = [
    "教育",
    "公安",
    "金融",
    "卫生",
    "档案",
    "体育",
    "民政",
    "财政",
    "审计",
    "统计",
    "水务",
    "交通",
    "文旅",
]
ENDS = ["局", "中心", "学校", "医院", "街道", "集团", "协会", "办公室"]
ANY_ACTIVITY = "SELECT campaign_id, (hosts->0->>'organization_id')::uuid AS host_id FROM activity LIMIT 1"
KINDS = list(itertools.product(PLACES, BODIES, ENDS))
CATEGORIES = ["网络安全进社区", "网络安全进校园", "网络安全教育培训", "网络安全主题宣传"]


@dataclass(frozen=True, slots=True)
class Register:
    """What was put there."""

    campaign_id: UUID
    names: list[str]
    ids: list[UUID]


async def measure(world: World) -> list[Row]:
    """p50 and p99 in milliseconds of each question."""
    register = await _seed(world)
    questions: dict[str, Callable[[Poster], Any]] = {
        "resolve 135 names, 40 % of them unknown": partial(_resolve, register),
        "organizations, a page of 100": partial(_get, lambda: "/v1/organizations?limit=100"),
        "organizations by a part of the name": partial(_get, lambda: f"/v1/organizations?q={quote(_part())}"),
        "organizations by pinyin initials": partial(
            _get, lambda: f"/v1/organizations?q={random.choice('zctkwxg')}j"
        ),
        "activities, a page of 100": partial(_get, lambda: _activities(register)),
        "activities by state and category": partial(
            _get, lambda: _activities(register, f"&state=registered&category={_category()}")
        ),
        "activities by a part of the name": partial(
            _get, lambda: _activities(register, f"&q={quote(f'第{random.randrange(ACTIVITY_COUNT)}')}")
        ),
        "activities by one letter of many": partial(_get, lambda: _activities(register, f"&q={quote('安')}")),
        "activities of one host": partial(
            _get, lambda: _activities(register, f"&host_id={random.choice(register.ids)}")
        ),
        "clashes of one host": partial(
            _get,
            lambda: f"/v1/campaigns/{register.campaign_id}/clashes?host_id={random.choice(register.ids)}",
        ),
    }
    rows = []
    async with open_poster(world.supervisor.addresses.http["registry"], world.coordinator) as poster:
        for name, ask in questions.items():
            rows += await _time(name, partial(ask, poster))
    return rows


async def explain(world: World) -> str:
    """What PostgreSQL does for the lists: each plan as it ran."""
    connection = await asyncpg.connect(world.dsn("registry"))
    seen = await connection.fetchrow(ANY_ACTIVITY)
    assert seen is not None
    campaign_id, host_id = seen["campaign_id"], seen["host_id"]
    page = (campaign_id, -1, UUID(int=0), 101, True, "[]")
    asked: list[tuple[str, str, tuple[Any, ...]]] = [
        ("activities, a page", listing.FIND_IDS, (*page, *[None] * 8)),
        ("activities by category", listing.FIND_IDS, (*page, None, CATEGORIES[0], *[None] * 6)),
        ("activities of one host", listing.FIND_IDS, (*page, None, None, None, host_id, *[None] * 4)),
        ("activities by a part of the name", listing.FIND_NAMED, (campaign_id, "第4711", listing.FEW)),
        ("organizations, a page", organizations.LIST, await _page_of_organizations(connection)),
    ]
    said = []
    for name, statement, arguments in asked:
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) {statement}", *arguments)
        said += [f"{name}:", *("    " + row[0] for row in rows), ""]
    await connection.close()
    return "\n".join(said)


async def _page_of_organizations(connection: asyncpg.Connection) -> tuple[Any, ...]:
    statement = await connection.prepare(organizations.LIST)
    given = {1: -1, 2: UUID(int=0), 3: 101}
    return tuple(given.get(number) for number in range(1, len(statement.get_parameters()) + 1))


async def _time(name: str, ask: Callable[[], Any]) -> list[Row]:
    for _ in range(5):
        await ask()
    taken = []
    for _ in range(REQUEST_COUNT):
        started = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - started) * 1_000)
    taken.sort()
    middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    return [
        Row(f"{name}, p50", "ms", middle, taken[0], taken[-1], 1.0),
        Row(f"{name}, p99", "ms", late, taken[0], taken[-1], late / middle),
    ]


async def _resolve(register: Register, poster: Poster) -> None:
    known = random.sample(register.names, NAME_COUNT * 3 // 5)
    unknown = [f"{_part()}{random.randrange(10_000)}办事处" for _ in range(NAME_COUNT - len(known))]
    status, said = await poster.post("/v1/organizations/resolve", {"names": known + unknown})
    assert status == 200, said


async def _get(path: Callable[[], str], poster: Poster) -> None:
    status, said = await poster.get(path())
    assert status == 200, said


def _activities(register: Register, filters: str = "") -> str:
    return f"/v1/campaigns/{register.campaign_id}/activities?limit=100{filters}"


def _category() -> str:
    return quote(random.choice(CATEGORIES))


def _part() -> str:
    return random.choice(PLACES) + random.choice(BODIES)


async def _seed(world: World) -> Register:
    """Straight into the registry's tables, without events: what is measured is reading."""
    pool = await open_pool(world.dsn("registry"), "benchmark", 2)
    database = Database(pool, Clock())
    async with database.transaction() as tx:
        office = await tx.connection.fetchval("SELECT id FROM organization WHERE parent_id IS NULL LIMIT 1")
        units = [_unit(number, office, tx.now) for number in range(ORGANIZATION_COUNT)]
        await organizations.insert_all(tx, units)
        campaign = _campaign(office, tx.now)
        await campaigns.insert(tx, campaign)
    for start in range(0, ACTIVITY_COUNT, SLICE):
        async with database.transaction() as tx:
            await _insert_activities(tx, campaign.id, units, range(start, start + SLICE))
    await pool.close()
    owner = await asyncpg.connect(world.supervisor.addresses.owners["registry"])
    await owner.execute("VACUUM ANALYZE")
    await owner.close()
    return Register(campaign.id, [unit.name for unit in units], [unit.id for unit in units])


def _unit(number: int, office: UUID, at: datetime) -> Organization:
    parts = KINDS[number % len(KINDS)]
    name = f"{parts[0]}区{parts[1]}{parts[2]}（第{number}）"
    return Organization(
        id=new_id(),
        version=1,
        created_at=at,
        updated_at=at,
        name=name,
        kind="department",
        parent_id=office,
        aliases=[f"{name}本级"],
        sort_order=number,
    )


def _campaign(office: UUID, at: datetime) -> Campaign:
    day = datetime(2030, 9, 9, tzinfo=UTC).date()
    values = {"starts_on": day, "ends_on": day + timedelta(days=6), "timezone": "Asia/Shanghai"}
    head = {"id": new_id(), "version": 1, "created_at": at, "updated_at": at, "issuer_id": office}
    return Campaign.model_validate({"name": "宣传周", "theme": "主题", **values, **head})


async def _insert_activities(
    tx: Transaction, campaign_id: UUID, units: list[Organization], numbers: range
) -> None:
    made = [
        Activity(
            id=new_id(),
            version=1,
            created_at=tx.now,
            updated_at=tx.now,
            campaign_id=campaign_id,
            category=CATEGORIES[number % len(CATEGORIES)],
            name=f"第{number}场{BODIES[number % len(BODIES)]}系统网络安全专题讲座",
            hosts=[Host(organization_id=units[number % len(units)].id)],
            starts_at=datetime(2030, 9, 9, 1, tzinfo=UTC) + timedelta(minutes=15 * (number % 600)),
            place=f"{re.sub('[^0-9]', '', str(number))}号会议室",
            mode="offline",
            state="registered",
        )
        for number in numbers
    ]
    await activities.insert(tx, made)
