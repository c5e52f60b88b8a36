"""Refusals that mean more than "for good" or "not now": of the recipient, of the pace, of this one message."""

from services.notifier.channels.message import Permanent, Transient


class BadRecipient(Permanent):
    """The address itself was refused for good: nothing more is sent to it until it is set anew."""


class NotNow(Transient):
    """The other side is there and will not take this one now: no sign that it is away."""


class Throttled(NotNow):
    """Too much at once: nobody is to send there for `asked_seconds`."""
