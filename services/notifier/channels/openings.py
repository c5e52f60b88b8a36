"""Openings: how each kind of channel is opened for a batch of messages, and what it bears."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from services.notifier.channels import dingtalk, email, feishu, sms, webhook, wecom
from services.notifier.channels.message import Frame, Message, Send
from services.notifier.channels.robots import Pace, Robot
from services.notifier.settings import NotifierSettings

Setting = Mapping[str, Any]


def _whole(message: Message) -> list[Message]:
    return [message]


def _mail_server(settings: NotifierSettings, _: Setting) -> str:
    return (settings.smtp_url or "").removeprefix("smtp://")


@dataclass(frozen=True, slots=True)
class Opening:
    """`vendor_of` is whose being away is one thing; `divide` makes parts that fit; `pace` is one robot's.

    `frame` is what is written around the things that it tells.
    """

    opened: Callable[[NotifierSettings], AbstractAsyncContextManager[Send]]
    vendor_of: Callable[[NotifierSettings, Setting], str]
    divide: Callable[[Message], list[Message]] = _whole
    pace: Pace | None = None
    frame: Frame = "robot"


def _robot(robot: Robot) -> Opening:
    return Opening(robot.opened, robot.vendor_of, robot.divide, robot.pace)


ROBOTS: Mapping[str, Robot] = {"wecom": wecom.ROBOT, "dingtalk": dingtalk.ROBOT, "feishu": feishu.ROBOT}
OPENINGS: Mapping[str, Opening] = {
    "email": Opening(email.opened, _mail_server, frame="mail"),
    "webhook": Opening(webhook.opened, webhook.vendor_of),
    "sms": Opening(sms.opened, sms.vendor_of, sms.divide_message, frame="sms"),
    **{kind: _robot(robot) for kind, robot in ROBOTS.items()},
}
