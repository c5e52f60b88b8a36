"""Bodies: read once, within a limit, by one strict parser; JSON that is doubtful is refused, not guessed at."""

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from chassis.refusals import BadRequest, UnsupportedMedia

AnyModel = TypeVar("AnyModel", bound=BaseModel)
MARK = "\uffff"
_MARKED = re.compile("[\ud800-\udfff\uffff]")


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
            raise _not_json(body, errors[0]["msg"]) from None
        raise _invalid(errors) from None
    _ONCE_EACH.decode(body.decode())
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


def _not_json(body: bytes, message: str) -> NotJson:
    """Says what is wrong, and in which field where it is a text's own fault."""
    try:
        field = _find_fault(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        field = None
    if field is None:
        return NotJson(f"the body is no JSON in UTF-8: {message}")
    error = {"field": field, "message": message}
    return NotJson(f"the body is no JSON in UTF-8: {field}: {message}", errors=[error])


def _find_fault(text: str) -> str | None:
    """The field that holds a bare control character or half of a surrogate pair; None when that is not the fault."""
    try:
        return _find_marked(json.loads(text))
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Invalid control character"):
            return None
        return _find_marked(json.loads(text[: error.pos] + MARK + text[error.pos + 1 :], strict=False))


def _find_marked(value: Any, at: str = "") -> str | None:
    if isinstance(value, str):
        return (at or "body") if _MARKED.search(value) else None
    if isinstance(value, dict):
        members = [(str(name), member) for name, member in value.items()]
    elif isinstance(value, list):
        members = [(str(number), member) for number, member in enumerate(value)]
    else:
        return None
    for name, member in members:
        if _MARKED.search(name):
            return at or "body"
        if found := _find_marked(member, f"{at}.{name}" if at else name):
            return found
    return None


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        said = "stands twice in one object; expected each name once"
        raise DuplicateName(f"{twice!r} {said}", errors=[{"field": twice, "message": said}])
    return members


_ONCE_EACH = json.JSONDecoder(object_pairs_hook=_refuse_duplicates)


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

    async def body(self) -> bytes:
        """The whole of it, without the framework's stream around what mostly comes in one piece."""
        if not hasattr(self, "_body"):
            pieces, is_over = list[bytes](), False
            while not is_over:
                message = await self.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                pieces.append(message.get("body", b""))
                is_over = not message.get("more_body", False)
            self._body = b"".join(pieces)
        return self._body

    async def json(self) -> Any:
        return self.parsed
