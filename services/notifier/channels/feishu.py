"""Feishu 飞书 robots: signed in the body by moment and secret; 100 a minute, 5 a second, 20 KB a body."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult

from services.notifier.channels.robots import Codes, Pace, Robot, bytes_in_json


def write(
    parts: SplitResult, secret: str | None, text: str, now: datetime
) -> tuple[SplitResult, dict[str, Any]]:
    """A text, as open.feishu.cn/document/client-docs/bot-v3/add-custom-bot has it."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret is not None:
        seconds = int(now.timestamp())
        body |= {"timestamp": str(seconds), "sign": sign(seconds, secret)}
    return parts, body


def sign(seconds: int, secret: str) -> str:
    """HMAC-SHA256 of nothing under moment and secret, in base64."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


ROBOT = Robot(
    base_setting="feishu_url",
    path="/open-apis/bot/v2/hook/",
    takes_secret=True,
    pace=Pace(per_minute=90, reserve=10, per_second=4),
    # 11232 and 99991400 too often; 11246 and 11247 busy; 19001 no such robot. 19021 (signature or clock), 19022
    # (address of the sender), 19024 (keyword) and 9499 (body) are for a person to mend.
    codes=Codes("code", throttled={11232: 60.0, 99991400: 60.0}, again=(11246, 11247), gone=(19001,)),
    longest=18_000,
    size=bytes_in_json,
    write=write,
)
