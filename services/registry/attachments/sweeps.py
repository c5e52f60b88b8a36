"""What becomes of attachments by the clock: they are scanned, and removed when nothing names them."""

from collections.abc import Sequence

from chassis.service import Running
from chassis.sweeps import Sweep
from services.registry.attachments.handlers import ATTACHMENTS


def make_sweeps(running: Running) -> Sequence[Sweep]:
    """The sweeps of attachments."""
    assert running.files is not None
    return ATTACHMENTS.make_sweeps(running.database, running.files, running.settings.sweep_seconds)
