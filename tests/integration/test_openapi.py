"""Every service describes itself: each operation in words, each body by an example that it would take."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.http.bodies import parse
from chassis.http.description import Problem
from chassis.sealing import make_key
from chassis.service import Service, make_app, make_running
from chassis.settings import ServiceSettings
from contracts.submissions.submissions import HandIn
from services.notifier.app import SERVICE as NOTIFIER
from services.notifier.settings import NotifierSettings
from services.registry.app import SERVICE as REGISTRY
from services.registry.settings import RegistrySettings
from services.reporting.app import SERVICE as REPORTING
from services.reporting.settings import ReportingSettings
from services.submissions.app import SERVICE as SUBMISSIONS
from services.submissions.settings import SubmissionsSettings
from tests.support.generated_client import generate

NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"
SERVICES: dict[str, tuple[Service, type[ServiceSettings]]] = {
    "registry": (REGISTRY, RegistrySettings),
    "submissions": (SUBMISSIONS, SubmissionsSettings),
    "notifier": (NOTIFIER, NotifierSettings),
    "reporting": (REPORTING, ReportingSettings),
}
JSON, FORM, LINES = "application/json", "multipart/form-data", "application/x-ndjson"
PROBLEM = "application/problem+json"


class Described:
    """An app's own description, and beside it the routes that it speaks of."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.document: dict[str, Any] = json.loads(json.dumps(app.openapi()))
        self.schemas: dict[str, dict[str, Any]] = self.document["components"]["schemas"]
        self.operations: dict[str, dict[str, Any]] = {
            f"{method.upper()} {path}": told
            for path, methods in self.document["paths"].items()
            for method, told in methods.items()
        }
        self.routes = dict(routes_of(app.routes))

    def bodies(self, media: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        """By operation, each body of this kind and its schema."""
        for name, told in self.operations.items():
            body = told.get("requestBody", {}).get("content", {}).get(media)
            if body is not None:
                yield name, body, self.resolve(body["schema"])

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        reference = schema.get("$ref")
        return schema if reference is None else self.schemas[reference.removeprefix("#/components/schemas/")]

    def command_of(self, operation: str) -> type[BaseModel]:
        """What the operation's body is read as."""
        field = self.routes[operation].body_field
        assert field is not None, operation
        kind = field.field_info.annotation
        assert isinstance(kind, type), operation
        assert issubclass(kind, BaseModel), operation
        return kind


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, APIRoute]]:
    """Each route with a description, by method and path, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes)
        elif isinstance(route, APIRoute):
            yield from ((f"{method} {route.path}", route) for method in route.methods or ())


def examples_of(body: dict[str, Any], schema: dict[str, Any]) -> list[Any]:
    """Those of the body itself, and else those of what it holds."""
    if "example" in body:
        return [body["example"]]
    examples: list[Any] = schema.get("examples", [])
    return examples


def find_fault(model: type[BaseModel], example: str) -> str | None:
    """Why a service would not take this body."""
    try:
        parse(model, example.encode())
    except RequestValidationError as invalid:
        return str(invalid.errors())
    return None


@pytest.fixture(params=SERVICES)
async def described(request: pytest.FixtureRequest, tmp_path: Path) -> Described:
    """Nothing is asked of a database, so there is none."""
    service, kind = SERVICES[request.param]
    given: dict[str, Any] = {
        "nats_url": "nats://127.0.0.1:1",
        "storage_url": f"file:{tmp_path}/files",
        "secrets_key": make_key(),
    }
    settings = kind(database_url=NOWHERE, **given)
    database = Database(await open_pool(NOWHERE, "test", 1), Clock())
    return Described(make_app(make_running(service, settings, database)))


async def test_every_route_is_described_in_words(described: Described) -> None:
    assert sorted(described.operations) == sorted(described.routes)
    wordless = [
        name
        for name, told in described.operations.items()
        if not told.get("summary") or not told.get("description")
    ]
    assert wordless == []


async def test_every_json_body_with_a_field_has_an_example(described: Described) -> None:
    bare = [
        name
        for name, body, schema in described.bodies(JSON)
        if schema.get("properties") and not examples_of(body, schema)
    ]
    assert bare == []


async def test_every_example_is_a_body_that_its_route_takes(described: Described) -> None:
    faults = {
        name: fault
        for name, body, schema in described.bodies(JSON)
        for example in examples_of(body, schema)
        if (fault := find_fault(described.command_of(name), json.dumps(example))) is not None
    }
    assert faults == {}


async def test_every_line_of_an_example_in_bulk_is_one_that_is_taken(described: Described) -> None:
    for name, body, schema in described.bodies(LINES):
        lines = [line for each in examples_of(body, schema) for line in each.splitlines()]
        assert lines, name
        assert [fault for line in lines if (fault := find_fault(HandIn, line))] == [], name


async def test_every_form_says_what_its_parts_are(described: Described) -> None:
    for name, _, schema in described.bodies(FORM):
        assert schema["properties"]["file"], name
        wordless = [part for part, told in schema["properties"].items() if not told.get("description")]
        assert wordless == [], name


async def test_no_body_is_of_a_kind_that_is_not_looked_at_here(described: Described) -> None:
    kinds = {
        media
        for told in described.operations.values()
        for media in told.get("requestBody", {}).get("content", {})
    }
    assert kinds <= {JSON, FORM, LINES}


async def test_every_operation_says_how_it_refuses(described: Described) -> None:
    for name, told in described.operations.items():
        content = told["responses"]["default"]["content"]
        assert list(content) == [PROBLEM], name
        assert described.resolve(content[PROBLEM]["schema"]) is described.schemas["Problem"], name
    schema = described.schemas["Problem"]
    assert {"type", "title", "status", "code", "detail", "errors"} == set(schema["properties"])
    assert schema["examples"]
    for example in schema["examples"]:
        Problem.model_validate_json(json.dumps(example), strict=True)
    assert "HTTPValidationError" not in described.schemas


async def test_every_answer_says_what_it_holds(described: Described) -> None:
    bare = [
        f"{name} {status}"
        for name, told in described.operations.items()
        for status, answer in told["responses"].items()
        if status != "204"
        if not answer.get("content") or not all(each.get("schema") for each in answer["content"].values())
    ]
    assert bare == []


async def test_each_operation_is_called_by_its_verb_and_stands_under_its_noun(described: Described) -> None:
    called = {name: told["operationId"] for name, told in described.operations.items()}
    assert called == {name: route.name for name, route in described.routes.items()}
    assert len(set(called.values())) == len(called)
    assert [name for name, told in described.operations.items() if len(told["tags"]) != 1] == []
    assert [name for name in described.schemas if "__" in name] == []


async def test_a_client_is_generated_of_it_without_a_warning(described: Described, tmp_path: Path) -> None:
    assert generate(described.document, tmp_path / "client") == ""


async def test_a_refusal_is_what_the_description_says(described: Described) -> None:
    transport = httpx.ASGITransport(described.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://rollcall.test") as client:
        refused = await client.get("/v1/me")
        served = await client.get("/openapi.json")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == PROBLEM
    assert Problem.model_validate_json(refused.content, strict=True).status == 401
    assert served.json() == described.document
