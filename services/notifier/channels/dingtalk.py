"""DingTalk 钉钉 robots: signed in the query by moment and secret; 20 a minute, or ten minutes of silence."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode

from services.notifier.channels.robots import Codes, Pace, Robot, bytes_in_json


def write(
    parts: SplitResult, secret: str | None, text: str, now: datetime
) -> tuple[SplitResult, dict[str, Any]]:
    """A text, as open.dingtalk.com/document/robots/custom-robot-access has it; nobody is called by it."""
    body = {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}
    if secret is None:
        return parts, body
    milliseconds = int(now.timestamp() * 1_000)
    query = [*parse_qsl(parts.query), ("timestamp", str(milliseconds)), ("sign", sign(milliseconds, secret))]
    return parts._replace(query=urlencode(query)), body


def sign(milliseconds: int, secret: str) -> str:
    """HMAC-SHA256 of moment and secret under the secret, in base64."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


ROBOT = Robot(
    base_setting="dingtalk_url",
    path="/robot/send",
    takes_secret=True,
    pace=Pace(per_minute=18, reserve=4, per_second=18),
    # -1 busy; 130101 and 410100 too often, which is punished with ten minutes; 300001 and 400101 no such token,
    # 400102 stopped, 400106 no such robot, 400013 the group was dissolved. 310000 (keyword, signature, address of the
    # sender) and 4301xx (unfit content) are for a person to mend.
    codes=Codes(
        "errcode",
        throttled={130101: 600.0, 410100: 600.0},
        again=(-1,),
        gone=(300001, 400013, 400101, 400102, 400106),
    ),
    longest=18_000,
    size=bytes_in_json,
    write=write,
)
