"""Where a fact came from: the W3C traceparent and the request id of the work at hand."""

import re
from collections.abc import Mapping
from contextvars import ContextVar

from chassis.identity import CHANCE

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_request: ContextVar[tuple[str, str] | None] = ContextVar("request", default=None)


def continue_trace(traceparent: str | None) -> str:
    """Go on with the caller's trace when it is well formed (W3C Trace Context), or begin one."""
    drawn = CHANCE.draw(24).hex()
    known = traceparent and _TRACEPARENT.match(traceparent)
    trace = traceparent.split("-")[1] if traceparent and known else drawn[16:]
    present = f"00-{trace}-{drawn[:16]}-01"
    _current.set(present)
    return present


def current_traceparent() -> str:
    """The traceparent of the work at hand; a new one where none was begun."""
    return _current.get() or continue_trace(None)


def enter_request(request_id: str, traceparent: str) -> None:
    """Have every log line of this task say which request it belongs to."""
    _request.set((request_id, traceparent))


def current_request() -> Mapping[str, str]:
    """What log lines say of the request at hand; nothing outside of one."""
    request = _request.get()
    return {} if request is None else {"request_id": request[0], "trace": request[1].split("-")[1]}
