"""Bodies: read once, within a limit, by one strict parser; JSON that is doubtful is refused, not guessed at."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from chassis.refusals import BadRequest, UnsupportedMedia

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class NotJson(BadRequest):
    """The body cannot be read as JSON."""


class DuplicateName(BadRequest):
    """A name stands twice in one object: which of the two was meant cannot be known."""


def parse(model: type[AnyModel], body: bytes) -> AnyModel:
    """`body` as a `model`: strictly, without coercion; raises NotJson, DuplicateName or RequestValidationError."""
    try:
        parsed = model.model_validate_json(body)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise NotJson(f"the body is no JSON in UTF-8: {errors[0]['msg']}") from None
        raise _invalid(errors) from None
    json.loads(body, object_pairs_hook=_refuse_duplicates)
    return parsed


def check(model: type[AnyModel], **values: Any) -> AnyModel:
    """The same for values that came in another way than as JSON."""
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        raise _invalid(
            invalid.errors(include_url=False, include_context=False, include_input=False)
        ) from None


def _invalid(errors: Sequence[Any]) -> RequestValidationError:
    return RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors])


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DuplicateName(f"{twice!r} stands twice in one object; expected each name once")
    return members


def check_media(request: Request, expected: str = "application/json") -> None:
    """Refuse a body that says it is of another kind than expected, or is packed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != expected:
        raise UnsupportedMedia(f"Content-Type is {kind or 'missing'!r}; expected {expected}")
    if encoding := request.headers.get("content-encoding"):
        raise UnsupportedMedia(f"Content-Encoding is {encoding!r}; expected a body that is not packed")


class ParsedRequest(Request):
    """A request whose JSON is read already."""

    parsed: BaseModel | None = None

    async def json(self) -> Any:
        return self.parsed
