"""Around each request: its id, its trace, a limit on its body, its time measured."""

import re
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import answer_failure
from chassis.identity import new_name
from chassis.metrics import HttpMetrics
from chassis.tracing import continue_trace, enter_request

BODY_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 32 * 1024 * 1024
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_UPLOADS = (b"multipart/form-data", b"application/x-ndjson")
_LIMIT = "rollcall.body_limit"
STARTED = "rollcall.started"
"""In the scope: since when a request is timed, where that was before it came here."""
_GONE = 499  # nginx's word for a caller that left before the answer: in the metrics only
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@dataclass(slots=True)
class BodyLimit:
    """The bytes that a body may have; a route that takes its body as a stream may set another."""

    most: int


def raise_limit(scope: Scope, most: int) -> None:
    """Let this request's body have so many bytes: for whoever streams it away and has limits of its own."""
    limit: BodyLimit = scope[_LIMIT]
    limit.most = most


class Surroundings:
    """The one middleware."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = read_request_id(headers.get(b"x-request-id", b""))
        traceparent = continue_trace(headers.get(b"traceparent", b"").decode("latin-1"))
        enter_request(request_id, traceparent)
        started, status = scope.get(STARTED) or time.perf_counter(), 0

        def send_with_id(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            return send(message)

        try:
            upload = headers.get(b"content-type", b"").startswith(_UPLOADS)
            limit = scope[_LIMIT] = BodyLimit(UPLOAD_LIMIT if upload else BODY_LIMIT)
            await self.app(scope, _limited(receive, headers, limit), send_with_id)
        except ClientDisconnect:
            status = status or _GONE
        except Exception as error:
            if status:
                raise
            # Answered in here, where the request still has its id, and not by the framework outside.
            answer = await answer_failure(Request(scope), error)
            await answer(scope, receive, send_with_id)
        finally:
            self._measure(scope, status or 500, time.perf_counter() - started)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.answer(method, route, status, seconds)
        if status in (401, 403):
            self.metrics.denied.inc()


def read_request_id(asked: bytes) -> str:
    """The caller's own id of the request where it can stand in logs, or a new one."""
    return asked.decode() if _REQUEST_ID.fullmatch(asked) else new_name()


def _limited(receive: Receive, headers: dict[bytes, bytes], limit: BodyLimit) -> Receive:
    """`receive`, but refusing a body that is longer than the limit, whatever it said of itself."""
    declared = headers.get(b"content-length", b"")
    seen = int(declared) if _LENGTH.fullmatch(declared) else 0
    counted = 0

    def refuse() -> HTTPException:
        return HTTPException(413, f"the body is longer than {limit.most} bytes; expected at most that")

    async def receive_within_limit() -> Any:
        nonlocal counted
        if seen > limit.most:
            raise refuse()
        message = await receive()
        counted += len(message.get("body", b""))
        if counted > limit.most:
            raise refuse()
        return message

    return receive_within_limit
