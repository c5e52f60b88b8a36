"""The committed schema is what the migrations lead to."""

import asyncio

import pytest

from contracts.streams import SERVICES
from tests.support.databases import Cluster
from tests.support.schema import dump_schema, schema_file


@pytest.mark.parametrize("service", SERVICES)
async def test_the_committed_schema_is_what_the_migrations_make(cluster: Cluster, service: str) -> None:
    database = await cluster.clone(service)
    try:
        made = await asyncio.to_thread(dump_schema, database.owner_url)
        assert made == schema_file(service).read_text(), (
            "run python -m tests.support.schema and read the difference"
        )
    finally:
        await database.drop()
