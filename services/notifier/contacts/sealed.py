"""Sealed channels: addresses that are credentials, their secrets and mobile numbers, unreadable in the database."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.sealing import Sealer

PLACE = "https://sealed.invalid/"
"""The release before takes a sealed address for a host that is not found (RFC 6761, 6.4) and tries again later."""
OPEN_KINDS = ("email",)
HIDDEN = ("url", "secret", "former", "number")

Kept = Mapping[str, Any]


def seal_channel(channel: Kept, sealer: Sealer) -> dict[str, Any]:
    """A channel as it is kept."""
    if channel["kind"] in OPEN_KINDS:
        return dict(channel)
    hidden = {name: channel[name] for name in HIDDEN if name in channel}
    shown = {name: value for name, value in channel.items() if name not in HIDDEN}
    return {**shown, "url": PLACE + sealer.seal(json.dumps(hidden))}


def open_channel(channel: Kept, sealer: Sealer) -> dict[str, Any]:
    """A channel as it was set, one that was never sealed too; WrongKey when no key opens it."""
    token = token_of(channel)
    if token is None:
        return dict(channel)
    shown = {name: value for name, value in channel.items() if name not in HIDDEN}
    return {**shown, **json.loads(sealer.open(token))}


def is_current(channel: Kept, sealer: Sealer) -> bool:
    """Whether nothing of it can be read without the newest key."""
    token = token_of(channel)
    return channel["kind"] in OPEN_KINDS if token is None else sealer.is_newest(token)


def token_of(channel: Kept) -> str | None:
    """What is sealed in it; None when nothing is."""
    url: str = channel.get("url", "")
    return url.removeprefix(PLACE) if url.startswith(PLACE) else None
