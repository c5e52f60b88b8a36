"""Refusals: what the system says no to, as exceptions that name what is wrong; HTTP maps them in one place."""

import re
from typing import Any, ClassVar


class Refusal(Exception):
    """Base of all refusals. The class's name is the stable `code`; the message is the `detail`.

    `extra` members are added to the answer, such as the names of what is missing.
    """

    status: ClassVar[int] = 400
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    @property
    def code(self) -> str:
        """`AlreadyAccepted` is `already_accepted`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class BadRequest(Refusal):
    status = 400


class Unauthorized(Refusal):
    status = 401
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer realm="rollcall"'}


class Forbidden(Refusal):
    status = 403


class NotFound(Refusal):
    """Not there, or not for the caller to know of: the two are told apart nowhere."""

    status = 404


class Conflict(Refusal):
    status = 409


class StaleVersion(Refusal):
    """The aggregate has moved on since the caller read it."""

    status = 412


class TooLarge(Refusal):
    status = 413


class UnsupportedMedia(Refusal):
    status = 415


class Unprocessable(Refusal):
    status = 422


class PreconditionRequired(Refusal):
    status = 428


class Unavailable(Refusal):
    """Not now: the caller may come again after `Retry-After`."""

    status = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


def check_version(version: int, expected: int | None) -> None:
    """Refuse when the caller has read another version than the present one; None asks for no check."""
    if expected is not None and expected != version:
        raise StaleVersion(
            f"If-Match names version {expected}, and the present version is {version}: read it again",
            current_version=version,
        )
