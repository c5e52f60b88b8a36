"""The chassis from outside is tried on registry, which has the widest API, and on submissions, which keeps no keys."""

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.access import make_secret, write_key
from chassis.identity import new_id
from contracts.registry.organizations import OrganizationRegistered
from services.registry.access.first import prepare
from services.registry.app import SERVICE as REGISTRY
from services.registry.settings import RegistrySettings
from services.submissions.app import SERVICE as SUBMISSIONS
from services.submissions.settings import SubmissionsSettings
from tests.integration.registry.conftest import OFFICE, START, World
from tests.integration.submissions.conftest import World as Desk
from tests.integration.submissions.conftest import a_unit
from tests.support.databases import Cluster
from tests.support.service import serving

__all__ = ["Desk", "World", "desk", "office"]

NOWHERE = {
    "database_url": "postgres://unused@127.0.0.1/unused",
    "nats_url": "nats://127.0.0.1",
    "role": "serve",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(cluster: Cluster) -> AsyncIterator[World]:
    """Registry with its office and coordinator alone; the tests of a module share it, so each names its own units."""
    key = write_key(new_id(), make_secret())
    settings = RegistrySettings.model_validate({**NOWHERE, "office": OFFICE, "first_key": key})
    async with serving(cluster, REGISTRY, settings, START) as service:
        await prepare(service.running)
        made = World(service, keys={"coordinator": key})
        made.ids["office"] = (await made.get("/v1/me")).json()["organization"]["id"]
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(cluster: Cluster) -> AsyncIterator[Desk]:
    """Submissions with two units that hand in and one who looks after it; shared as the office is."""
    settings = SubmissionsSettings.model_validate(NOWHERE)
    async with serving(cluster, SUBMISSIONS, settings, START) as service:
        made = Desk(service)
        for name, role in (("town", "reporter"), ("stranger", "reporter"), ("operator", "ops")):
            made.ids[name] = new_id()
            await service.hear(OrganizationRegistered(organization=a_unit(made.ids[name], name, None)))
            made.keys[name] = await service.let_in(made.ids[name], role)
        yield made
