"""Whom a server runs as: PostgreSQL refuses root, so root runs it as an ordinary user."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from cli.refusal import CannotStart

NEEDED = {"CHOWN": 0, "DAC_OVERRIDE": 1, "KILL": 5, "SETGID": 6, "SETUID": 7, "SETPCAP": 8}
"""Linux capabilities by their bit: to hand over the folder, read it, signal the server, and become its user."""


@dataclass(frozen=True, slots=True)
class User:
    """Who a process runs as, by number: a small container may know no names."""

    uid: int
    gid: int


NOBODY = User(65_534, 65_534)


def choose_user(data: Path) -> User | None:
    """Whom to run as over the folder `data`: its owner, else an ordinary user; None to stay who one is.

    CannotStart if this is a root who may not become another user, or nobody whom initdb would take.
    """
    if os.geteuid() == 0:
        check_capabilities(effective_capabilities())
        return _owner(data) or _find_ordinary()
    if not data.exists() and not _is_named(os.geteuid()):
        raise CannotStart(
            f"initdb refuses a user without a name, and uid {os.geteuid()} has none; "
            "expected a line for it in /etc/passwd"
        )
    return None


def _find_ordinary() -> User:
    """Nobody, or where that is unknown, the first other user that there is."""
    known = (User(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall())
    for user in (NOBODY, *known):
        if (
            user.uid != 0
            and _is_named(user.uid)
            and _is_mapped("uid", user.uid)
            and _is_mapped("gid", user.gid)
        ):
            return user
    raise CannotStart(
        "PostgreSQL refuses to run as root, and this container has no other user; expected nobody (uid 65534) "
        "in /etc/passwd and mapped, or start Rollcall as an ordinary user"
    )


def _owner(data: Path) -> User | None:
    try:
        found = data.stat()
    except OSError:
        return None
    return User(found.st_uid, found.st_gid) if found.st_uid != 0 else None


def effective_capabilities() -> int:
    """What this process may do, a bit a capability."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in status if line.startswith("CapEff"))


def check_capabilities(effective: int) -> None:
    """Refuse a root that is not let become another user."""
    missing = [f"CAP_{name}" for name, bit in NEEDED.items() if not effective & (1 << bit)]
    if missing:
        raise CannotStart(
            f"PostgreSQL refuses to run as root, and this root lacks {', '.join(missing)} to run it as another "
            "user; expected a container that keeps them, or start Rollcall as an ordinary user"
        )


def _is_named(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _is_mapped(kind: str, number: int) -> bool:
    ranges = Path(f"/proc/self/{kind}_map").read_text().splitlines()
    return any(int(first) <= number < int(first) + int(count) for first, _, count in map(str.split, ranges))
