"""Contacts: what a webhook's address and secret must be, and how much of an address is shown."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from chassis.refusals import Unprocessable
from contracts.notifier.contacts import Channel, WebhookChannel

SECRET_BYTES = range(24, 65)


class BadWebhook(Unprocessable):
    """A webhook that nothing could be sent to, or not be signed for."""


def check_webhook(channel: WebhookChannel) -> None:
    """Refuse an address without a host or with a password in it, and a secret that is none."""
    parts = read_url(channel.url)
    if parts is None or not parts.hostname:
        raise BadWebhook("the webhook's url cannot be read; expected https://host/path")
    if parts.username is not None or parts.password is not None:
        raise BadWebhook("the webhook's url holds a user or a password; expected https://host/path")
    if channel.secret is not None and not _is_secret(channel.secret):
        raise BadWebhook("the webhook's secret cannot be read; expected whsec_ and 24 to 64 bytes in base64")


def read_url(url: str) -> SplitResult | None:
    """The parts of an address, with a port that can be one; None when it cannot be read."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def show_channel(channel: Mapping[str, Any]) -> Channel:
    """A channel without what may not be shown: a webhook's path is a credential, and its secret is one."""
    if channel["kind"] == "email":
        return Channel(kind="email", address=channel["address"])
    parts = urlsplit(channel["url"])
    return Channel(kind="webhook", address=f"{parts.scheme}://{parts.hostname}/…")


def _is_secret(secret: str) -> bool:
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) in SECRET_BYTES
    except binascii.Error:
        return False
