"""WeCom 企业微信 robots: no signature, the key stands in the address; 20 a minute, 2,048 bytes a text."""

from datetime import datetime
from typing import Any
from urllib.parse import SplitResult

from services.notifier.channels.robots import Codes, Pace, Robot, bytes_of


def write(parts: SplitResult, _: str | None, text: str, __: datetime) -> tuple[SplitResult, dict[str, Any]]:
    """A text, as developer.work.weixin.qq.com/document/path/91770 has it."""
    return parts, {"msgtype": "text", "text": {"content": text}}


ROBOT = Robot(
    base_setting="wecom_url",
    path="/cgi-bin/webhook/send",
    takes_secret=False,
    pace=Pace(per_minute=18, reserve=4, per_second=18),
    # Global error codes, document/path/90313: -1 busy, 45009 and 45033 too often, 93000 no such robot, 93004 stopped,
    # 93008 not in the group any more.
    codes=Codes("errcode", throttled={45009: 60.0, 45033: 5.0}, again=(-1,), gone=(93000, 93004, 93008)),
    longest=2_048,
    size=bytes_of,
    write=write,
)
