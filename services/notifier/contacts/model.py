"""Contacts: what an address and a secret must be, which number a channel has, and how much of it is shown."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from chassis.refusals import Unprocessable
from contracts.notifier.contacts import Channel, ChannelSetting, RobotChannel, SmsChannel, WebhookChannel
from services.notifier.channels.robots import Robot
from services.notifier.settings import NotifierSettings

SECRET_BYTES = range(24, 65)
MOST_FORMER = 3
ADDRESSES = {"email": "address", "sms": "number"}
Kept = Mapping[str, Any]


class BadWebhook(Unprocessable):
    """A webhook that nothing could be sent to, or not be signed for."""


class BadRobot(Unprocessable):
    """A robot's address that is not its vendor's, or a secret where there can be none."""


def check_webhook(channel: WebhookChannel) -> None:
    """Refuse an address without a host or with a password in it, and a secret that is none."""
    parts = read_url(channel.url)
    if parts is None or not parts.hostname:
        raise BadWebhook("the webhook's url cannot be read; expected https://host/path")
    if parts.username is not None or parts.password is not None:
        raise BadWebhook("the webhook's url holds a user or a password; expected https://host/path")
    if channel.secret is not None and not _is_secret(channel.secret):
        raise BadWebhook("the webhook's secret cannot be read; expected whsec_ and 24 to 64 bytes in base64")


def check_robot(channel: RobotChannel, robot: Robot, settings: NotifierSettings) -> None:
    """Refuse an address at another host than the vendor's: what is sent there goes to whoever holds it."""
    parts = read_url(channel.url)
    if parts is None or not robot.is_at_home(settings, parts):
        raise BadRobot(f"the url is no {channel.kind} robot; expected {robot.base_of(settings)}{robot.path}…")
    if channel.secret is not None and not robot.takes_secret:
        raise BadRobot(f"a {channel.kind} robot signs nothing; expected no secret")


def read_url(url: str) -> SplitResult | None:
    """The parts of an address, with a port that can be one; None when it cannot be read."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def read_setting(channel: ChannelSetting) -> dict[str, Any]:
    """A channel as it is kept: a mobile number by its eleven digits."""
    setting: dict[str, Any] = channel.model_dump()
    if isinstance(channel, SmsChannel):
        setting["number"] = channel.number[-11:]
    return setting


def carry_over(
    wanted: Sequence[dict[str, Any]], present: Sequence[Kept], first_free: int, overlap_until: datetime
) -> list[dict[str, Any]]:
    """The channels that are wanted, with the numbers that notifications know them by.

    One that stays keeps its number, one that takes the place of another of its kind has that one's. The secret
    that a webhook had before signs as well, until `overlap_until`.
    """
    left = list(present)
    found: list[dict[str, Any]] = []
    for each in wanted:
        former = _take(left, _address(each), _address)
        found.append(each if former is None else {**each, **_kept_of(each, former, overlap_until)})
    for each in found:
        if "nth" not in each:
            former = _take(left, each["kind"], lambda other: other["kind"])
            each["nth"] = first_free if former is None else former["nth"]
            first_free += former is None
    return found


def _take(left: list[Kept], key: Any, key_of: Callable[[Kept], Any]) -> Kept | None:
    found = next((each for each in left if key_of(each) == key), None)
    if found is not None:
        left.remove(found)
    return found


def _kept_of(wanted: Kept, former: Kept, overlap_until: datetime) -> dict[str, Any]:
    kept: dict[str, Any] = {"nth": former["nth"]}
    secret, before = wanted.get("secret"), former.get("secret")
    if former["kind"] != "webhook" or secret is None:
        return kept
    rotated = list(former.get("former", ()))
    if before not in (None, secret):
        rotated.append({"secret": before, "until": overlap_until.isoformat()})
    rotated = [each for each in rotated if each["secret"] != secret][-MOST_FORMER:]
    return {**kept, "former": rotated} if rotated else kept


def _address(channel: Kept) -> tuple[str, str]:
    kind: str = channel["kind"]
    return kind, channel[ADDRESSES.get(kind, "url")]


def show_channel(channel: Kept, shows_numbers: bool) -> Channel:
    """A channel without what may not be shown: paths and queries are credentials, numbers are for coordinators."""
    kind, address = _address(channel)
    if kind == "sms":
        address = address if shows_numbers else mask_number(address)
    elif kind != "email":
        parts = urlsplit(address)
        address = f"{parts.scheme}://{parts.hostname}/…"
    return Channel(
        kind=kind,
        address=address,
        channel_number=channel["nth"],
        bounced_at=channel.get("bounced_at"),
        bounced_reason=channel.get("bounced_reason"),
    )


def mask_number(number: str) -> str:
    """13*****1234."""
    return f"{number[:2]}{'*' * 5}{number[-4:]}"


def hide_mailbox(address: str) -> str:
    """A mail address without its mailbox; any other as it is."""
    mailbox, at, domain = address.rpartition("@")
    return f"…@{domain}" if at and mailbox else address


def secrets_of(channel: Kept) -> list[str]:
    """Everything of a channel that no error, log or answer may repeat."""
    kind, address = _address(channel)
    if kind in ADDRESSES:
        return [address, *(part for part in address.split("@")[:-1] if len(part) > 2)]
    parts = urlsplit(address)
    tail = parts._replace(scheme="", netloc="").geturl()
    former = [each["secret"] for each in channel.get("former", ())]
    values = [pair.partition("=")[2] for pair in parts.query.split("&")]
    found = [address, tail, parts.path.rpartition("/")[2], *values, channel.get("secret"), *former]
    return [each for each in found if each and len(each) > 5]


def scrub(text: str, channel: Kept) -> str:
    """The text with nothing in it of where the channel leads, or of its secrets."""
    for secret in sorted(secrets_of(channel), key=len, reverse=True):
        text = re.sub(
            rf"(?<!\w){re.escape(secret)}(?!\w)" if len(secret) < 12 else re.escape(secret), "…", text
        )
    return text


def _is_secret(secret: str) -> bool:
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) in SECRET_BYTES
    except binascii.Error:
        return False
