"""What `rollcall up` hands to each service, checked before anything is started."""

import os
from collections.abc import Mapping
from urllib.parse import quote

from chassis.clock import BadClock, read_clock
from chassis.sealing import make_key
from chassis.settings import BadSettings, ServiceSettings, read_settings
from cli.refusal import CannotStart
from cli.up.folder import Folder
from services.notifier.settings import NotifierSettings
from services.registry.settings import RegistrySettings
from services.reporting.settings import ReportingSettings
from services.submissions.settings import SubmissionsSettings

SETTINGS: Mapping[str, type[ServiceSettings]] = {
    "registry": RegistrySettings,
    "submissions": SubmissionsSettings,
    "notifier": NotifierSettings,
    "reporting": ReportingSettings,
}
STORED_BY = {"reporting": "submissions"}
"""Whose files a service only reads."""
OFFSETS = {"registry": 1, "submissions": 2, "notifier": 3, "reporting": 4}


def ports_from(port_base: int) -> dict[str, int]:
    """The port of each service: the console's is the base itself."""
    if not 1 <= port_base <= 65_000:
        raise CannotStart(f"--port-base is {port_base}; expected a number from 1 to 65000")
    return {service: port_base + offset for service, offset in OFFSETS.items()}


def check_settings(ports: Mapping[str, int]) -> None:
    """Refuse a bad ROLLCALL_ variable, naming it, before anything is done."""
    for service, model in SETTINGS.items():
        trial = {
            "ROLLCALL_DATABASE_URL": "postgres://user@127.0.0.1/database",
            "ROLLCALL_NATS_URL": "nats://127.0.0.1",
            "ROLLCALL_PORT": str(ports[service]),
            "ROLLCALL_SECRETS_KEY": os.environ.get("ROLLCALL_SECRETS_KEY") or make_key(),
        }
        kept = {name: os.environ.get(name) for name in trial}
        os.environ.update(trial)
        try:
            read_settings(model)
        except BadSettings as bad:
            raise CannotStart(str(bad).splitlines()[0]) from None
        finally:
            _restore(kept)


def chosen_clock() -> str | None:
    """The clock that the environment asks for; None is the machine's own."""
    clock = os.environ.get("ROLLCALL_CLOCK") or None
    try:
        read_clock(clock)
    except BadClock as bad:
        raise CannotStart(f"ROLLCALL_CLOCK: {bad}") from None
    return clock


def environment(
    service: str, database_url: str, nats_url: str, port: int, folder: Folder, extra: Mapping[str, str]
) -> dict[str, str]:
    """The environment of one service's process."""
    return {
        **os.environ,
        "ROLLCALL_DATABASE_URL": database_url,
        "ROLLCALL_NATS_URL": nats_url,
        "ROLLCALL_HOST": "127.0.0.1",
        "ROLLCALL_PORT": str(port),
        "ROLLCALL_EXPORT_FOLDER": str(folder.exports),
        "ROLLCALL_STORAGE_URL": os.environ.get("ROLLCALL_STORAGE_URL")
        or f"file:{quote(str(folder.files / STORED_BY.get(service, service)))}",
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


def _restore(kept: Mapping[str, str | None]) -> None:
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
