"""Which streams there are and who hears what of them: one stream a service, one durable a listener."""

from typing import NamedTuple

SERVICES = ("registry", "submissions", "notifier", "reporting")


class Stream(NamedTuple):
    """A service's stream: everything that it says, under its own subjects."""

    name: str
    subjects: tuple[str, ...]


class Durable(NamedTuple):
    """What one service hears of one stream; `subjects` are filters, and none hears another's."""

    service: str
    stream: str
    subjects: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.service}-hears-{self.stream}"


HEADS = Stream("heads", tuple(f"heads.{service}" for service in SERVICES))
"""The newest link of each service's hash chain, kept away from its database: a tail cut off there shows here."""

STREAMS = tuple(Stream(service, (f"rollcall.{service}.>",)) for service in SERVICES)

DURABLES = (
    Durable("registry", "submissions", ("rollcall.submissions.key_use.>",)),
    Durable("registry", "notifier", ("rollcall.notifier.key_use.>",)),
    Durable("registry", "reporting", ("rollcall.reporting.key_use.>",)),
    Durable(
        "submissions",
        "registry",
        (
            "rollcall.registry.organization.>",
            "rollcall.registry.key.>",
            "rollcall.registry.campaign.>",
            "rollcall.registry.assignment.>",
            "rollcall.registry.activity.>",
        ),
    ),
    Durable("notifier", "registry", ("rollcall.registry.>",)),
    Durable("notifier", "submissions", ("rollcall.submissions.>",)),
    Durable("reporting", "registry", ("rollcall.registry.>",)),
    Durable("reporting", "submissions", ("rollcall.submissions.>",)),
    Durable("reporting", "notifier", ("rollcall.notifier.>",)),
)
