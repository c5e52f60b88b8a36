"""Who may do what in registry: every route there is, asked by every role, against one table."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.routing import BaseRoute, Route

from chassis.service import make_app, make_running
from services.registry.app import SERVICE
from tests.integration.registry.conftest import World

# The office's coordinator comes last: what it does, it does once. `other` is a coordinator whose campaign this is
# not, `stranger` a unit that the notice was not addressed to; the auditor and ops hold keys of the office, which is
# an addressee.
TABLE = """
                                                     none stranger reporter overseer auditor ops other coordinator
    GET    /live                                     200  200      200      200      200     200 200   200
    GET    /ready                                    200  200      200      200      200     200 200   200
    GET    /metrics                                  200  200      200      200      200     200 200   200
    GET    /openapi.json                             200  200      200      200      200     200 200   200
    GET    /v1/me                                    401  200      200      200      200     200 200   200
    GET    /v1/parked                                401  403      403      403      403     200 200   200
    POST   /v1/parked/{id}/retry                     401  403      403      403      403     404 404   404
    GET    /v1/organizations                         401  200      200      200      200     403 200   200
    POST   /v1/organizations                         401  403      403      403      403     403 201   201
    GET    /v1/organizations/{id}                    401  200      200      200      200     403 200   200
    PATCH  /v1/organizations/{id}                    401  403      403      403      403     403 200   200
    POST   /v1/organizations/resolve                 401  200      200      200      200     403 200   200
    GET    /v1/keys                                  401  403      403      403      403     403 200   200
    POST   /v1/keys                                  401  403      403      403      403     403 201   201
    DELETE /v1/keys/{id}                             401  403      403      403      403     403 204   204
    GET    /v1/campaigns                             401  200      200      200      200     403 200   200
    POST   /v1/campaigns                             401  403      403      403      403     403 422   201
    GET    /v1/campaigns/{id}                        401  200      200      200      200     403 200   200
    PATCH  /v1/campaigns/{id}                        401  403      403      403      403     403 404   200
    GET    /v1/campaigns/{campaign_id}/theme-days    401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/theme-days    401  403      403      403      403     403 404   201
    GET    /v1/campaigns/{campaign_id}/notices       401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/notices       401  403      403      403      403     403 404   201
    GET    /v1/notices/{id}                          401  404      200      200      200     403 404   200
    PATCH  /v1/notices/{id}                          401  403      403      403      403     403 404   200
    DELETE /v1/notices/{id}                          401  403      403      403      403     403 404   204
    POST   /v1/notices/{id}/issue                    401  403      403      403      403     403 404   200
    PUT    /v1/notices/{id}/acknowledgement          401  404      200      200      403     403 404   200
    GET    /v1/notices/{id}/acknowledgements         401  404      404      404      200     403 404   200
    PUT    /v1/notices/{id}/acknowledgements/{organization_id} 401 403 403 403 403 403 404 200
    GET    /v1/campaigns/{campaign_id}/acknowledgements 401 200 200 200 200 403 200 200
    POST   /v1/campaigns/{campaign_id}/addressees/preview 401 403 403 403 403 403 404 200
    GET    /v1/campaigns/{campaign_id}/deliverables  401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/deliverables  401  403      403      403      403     403 404   201
    GET    /v1/deliverables/{id}                     401  200      200      200      200     403 200   200
    PATCH  /v1/deliverables/{id}                     401  403      403      403      403     403 404   200
    PUT    /v1/deliverables/{id}/due                 401  403      403      403      403     403 404   200
    POST   /v1/deliverables/{id}/owed-by             401  403      403      403      403     403 404   200
    POST   /v1/deliverables/{id}/extensions          401  403      403      403      403     403 404   200
    POST   /v1/deliverables/{id}/cancel              401  403      403      403      403     403 404   200
    GET    /v1/campaigns/{campaign_id}/assignments   401  200      200      200      200     403 200   200
    PUT    /v1/assignments/{id}/extension            401  403      403      403      403     403 404   200
    PUT    /v1/assignments/{id}/waiver               401  403      403      403      403     403 404   200
    POST   /v1/assignments/{id}/unwaive              401  403      403      403      403     403 404   200
    GET    /v1/calendar-days                         401  200      200      200      200     403 200   200
    PUT    /v1/calendar-days/{date}                  401  403      403      403      403     403 200   200
    DELETE /v1/calendar-days/{date}                  401  403      403      403      403     403 204   204
    GET    /v1/campaigns/{campaign_id}/activities    401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/activities    401  403      403      403      403     403 404   201
    GET    /v1/activities/{id}                       401  200      200      200      200     403 200   200
    PATCH  /v1/activities/{id}                       401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/reschedule            401  403      403      403      403     403 404   200
    PUT    /v1/activities/{id}/selection             401  403      403      403      403     403 404   200
    POST   /v1/campaigns/{campaign_id}/imports       401  403      403      403      403     403 404   201
    GET    /v1/imports/{id}                          401  403      403      403      403     403 404   200
    POST   /v1/imports/{id}/apply                    401  403      403      403      403     403 404   200
