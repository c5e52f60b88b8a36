"""What the registry does by the clock: read the long files that were sent, look after attachments."""

from collections.abc import Sequence

from chassis.service import Running
from chassis.sweeps import Sweep
from services.registry.attachments import sweeps as attachments
from services.registry.imports.sweeps import read_next_import
from services.registry.settings import RegistrySettings


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of a running registry."""
    settings = running.settings
    assert isinstance(settings, RegistrySettings)
    prefixes = settings.name_prefixes

    async def read_imports() -> None:
        while await read_next_import(running.database, prefixes):
            pass

    return (Sweep("imports", read_imports, settings.sweep_seconds), *attachments.make_sweeps(running))
