"""Routes: for each request first who asks, then what; and each answer that has a version carries it as ETag."""

import hashlib
from collections.abc import Callable, Coroutine, Iterable
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Body, File, Form, Query
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.access import KeyRing, Principal
from chassis.http.bodies import ParsedRequest, check_media, parse
from chassis.http.problems import answer_problem
from chassis.idempotency import Claim, claiming
from chassis.refusals import BadRequest, PreconditionRequired, Unprocessable


class BadIdempotencyKey(BadRequest):
    """The Idempotency-Key cannot be used as one."""


class BadIfMatch(Unprocessable):
    """The If-Match header holds no version."""


class BadParameter(Unprocessable):
    """A query parameter that this address does not know, or one that stands twice."""


class IfMatchRequired(PreconditionRequired):
    """A change says which version it was made for."""


class VersionedResponse(JSONResponse):
    """JSON whose `version` is the ETag."""

    def __init__(self, content: Any, status_code: int = 200, *args: Any, **kwargs: Any) -> None:
        # FastAPI reads the default status for /openapi.json out of this signature.
        super().__init__(content, status_code, *args, **kwargs)
        if isinstance(content, dict) and isinstance(content.get("version"), int):
            self.headers["ETag"] = f'"{content["version"]}"'


class KeyedRoute(APIRoute):
    """A route that lets nobody in without a key, reads JSON strictly, and honours Idempotency-Key on POST."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        model = self._json_model()

        async def admit_and_handle(request: Request) -> Response:
            parsed = ParsedRequest(request.scope, request.receive)
            claim = await self._admit(parsed, model)
            with claiming(claim):
                return await handle(parsed)

        return admit_and_handle

    async def _admit(self, parsed: ParsedRequest, model: type[BaseModel] | None) -> Claim | None:
        """Who asks, then what, then under which Idempotency-Key."""
        ring: KeyRing = parsed.app.state.key_ring
        principal = await ring.admit(parsed.headers.getlist("authorization"))
        parsed.state.principal = principal
        self._check_parameters(parsed)
        if model is not None:
            check_media(parsed)
            parsed.parsed = parse(model, await parsed.body())
        return await self._claim(parsed, principal) if self.takes_idempotency_key else None

    @cached_property
    def takes_idempotency_key(self) -> bool:
        """Whether OncePerKey stands among the route's dependencies."""
        return OncePerKey in self.dependencies

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of the query parameters that this address knows."""
        fields = get_flat_params(self.dependant)
        return frozenset(field.alias for field in fields if isinstance(field.field_info, Query))

    def _check_parameters(self, request: Request) -> None:
        """A filter that is passed over in silence answers another question than was asked."""
        if "\x00" in request.scope["path"]:
            raise BadParameter("the address holds a NUL character; expected what another answer named")
        if not request.scope["query_string"]:
            return
        pairs = request.query_params.multi_items()
        names = [name for name, _ in pairs]
        for name, value in pairs:
            if name not in self.parameters:
                known = ", ".join(sorted(self.parameters)) or "none"
                raise BadParameter(f"the query parameter {name!r} is not known here; expected {known}")
            if names.count(name) > 1:
                raise BadParameter(f"the query parameter {name!r} stands twice; expected it once")
            if "\x00" in value:
                raise BadParameter(f"the query parameter {name!r} holds a NUL character; expected text")

    def _json_model(self) -> type[BaseModel] | None:
        field = self.body_field
        if field is None or isinstance(field.field_info, (Form, File)):
            return None
        assert isinstance(field.field_info, Body)
        kind = field.field_info.annotation
        assert isinstance(kind, type)
        assert issubclass(kind, BaseModel)
        return kind

    async def _claim(self, request: Request, principal: Principal) -> Claim | None:
        keys = request.headers.getlist("idempotency-key")
        if not keys:
            return None
        if len(keys) > 1:
            raise BadIdempotencyKey("Idempotency-Key was sent twice; expected one header with one key")
        key = keys[0]
        if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
            raise BadIdempotencyKey("Idempotency-Key must be 1 to 255 printable ASCII characters")
        digest = await self._digest(request)
        return Claim(
            principal.key_id, key, f"POST {request.scope['path']}", digest, status=self.status_code or 200
        )

    async def _digest(self, request: Request) -> str:
        return hashlib.sha256(await request.body()).hexdigest()


class StreamedRoute(KeyedRoute):
    """A keyed route whose body nobody reads but its endpoint, which says to the claim what it was (`say_body`)."""

    async def _digest(self, request: Request) -> str:
        return ""


class DirectRoute(KeyedRoute):
    """A keyed route for where everybody comes in the same minute: the endpoint is called with its command and
    the request, and its answer is written as it is, without the framework's looking at either again.
    `request.state.received_at` is when the whole of it was there, before anything else was waited for.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.answer

    async def answer(self, request: Request) -> Response:
        """Admit, call the endpoint, write what it answers; `received_at` is the moment when all of it was there."""
        parsed = ParsedRequest(request.scope, request.receive)
        await parsed.body()
        parsed.state.received_at = parsed.app.state.database.clock.now()
        claim = await self._admit(parsed, self.model)
        with claiming(claim):
            answer = await self.endpoint(parsed.parsed, parsed)
        headers = {"ETag": f'"{answer.version}"'}
        return Response(answer.model_dump_json(), self.status_code or 200, headers, "application/json")

    @cached_property
    def model(self) -> type[BaseModel] | None:
        """What its body is read as."""
        return self._json_model()


class Shortcut:
    """Takes what is meant for a direct route straight there, past the framework: its layers and its search for a
    route cost as much as the whole of a hand-in. The routes stand in OpenAPI, and are found without this too.
    """

    def __init__(
        self, app: Starlette, routes: Iterable[DirectRoute], surround: Callable[[ASGIApp], ASGIApp]
    ) -> None:
        self.app = app
        self.surrounded = surround(self._answer)
        self.direct = {(method, route.path): route for route in routes for method in route.methods or ()}

    def takes(self, scope: Scope) -> bool:
        """Whether this request is for a direct route, which it has from then on."""
        route = self.direct.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is not None:
            scope["app"], scope["route"] = self.app, route
        return route is not None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await scope["route"].answer(request)
        except Exception as error:
            response = await answer_problem(request, error)
        await response(scope, receive, send)


def make_router(route_class: type[KeyedRoute] = KeyedRoute) -> APIRouter:
    """A router for one noun: all of its routes ask for a key."""
    return APIRouter(
        route_class=route_class,
        default_response_class=VersionedResponse,
        dependencies=[Depends(HTTPBearer(auto_error=False, description="A key of the office: rc_…"))],
    )


async def _principal(request: Request) -> Principal:
    found: Principal = request.state.principal
    return found


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match == "*":
        return None
    version = if_match.removeprefix("W/").strip('"')
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise BadIfMatch(f'If-Match is {if_match!r}; expected a version such as "3"')
    return int(version)


async def _required_if_match(expected: Annotated[int | None, Depends(_if_match)]) -> int:
    if expected is None:
        raise IfMatchRequired('this change needs If-Match with the version that you have read, such as "3"')
    return expected


async def _idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> None:
    """Only so that the header stands in OpenAPI: the route has dealt with it."""


# Dependencies are async, though they wait for nothing: others are sent through a pool of threads.
Caller = Annotated[Principal, Depends(_principal)]
IfMatch = Annotated[int | None, Depends(_if_match)]
RequiredIfMatch = Annotated[int, Depends(_required_if_match)]
OncePerKey = Depends(_idempotency_key)