"""
# What is asked for where it is not the one that all others are asked of.
NOUNS = {
    "PATCH /v1/notices/{id}": "draft",
    "POST /v1/notices/{id}/issue": "draft",
    "DELETE /v1/notices/{id}": "discarded",
    "POST /v1/deliverables/{id}/cancel": "cancelled",
}
CALLERS = {"none": None, "other": "other office"}
SHEET = "序号,活动类别,活动名称,主办单位\n1,网络安全进机关,专题讲座,苏州市教育局\n"
REASON = {"reason": "另有安排"}
Row = dict[str, int]


def read_table() -> dict[str, Row]:
    """By route, what each column expects."""
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    rows = {f"{method} {path}": list(map(int, cells)) for method, path, *cells in lines}
    assert len(rows) == len(lines)
    return {route: dict(zip(head, cells, strict=True)) for route, cells in rows.items()}


EXPECTED = read_table()
COLUMNS = list(EXPECTED["GET /live"])


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[str]:
    """Method and path of each route, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes)
        else:
            assert isinstance(route, Route), f"{route!r} is of a kind that the table knows nothing of"
            yield from (f"{method} {route.path}" for method in route.methods or () if method != "HEAD")


class Stage:
    """One of every noun in the world's campaign, and for each route a request that could be granted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.files = {"file": ("annex.csv", SHEET.encode(), "text/csv")}
        self.ids: dict[str, str] = {"parked": str(uuid4()), "organizations": world.ids["town"]}

    async def set(self) -> None:
        world, at = self.world, f"/v1/campaigns/{self.world.campaign_id}"
        self.ids["keys"] = (await world.make_key("town", "reporter"))["id"]
        self.ids["notices"] = (await world.make(f"{at}/notices", self.notice()))["id"]
        await world.make(f"/v1/notices/{self.ids['notices']}/issue", {})
        for noun in ("draft", "discarded"):
            self.ids[noun] = (await world.make(f"{at}/notices", self.notice()))["id"]
        for noun in ("deliverables", "cancelled"):
            self.ids[noun] = (await world.make(f"{at}/deliverables", self.deliverable()))["id"]
        self.ids["assignments"] = (await world.items(f"{at}/assignments"))[0]["id"]
        self.ids["activities"] = (await world.make(f"{at}/activities", self.activity()))["id"]
        preview = await self.import_file("coordinator")
        assert preview.status_code == 201, preview.text
        self.ids["imports"] = preview.json()["id"]

    def notice(self) -> dict[str, Any]:
        units = ("office", "district", "department")
        return {"title": "通知", "body": "正文", "addressee_ids": [self.world.ids[unit] for unit in units]}

    def deliverable(self) -> dict[str, Any]:
        return {"kind": "summary", "title": "活动总结", "owed_by": [self.world.ids["department"]]}

    def activity(self) -> dict[str, Any]:
        return {
            "category": "讲座",
            "name": "专题讲座",
            "hosts": [{"organization_id": self.world.ids["town"]}],
        }

    def body(self, route: str, column: str) -> Any:
        """A sound body; None for routes that take none."""
        town = self.world.ids["town"]
        due = {"due_at": "2024-09-20T12:00:00+08:00"}
        bodies: dict[str, Any] = {
            "POST /v1/organizations": {"name": f"单位 {column}", "kind": "other"},
            "PATCH /v1/organizations/{id}": {"sort_order": 7},
            "POST /v1/organizations/resolve": {"names": ["盛泽镇"]},
            "POST /v1/keys": {"organization_id": town, "role": "reporter", "label": column},
            "POST /v1/campaigns": self.world.a_campaign(),
            "PATCH /v1/campaigns/{id}": {"theme": "主题"},
            "POST /v1/campaigns/{campaign_id}/theme-days": {
                "date": "2024-09-13",
                "name": "金融日",
                "organiser_ids": [town],
            },
            "POST /v1/campaigns/{campaign_id}/notices": self.notice(),
            "POST /v1/notices/{id}/issue": {},
            "PUT /v1/notices/{id}/acknowledgement": {"acknowledged_by": "值班员"},
            "POST /v1/campaigns/{campaign_id}/deliverables": self.deliverable(),
            "PATCH /v1/notices/{id}": {"title": "更正"},
            "PUT /v1/notices/{id}/acknowledgements/{organization_id}": {
                "acknowledged_by": "值班员",
                "why": "来电",
            },
            "POST /v1/campaigns/{campaign_id}/addressees/preview": {"rule": {"any_of": [{"kind": "town"}]}},
            "PATCH /v1/deliverables/{id}": {"title": "总结"},
            "POST /v1/deliverables/{id}/owed-by": {"organization_ids": [town]},
            "POST /v1/deliverables/{id}/extensions": {"organization_ids": [town], **due, **REASON},
            "POST /v1/deliverables/{id}/cancel": REASON,
            "POST /v1/assignments/{id}/unwaive": REASON,
            "PUT /v1/calendar-days/{date}": {"kind": "working_day"},
            "PUT /v1/deliverables/{id}/due": {"due_on": "2024-09-16", **REASON},
            "PUT /v1/assignments/{id}/extension": due | REASON,
            "PUT /v1/assignments/{id}/waiver": REASON,
            "POST /v1/campaigns/{campaign_id}/activities": self.activity(),
            "PATCH /v1/activities/{id}": {"name": "讲座"},
            "POST /v1/activities/{id}/reschedule": {"starts_at": "2024-09-10T09:00:00+08:00", **REASON},
            "PUT /v1/activities/{id}/selection": {"selection": "key"},
            "POST /v1/imports/{id}/apply": {"decisions": []},
        }
        return bodies.get(route)

    def path(self, route: str) -> str:
        """The route's path with ids of the world."""
        template = route.split()[1]
        noun = NOUNS.get(route) or template.split("/")[2 if "{id}" in template else -1]
        ids = self.ids | {"campaigns": self.world.campaign_id}
        named = {"{organization_id}": self.world.ids["district"], "{date}": "2024-09-14"}
        for mark, value in named.items():
            template = template.replace(mark, value)
        return template.replace("{campaign_id}", self.world.campaign_id).replace("{id}", ids.get(noun, ""))

    async def ask(self, route: str, column: str) -> httpx.Response:
        """The route's request, by the column's caller."""
        caller = CALLERS.get(column, column)
        if route.endswith("/imports"):
            return await self.import_file(caller)
        method, path = route.split()[0], self.path(route)
        headers = {}
        if method == "PATCH":
            headers["If_Match"] = (await self.world.get(path)).headers["ETag"]
        return await self.world.ask(method, path, caller, self.body(route, column), **headers)

    async def import_file(self, caller: str | None) -> httpx.Response:
        key = None if caller is None else self.world.keys[caller]
        path = f"/v1/campaigns/{self.world.campaign_id}/imports"
        return await self.world.service.ask("POST", path, key, files=self.files, data={"kind": "activities"})


