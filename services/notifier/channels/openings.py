"""Openings: how each kind of channel is opened for a batch of messages."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from services.notifier.channels import email, webhook
from services.notifier.channels.message import Send
from services.notifier.settings import NotifierSettings

OPENINGS: Mapping[str, Callable[[NotifierSettings], AbstractAsyncContextManager[Send]]] = {
    "email": email.opened,
    "webhook": webhook.opened,
}
