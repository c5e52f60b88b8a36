"""Direct routes: where everybody comes in the same minute, what is in order goes a short way past the framework.

The framework's layers and objects cost more than a hand-in does. Whatever is not in order, or not ordinary, goes the
long way of every other route and is answered there, so that nothing is said in two places.
"""

import hashlib
import time
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request, Response
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from chassis.access import KeyRing, Principal
from chassis.http.bodies import ParsedRequest, parse
from chassis.http.middleware import BODY_LIMIT, STARTED, Surroundings, read_request_id
from chassis.http.problems import answer_problem
from chassis.http.routes import KeyedRoute
from chassis.idempotency import Claim
from chassis.metrics import HttpMetrics
from chassis.tracing import continue_trace, current_traceparent

_FAILED = "rollcall.failed"
_JSON = (b"content-type", b"application/json")


class Asking(NamedTuple):
    """Who asks, and when the whole of it was there, before anything else was waited for."""

    app: Starlette
    principal: Principal
    received_at: datetime
    claim: Claim | None
    traceparent: str


async def _asking(request: Request) -> Asking:
    raise RuntimeError(f"{request.url.path} is a direct route, which makes its own Asking")


Asker = Annotated[Asking, Depends(_asking)]


class DirectRoute(KeyedRoute):
    """A keyed route whose endpoint is called with its command and an `Asking`, and whose answer is written as it is:
    the framework looks at neither again.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.answer

    async def answer(self, request: Request) -> Response:
        """The long way: says of whatever is not in order what was expected."""
        parsed = ParsedRequest(request.scope, request.receive)
        await parsed.body()
        at = parsed.app.state.database.clock.now()
        claim = await self._admit(parsed, self.json_model)
        asking = Asking(parsed.app, parsed.state.principal, at, claim, current_traceparent())
        answer = await self.endpoint(parsed.parsed, asking)
        return Response(to_json(answer), self.status_code or 200, {"ETag": _etag(answer)}, "application/json")


class Shortcut:
    """The short way: an ordinary request, a key that is known, and an answer in order."""

    def __init__(
        self, app: Starlette, routes: Iterable[DirectRoute], ring: KeyRing, metrics: HttpMetrics
    ) -> None:
        self.app = app
        self.ring = ring
        self.metrics = metrics
        self.long_way = Surroundings(self._answer, metrics)
        self.direct = {(method, route.path): route for route in routes for method in route.methods or ()}

    def takes(self, scope: Scope) -> bool:
        """Whether this request is for a direct route, which it has from then on."""
        route = self.direct.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is not None:
            scope["app"], scope["route"] = self.app, route
        return route is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[STARTED] = started = time.perf_counter()
        route: DirectRoute = scope["route"]
        headers: dict[bytes, bytes] = dict(scope["headers"])
        messages = [] if _is_too_long(headers) else await _read(receive)
        at = self.ring.database.clock.now()
        body = b"".join([each.get("body", b"") for each in messages])
        is_whole = messages and messages[-1]["type"] == "http.request" and len(body) <= BODY_LIMIT
        if not is_whole or not _is_ordinary(scope, headers):
            await self.long_way(scope, _again(messages, receive), send)
            return
        try:
            shown = headers[b"authorization"]
            principal = self.ring.recall(shown, at) or await self.ring.admit([shown.decode("latin-1")])
            assert route.json_model is not None
            command = parse(route.json_model, body)
            claim = self._claim(route, principal, headers, body)
            traceparent = continue_trace(headers.get(b"traceparent", b"").decode("latin-1"))
            answer = await route.endpoint(command, Asking(self.app, principal, at, claim, traceparent))
        except Exception as error:
            scope[_FAILED] = error
            await self.long_way(scope, receive, send)
            return
        written, status = to_json(answer), route.status_code or 200
        head = [
            _JSON,
            (b"content-length", b"%d" % len(written)),
            (b"etag", _etag(answer).encode()),
            (b"x-request-id", read_request_id(headers.get(b"x-request-id", b"")).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": written})
        self.metrics.answer(scope["method"], route.path, status, time.perf_counter() - started)

    @staticmethod
    def _claim(
        route: DirectRoute, principal: Principal, headers: dict[bytes, bytes], body: bytes
    ) -> Claim | None:
        key = headers.get(b"idempotency-key") if route.takes_idempotency_key else None
        if key is None:
            return None
        digest = hashlib.sha256(body).hexdigest()
        return route.make_claim(principal, key.decode("latin-1"), route.path, digest)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if _FAILED in scope:
                # Taken out: an error that stays in what it stands in would keep the body for the garbage collector.
                raise scope.pop(_FAILED)
            response = await scope["route"].answer(request)
        except Exception as error:
            response = await answer_problem(request, error)
        await response(scope, receive, send)


def _etag(answer: Any) -> str:
    return f'"{answer.version}"'


def _is_ordinary(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether nothing about it needs more than a look."""
    return (
        headers.get(b"content-type") == b"application/json"
        and b"authorization" in headers
        and b"content-encoding" not in headers
        and len(headers) == len(scope["headers"])
        and not scope["query_string"]
    )


def _is_too_long(headers: dict[bytes, bytes]) -> bool:
    """Whether it is refused by what it says of its length, before anything of it is sent."""
    declared = headers.get(b"content-length", b"")
    return declared.isdigit() and (len(declared) > 7 or int(declared) > BODY_LIMIT)


async def _read(receive: Receive) -> list[Message]:
    """The messages of the whole body, or the first of them when it is longer than a body may be."""
    messages, size = [await receive()], 0
    while messages[-1].get("more_body", False) and size <= BODY_LIMIT:
        size += len(messages[-1].get("body", b""))
        messages.append(await receive())
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """`receive`, with messages that were taken from it already."""
    waiting = iter(messages)

    async def receive_again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return receive_again
