"""The chassis from outside is tried on registry, which has the widest API."""

from tests.integration.registry.conftest import World, world

__all__ = ["World", "world"]
