"""The description in /openapi.json: what every operation may answer beside its own, said once."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.types import Receive, Scope, Send

from chassis.http.direct import Shortcut
from chassis.http.problems import problem

_REFUSED: list[JsonValue] = [
    problem(422, "invalid", "name: Field required", errors=[{"field": "name", "message": "Field required"}]),
    problem(
        428,
        "if_match_required",
        'this change needs If-Match with the version that you have read, such as "3"',
    ),
]


class Wrong(BaseModel):
    """One thing that is wrong; where it stands in no field of the body, other members say where."""

    model_config = ConfigDict(extra="allow")

    field: str = Field(default="", description="the field of the body, such as `items.0.name`")
    message: str = Field(description="what is wrong and what was expected, for people")


class Problem(BaseModel):
    """A refusal or failure (RFC 9457). Some carry more members, such as `current_version`."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": _REFUSED})

    type: str = Field(description="`urn:rollcall:problem:` and the code")
    title: str
    status: int
    code: str = Field(description="what is wrong, as one stable word for programs")
    detail: str = Field(description="the same for people; it may change")
    errors: list[Wrong] = Field(default=[], description="each thing that is wrong, where there are several")


BINARY: dict[str, Any] = {"type": "string", "format": "binary"}
"""The schema of what is no JSON: bytes as they are."""


def bytes_of(description: str, *media: str) -> dict[str, Any]:
    """An answer that is a file, of one of these kinds."""
    return {"description": description, "content": {kind: {"schema": BINARY} for kind in media}}


_ANSWERS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Refused (4xx), or not now (5xx): nothing was done",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


class DescribedApp(FastAPI):
    """An app whose every operation says how it refuses."""

    def __init__(self, **settings: Any) -> None:
        # A generated client calls each operation by this name, so it is the verb alone.
        super().__init__(responses=_ANSWERS, generate_unique_id_function=lambda route: route.name, **settings)

    shortcut: Shortcut | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, by the shortcut where it leads."""
        if self.shortcut is not None and self.shortcut.takes(scope):
            await self.shortcut(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The document. The framework takes no model for another media type than the route's, so it is put in here."""
        document = super().openapi()
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(own.pop("$defs"), Problem=own)
        return document
