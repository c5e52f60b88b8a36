"""Routes: for each request first who asks, then what; and each answer that has a version carries it as ETag."""

import hashlib
from collections.abc import Callable, Coroutine, Sequence
from enum import Enum
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Body, File, Form, Query
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from chassis.access import KeyRing, Principal
from chassis.http.bodies import ParsedRequest, check_media, parse
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

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        # In OpenAPI it stands under its noun, which is the folder that the endpoint is written in.
        settings["tags"] = settings.get("tags") or [endpoint.__module__.split(".")[-2]]
        super().__init__(path, endpoint, **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        model = self.json_model

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

    @cached_property
    def json_model(self) -> type[BaseModel] | None:
        """What its body is read as; None where that is no JSON."""
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
        return self.make_claim(principal, keys[0], request.scope["path"], await self._digest(request))

    def make_claim(self, principal: Principal, key: str, path: str, digest: str) -> Claim:
        """The claim of a request at this route, or BadIdempotencyKey."""
        if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
            raise BadIdempotencyKey("Idempotency-Key must be 1 to 255 printable ASCII characters")
        return Claim(principal.key_id, key, f"POST {path}", digest, status=self.status_code or 200)

    async def _digest(self, request: Request) -> str:
        return hashlib.sha256(await request.body()).hexdigest()


class StreamedRoute(KeyedRoute):
    """A keyed route whose body nobody reads but its endpoint, which says to the claim what it was (`say_body`)."""

    async def _digest(self, request: Request) -> str:
        return ""


def make_router(route_class: type[KeyedRoute] = KeyedRoute, tags: Sequence[str | Enum] = ()) -> APIRouter:
    """A router for one noun: all of its routes ask for a key."""
    return APIRouter(
        tags=list(tags),
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
