"""Problems: every refusal and failure as problem+json (RFC 9457), mapped in this one place."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_args

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core.core_schema import ErrorType
from starlette.exceptions import HTTPException
from starlette.routing import Match

from chassis.connections import UNAVAILABLE
from chassis.idempotency import AnsweredBefore
from chassis.refusals import NotFound, Refusal, Unavailable

log = structlog.get_logger()

TYPE = "urn:rollcall:problem:"
# Said alike of what is not there and of what is another's: the words of either would tell which it is.
NOT_THERE = "nothing of yours is at this address; what was just made elsewhere takes a moment to arrive"
_BUILT_IN = frozenset(get_args(ErrorType))
_PHRASES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media"}


def problem(status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The members of a problem: `code` is stable, `detail` is for people."""
    return {
        "type": TYPE + code,
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def describe(refusal: Refusal) -> dict[str, Any]:
    """A refusal as a problem."""
    return problem(refusal.status, refusal.code, refusal.detail, **refusal.extra)


def describe_invalid(error: RequestValidationError) -> dict[str, Any]:
    """Every field that is wrong as one problem."""
    fields = list_fields(list(error.errors()))
    detail = "; ".join(f"{each['field']}: {each['message']}" for each in fields[:3])
    return problem(422, _code_of(error), detail, errors=fields)


def _code_of(error: RequestValidationError) -> str:
    """A contract's own rule is refused under its own name; what pydantic checks is `invalid`."""
    own = [each["type"] for each in error.errors() if each["type"] not in _BUILT_IN]
    return own[0] if own else "invalid"


def list_fields(errors: list[Any]) -> list[dict[str, Any]]:
    """pydantic's errors as a list of fields with what was wrong and expected."""
    return [
        {
            "field": ".".join(str(part) for part in error["loc"] if part != "body") or "body",
            "message": str(error["msg"]).removeprefix("Value error, "),
        }
        for error in errors
    ]


def _answer(content: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(
        content, status_code=content["status"], headers=headers, media_type="application/problem+json"
    )


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if type(error) is NotFound and request.path_params:
        error = NotFound(NOT_THERE)
    return _answer(describe(error), error.headers)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(describe_invalid(error))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _PHRASES.get(error.status_code, "bad_request" if error.status_code < 500 else "failed")
    headers, detail = dict(error.headers or {}), str(error.detail)
    if detail == "Not Found":
        detail = "nothing is at this address; expected one of those in /openapi.json"
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
        detail = f"this method is not known here; expected {headers['Allow']}"
    return _answer(problem(error.status_code, code, detail), headers)


def _allowed(request: Request) -> list[str]:
    """Every method that this address knows: the framework names those of one route alone."""
    routes = request.app.routes
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] == Match.FULL for route in routes)
    ]


async def _on_answered(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnsweredBefore)
    headers = {"Idempotency-Replayed": "true"} | ({"ETag": error.etag} if error.etag else {})
    return Response(error.body, error.status, headers, "application/json")


async def _on_unavailable(request: Request, error: Exception) -> Response:
    log.warning("request_without_database", error=repr(error))
    return await _on_refusal(
        request, Unavailable("the database does not answer; nothing was done: come again")
    )


async def answer_failure(request: Request, error: Exception) -> Response:
    """What is said of an error of ours: nothing of the inside, which stands in the log."""
    log.error("request_failed", path=request.url.path, exc_info=error)
    return _answer(
        problem(500, "failed", "an error of ours, which is logged with this request's id; nothing was done")
    )


ANSWERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Refusal: _on_refusal,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http,
    AnsweredBefore: _on_answered,
    **dict.fromkeys(UNAVAILABLE, _on_unavailable),
}


async def answer_problem(request: Request, error: Exception) -> Response:
    """What is said of a refusal or of a failure that passes; raises every other again."""
    for kind in type(error).__mro__:
        if kind in ANSWERS:
            return await ANSWERS[kind](request, error)
    raise error


def install(app: FastAPI) -> None:
    """Have all of the app's refusals and failures answered as problems."""
    for kind, answer in ANSWERS.items():
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(Exception, answer_failure)
