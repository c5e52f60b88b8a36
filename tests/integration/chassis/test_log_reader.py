"""Reading a log: each event once, those too whose position becomes visible late."""

from chassis.log_reader import LogReader
from contracts.registry.organizations import OrganizationRegistered
from tests.support.databases import Cluster
from tests.support.parts import ACTOR, an_organization, fresh_database, record, registered, renamed

TYPES = [OrganizationRegistered.type]


def names(events: list[tuple[str, bytes]]) -> list[str]:
    return [OrganizationRegistered.model_validate_json(body).organization.name for _, body in events]


async def test_an_event_that_commits_behind_later_ones_is_read_late_and_once(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (database, _), database.reading() as connection:
        reader = LogReader(connection, TYPES)
        async with database.transaction() as slow:
            await slow.record(registered(an_organization(name="慢")), ACTOR)
            await record(database, registered(an_organization(name="快")))
            assert names(await reader.read()) == ["快"]
            assert await reader.read() == []
        assert names(await reader.read()) == ["慢"]
        assert await reader.read() == []


async def test_events_of_other_types_are_passed_over_and_not_looked_for_again(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (database, _), database.reading() as connection:
        unit = an_organization(name="旧名")
        await record(database, renamed(unit, 2, "新名"), registered(unit))
        reader = LogReader(connection, TYPES)
        assert names(await reader.read()) == ["旧名"]
        assert (await reader.read(), reader.passed_over) == ([], set())
