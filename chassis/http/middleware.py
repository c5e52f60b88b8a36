"""Around each request: its id, its trace, a limit on its body, its time measured."""

import re
import time
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import answer_failure
from chassis.identity import new_id
from chassis.metrics import HttpMetrics
from chassis.tracing import continue_trace

BODY_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 32 * 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LENGTH = re.compile(r"[0-9]{1,18}")
_UPLOADS = ("multipart/form-data", "application/x-ndjson")
_LIMIT = "rollcall.body_limit"
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
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = _request_id(headers.get("x-request-id"))
        traceparent = continue_trace(headers.get("traceparent"))
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id, trace=traceparent.split("-")[1]):
            try:
                upload = headers.get("content-type", "").startswith(_UPLOADS)
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
        self.metrics.answered.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        if status in (401, 403):
            self.metrics.denied.inc()


def _request_id(asked: str | None) -> str:
    return asked if asked and _REQUEST_ID.fullmatch(asked) else str(new_id())


def _limited(receive: Receive, headers: dict[str, str], limit: BodyLimit) -> Receive:
    """`receive`, but refusing a body that is longer than the limit, whatever it said of itself."""
    declared = headers.get("content-length", "")
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
