"""Every SQL constant is one that the migrated database understands."""

import asyncpg
import pytest

from contracts.streams import SERVICES
from tests.support.databases import Cluster
from tests.support.statements import statements_of


@pytest.mark.parametrize("service", SERVICES)
async def test_every_statement_can_be_prepared_as_the_services_own_user(
    cluster: Cluster, service: str
) -> None:
    database = await cluster.clone(service)
    connection = await asyncpg.connect(database.url)
    try:
        prepared = 0
        for name, statement in statements_of(service):
            try:
                if not statement.lstrip().startswith("LOCK"):
                    await connection.prepare(statement)
            except asyncpg.PostgresError as error:
                pytest.fail(f"{name}: {error}\n{statement}")
            prepared += 1
        assert prepared > 20
    finally:
        await connection.close()
        await database.drop()