@pytest.fixture
async def stage(world: World) -> Stage:
    stage = Stage(world)
    await stage.set()
    return stage


async def test_every_route_stands_in_the_table_and_no_other_does(world: World) -> None:
    app = make_app(make_running(SERVICE, world.service.running.settings, world.service.database))
    assert sorted(routes_of(app.routes)) == sorted(EXPECTED)


async def test_every_route_answers_every_role_as_the_table_says(stage: Stage) -> None:
    wrong = []
    for column in COLUMNS:
        for route, row in EXPECTED.items():
            answer = await stage.ask(route, column)
            if answer.status_code != row[column]:
                wrong.append(
                    f"{route} by {column}: expected {row[column]}, got {answer.status_code}: {answer.text}"
                )
    assert wrong == []


async def test_what_is_refused_changes_nothing_and_says_so_in_one_form(stage: Stage) -> None:
    before = await stage.world.facts()
    for column in COLUMNS:
        for route, row in EXPECTED.items():
            if row[column] in (401, 403, 404):
                problem = (await stage.ask(route, column)).json()
                assert problem["status"] == row[column]
                assert problem["type"] == f"urn:rollcall:problem:{problem['code']}"
                assert problem["detail"]
    assert await stage.world.facts() == before


async def test_the_api_describes_itself_whole(world: World) -> None:
    described = (await world.get("/openapi.json", None)).json()["paths"]
    operations = {
        f"{method.upper()} {path}": told
        for path, methods in described.items()
        for method, told in methods.items()
    }
    assert sorted([*operations, "GET /openapi.json"]) == sorted(EXPECTED)
    for route, told in operations.items():
        headers = {each["name"] for each in told.get("parameters", []) if each["in"] == "header"}
        assert ("if-match" in headers) >= route.startswith("PATCH"), route
        assert ("idempotency-key" in headers) >= ("201" in told["responses"]), route
