"""Clashes: two that overlap and share a host or the place, each pair once."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from tests.integration.registry.conftest import World

DAY = datetime(2024, 9, 10, tzinfo=UTC)


def clock(hours: float) -> str:
    return (DAY + timedelta(hours=hours)).isoformat()


async def make(world: World, name: str, begin: float | None, end: float | None = None, **fields: Any) -> Any:
    """A registered activity on the day, from and until so many hours."""
    values = {
        "category": "讲座",
        "name": name,
        "hosts": [{"organization_id": world.ids["department"]}],
        "starts_at": None if begin is None else clock(begin),
        "ends_at": None if end is None else clock(end),
        **fields,
    }
    made = await world.make(f"/v1/campaigns/{world.campaign_id}/activities", values)
    return await world.make(f"/v1/activities/{made['id']}/register", {})


async def clashes(world: World, query: str = "") -> list[tuple[str, str]]:
    found = await world.items(f"/v1/campaigns/{world.campaign_id}/clashes{query}", "town")
    return [(each["first"]["name"], each["second"]["name"]) for each in found]


async def test_those_of_one_host_clash_while_they_overlap_and_an_open_end_is_an_hour(world: World) -> None:
    await make(world, "a", 8, 10)
    await make(world, "b", 9.5, 11)
    await make(world, "as a ends", 10, 10.5)
    await make(world, "open", 12)
    await make(world, "within the hour", 12.75, 14)
    await make(world, "after the hour", 13, 13)
    await make(world, "no time", None)
    await make(world, "elsewhere", 9, 18, hosts=[{"organization_id": world.ids["town"]}])
    assert await clashes(world) == [
        ("a", "b"),
        ("b", "as a ends"),
        ("open", "within the hour"),
        ("within the hour", "after the hour"),
    ]


async def test_those_at_one_place_clash_however_it_is_written_and_say_what_they_share(world: World) -> None:
    town, other = [{"organization_id": world.ids["town"]}], [{"outside_party": "（嘉善）县委"}]
    await make(world, "a", 8, 10, place="体育中心（北门）", hosts=town)
    await make(world, "b", 9, 11, place="体育中心 (北门)", hosts=[*town, *other])
    await make(world, "c", 9.5, 11, place="体育中心", hosts=[{"outside_party": "(嘉善)县委"}])
    found = await world.items(f"/v1/campaigns/{world.campaign_id}/clashes")
    assert [(each["host_ids"], each["outside_parties"], each["same_place"]) for each in found] == [
        ([world.ids["town"]], [], True),
        ([], ["嘉善县委"], False),
    ]
    assert found[0]["first"]["place"] == "体育中心（北门）"
    assert found[0]["second"]["starts_at"] == "2024-09-10T09:00:00Z"


async def test_what_is_not_to_be_held_clashes_with_nothing(world: World) -> None:
    await make(world, "a", 8, 10)
    postponed, cancelled = await make(world, "b", 8, 10), await make(world, "c", 8, 10)
    assert len(await clashes(world)) == 3
    draft = {"category": "讲座", "name": "d", "hosts": [{"organization_id": world.ids["department"]}]}
    await world.make(
        f"/v1/campaigns/{world.campaign_id}/activities", draft | {"starts_at": clock(8), "ends_at": clock(10)}
    )
    await world.make(f"/v1/activities/{postponed['id']}/postpone", {"reason": "台风"})
    await world.make(f"/v1/activities/{cancelled['id']}/cancel", {"reason": "台风"})
    assert await clashes(world) == []
    back = {"starts_at": clock(9), "reason": "改期"}
    await world.make(f"/v1/activities/{postponed['id']}/reschedule", back)
    assert await clashes(world) == [("a", "b")]
    await world.patch(
        f"/v1/activities/{postponed['id']}", {"hosts": [{"outside_party": "外单位"}]}, version=4
    )
    assert await clashes(world) == []


async def test_clashes_are_found_by_host_and_period_as_a_count_by_hand_finds_them(world: World) -> None:
    chance = random.Random(4)
    made: list[tuple[str, float, float, set[str], str]] = []
    for nth in range(40):
        begin, length = chance.randrange(48) / 4, chance.choice([0.5, 1, 2, 6])
        units = chance.sample(["department", "town", "district", "other department"], k=chance.choice([1, 2]))
        place = chance.choice("甲乙丙丁")
        hosts = [{"organization_id": world.ids[unit]} for unit in units]
        await make(world, str(nth), begin, begin + length, hosts=hosts, place=place)
        made.append((str(nth), begin, begin + length, set(units), place))

    def by_hand(unit: str | None = None, since: float = 0, until: float = 99) -> set[frozenset[str]]:
        return {
            frozenset((a[0], b[0]))
            for a, b in combinations(made, 2)
            if max(a[1], b[1]) < min(a[2], b[2])
            and (a[3] & b[3] or a[4] == b[4])
            and (unit is None or unit in a[3] | b[3])
            and max(a[1], b[1], since) < min(a[2], b[2], until)
        }

    path = f"/v1/campaigns/{world.campaign_id}/clashes"
    for query, expected in (
        ("", by_hand()),
        (f"?host_id={world.ids['town']}", by_hand("town")),
        ("?from=2024-09-10T03:15:00Z&until=2024-09-10T03:45:00Z", by_hand(None, 3.25, 3.75)),
        (f"?host_id={world.ids['town']}&from=2024-09-10T06:00:00Z", by_hand("town", 6)),
        ("?until=2024-09-10T01:00:00Z", by_hand(None, 0, 1)),
    ):
        found = await clashes(world, query)
        assert len(found) == len(set(found))
        assert {frozenset(pair) for pair in found} == expected, query
        assert expected
    pages, cursor = [], ""
    while True:
        page = (await world.get(f"{path}?limit=7{cursor}")).json()
        pages += [(each["first"]["name"], each["second"]["name"]) for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert pages == await clashes(world)
    for asked in ("from=2024-09-10", "until=x", "host_id=1", "cursor=WzEsMl0", "since=2024-09-10T00:00:00Z"):
        assert (await world.get(f"{path}?{asked}")).status_code == 422, asked
