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
from tests.support.files import a_pdf

# The office's coordinator comes last: what it does, it does once. `other` is a coordinator whose campaign this is
# not, `stranger` a unit that the notice was not addressed to; the auditor and ops hold keys of the office, which is
# an addressee. The campaign stands under none, so that there is nothing to take over; the activity is registered, and
# so everybody's to read.
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
    POST   /v1/organizations                         401  403      403      403      403     403 403   201
    GET    /v1/organizations/export                  401  200      200      200      200     403 200   200
    GET    /v1/organizations/{id}                    401  200      200      200      200     403 200   200
    PATCH  /v1/organizations/{id}                    401  403      403      403      403     403 404   200
    GET    /v1/organizations/{id}/history            401  200      200      200      200     403 200   200
    POST   /v1/organizations/{id}/merge              401  403      403      403      403     403 404   200
    POST   /v1/organizations/{id}/split              401  403      403      403      403     403 404   200
    GET    /v1/name-decisions                        401  403      403      403      200     403 200   200
    POST   /v1/name-decisions                        401  403      403      403      403     403 403   201
    DELETE /v1/name-decisions/{id}                   401  403      403      403      403     403 403   204
    POST   /v1/organizations/resolve                 401  200      200      200      200     403 200   200
    GET    /v1/keys                                  401  403      403      403      403     403 200   200
    POST   /v1/keys                                  401  403      403      403      403     403 403   201
    GET    /v1/keys/{id}                             401  403      403      403      403     403 404   200
    PATCH  /v1/keys/{id}                             401  403      403      403      403     403 404   200
    POST   /v1/keys/{id}/rotate                      401  403      403      403      403     403 404   201
    DELETE /v1/keys/{id}                             401  403      403      403      403     403 404   204
    GET    /v1/campaigns                             401  200      200      200      200     403 200   200
    POST   /v1/campaigns                             401  403      403      403      403     403 422   201
    GET    /v1/campaigns/{id}                        401  200      200      200      200     403 200   200
    PATCH  /v1/campaigns/{id}                        401  403      403      403      403     403 404   200
    GET    /v1/campaigns/{campaign_id}/take-over     401  404      404      404      409     403 404   409
    POST   /v1/campaigns/{campaign_id}/take-over     401  403      403      403      403     403 404   409
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
    PUT    /v1/calendar-days/{date}                  401  403      403      403      403     403 403   200
    DELETE /v1/calendar-days/{date}                  401  403      403      403      403     403 403   204
    GET    /v1/campaigns/{campaign_id}/activities    401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/activities    401  403      403      403      403     403 404   201
    GET    /v1/activities/{id}                       401  200      200      200      200     403 200   200
    PATCH  /v1/activities/{id}                       401  404      404      404      403     403 404   200
    GET    /v1/activities/{id}/history               401  200      200      200      200     403 200   200
    POST   /v1/activities/{id}/register              401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/confirm               401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/postpone              401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/reschedule            401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/hold                  401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/report                401  403      403      403      403     403 404   200
    POST   /v1/activities/{id}/cancel                401  403      403      403      403     403 404   200
    PUT    /v1/activities/{id}/selection             401  403      403      403      403     403 404   200
    POST   /v1/attachments                           401  201      201      201      403     403 201   201
    GET    /v1/attachments                           401  200      200      200      200     403 200   200
    GET    /v1/attachments/{id}                      401  404      404      404      200     404 404   200
    GET    /v1/attachments/{id}/file                 401  404      404      404      200     404 404   200
    POST   /v1/activities/{id}/nomination            401  403      403      403      403     403 404   409
    GET    /v1/campaigns/{campaign_id}/clashes       401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/selection     401  403      403      403      403     403 404   200
    POST   /v1/campaigns/{campaign_id}/numbering     401  403      403      403      403     403 404   200
    GET    /v1/campaigns/{campaign_id}/editions      401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/editions      401  403      403      403      403     403 404   201
    GET    /v1/editions/{id}                         401  200      200      200      200     403 200   200
    GET    /v1/editions/{id}/difference              401  200      200      200      200     403 200   200
    POST   /v1/campaigns/{campaign_id}/imports       401  403      403      403      403     403 404   201
    GET    /v1/imports/{id}                          401  403      403      403      403     403 404   200
    GET    /v1/imports/{id}/errors.xlsx              401  403      403      403      403     403 404   200
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
# Of which of the stage's things a route that makes it something else for good is asked.
OTHERS = {"issue": "draft", "register": "drafted", "cancel": "called off", "merge": "merge", "split": "split"}
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
    """One of every noun in a campaign, and for each route a request that could be granted to `runs`, its coordinator.

    `units` are by what they do here: `above` has others below, `town` hosts and is registered, `addressees` are told,
    `owes` owes.
    """

    def __init__(
        self,
        world: World,
        campaign_id: str,
        runs: str,
        units: dict[str, Any],
        ids: dict[str, str] | None = None,
    ) -> None:
        self.world = world
        self.campaign_id = campaign_id
        self.runs = runs
        self.units = units
        self.files = {"file": ("annex.csv", SHEET.encode(), "text/csv")}
        self.ids: dict[str, str] = ids or {"parked": str(uuid4()), "organizations": units["town"]}

    async def set(self) -> None:
        await self._set_units()
        at = f"/v1/campaigns/{self.campaign_id}"
        self.ids["notices"] = (await self.make(f"{at}/notices", self.notice()))["id"]
        await self.make(f"/v1/notices/{self.ids['notices']}/issue", {})
        for noun in ("draft", "discarded"):
            self.ids[noun] = (await self.make(f"{at}/notices", self.notice()))["id"]
        for noun in ("deliverables", "cancelled"):
            self.ids[noun] = (await self.make(f"{at}/deliverables", self.deliverable()))["id"]
        self.ids["assignments"] = (await self.world.items(f"{at}/assignments", self.runs))[0]["id"]
        self.ids["attachments"] = (await self.store_file(self.runs)).json()["id"]
        await self._set_activities(at)
        preview = await self.import_file(self.runs)
        assert preview.status_code == 201, preview.text
        self.ids["imports"] = preview.json()["id"]

    async def _set_units(self) -> None:
        key = {"organization_id": self.units["town"], "role": "reporter", "label": "平台"}
        self.ids["keys"] = (await self.make("/v1/keys", key))["id"]
        for noun in ("merge", "split"):
            unit = {"name": f"旧局 {noun} {self.runs}", "kind": "other", "parent_id": self.units["above"]}
            self.ids[noun] = (await self.make("/v1/organizations", unit))["id"]
        decision = {"text": "总台", "outside_party": "外单位"}
        self.ids["name-decisions"] = (await self.world.make("/v1/name-decisions", decision))["id"]

    async def _set_activities(self, at: str) -> None:
        self.ids["drafted"] = (await self.make(f"{at}/activities", self.activity()))["id"]
        threat = (await self.store_file(self.runs)).json()["id"]
        self.ids["activities"] = await self.register(at, threat_assessment_id=threat)
        self.ids["called off"] = await self.register(at)
        path = f"/v1/activities/{self.ids['activities']}/selection"
        await self.world.put(path, {"selection": "key"}, self.runs)
        self.ids["editions"] = (await self.make(f"{at}/editions", {}))["id"]

    async def make(self, path: str, body: Any) -> dict[str, Any]:
        return await self.world.make(path, body, self.runs)

    def elsewhere(self) -> "Stage":
        """The same requests for ids that nothing has."""
        nothing = {noun: str(uuid4()) for noun in self.ids}
        return Stage(self.world, str(uuid4()), self.runs, self.units, nothing)

    def notice(self) -> dict[str, Any]:
        return {"title": "通知", "body": "正文", "addressee_ids": self.units["addressees"]}

    def deliverable(self) -> dict[str, Any]:
        return {"kind": "summary", "title": "活动总结", "owed_by": [self.units["owes"]]}

    def activity(self) -> dict[str, Any]:
        return {
            "category": "讲座",
            "name": "专题讲座",
            "hosts": [{"organization_id": self.units["town"]}],
        }

    async def register(self, campaign: str, **fields: Any) -> str:
        """One that could be confirmed, on the register."""
        fields |= {"mode": "online", "starts_at": "2024-08-20T09:00:00+08:00"}
        made = await self.make(f"{campaign}/activities", self.activity() | fields)
        await self.make(f"/v1/activities/{made['id']}/register", {})
        id: str = made["id"]
        return id

    def body(self, route: str, column: str) -> Any:
        """A sound body; None for routes that take none."""
        town = self.units["town"]
        due = {"due_at": "2024-09-20T12:00:00+08:00"}
        bodies: dict[str, Any] = {
            "POST /v1/organizations": {"name": f"单位 {column}", "kind": "other"},
            "PATCH /v1/organizations/{id}": {"sort_order": 7},
            "POST /v1/organizations/{id}/merge": {"into_id": town, **REASON},
            "POST /v1/organizations/{id}/split": {
                "into": [
                    {"organization_id": town},
                    {"name": f"新局 {column}", "kind": "other", "parent_id": self.units["above"]},
                ],
                **REASON,
            },
            "POST /v1/name-decisions": {"text": f"简称 {column}", "outside_party": "外单位"},
            "POST /v1/organizations/resolve": {"names": ["盛泽镇"]},
            "POST /v1/keys": {"organization_id": town, "role": "reporter", "label": column},
            "PATCH /v1/keys/{id}": {"label": "新平台"},
            "POST /v1/keys/{id}/rotate": {"overlap_seconds": 60},
            "POST /v1/campaigns/{campaign_id}/take-over": {"theme": True},
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
            "POST /v1/activities/{id}/register": {},
            "POST /v1/activities/{id}/confirm": {},
            "POST /v1/activities/{id}/postpone": REASON,
            "POST /v1/activities/{id}/reschedule": {"starts_at": "2024-08-21T09:00:00+08:00", **REASON},
            "POST /v1/activities/{id}/hold": {"turnout": 9},
            "POST /v1/activities/{id}/report": {"summary": "顺利举行"},
            "POST /v1/activities/{id}/cancel": REASON,
            "POST /v1/activities/{id}/nomination": {},
            "POST /v1/campaigns/{campaign_id}/selection": {
                "selection": "key",
                "filter": {"state": "reported"},
            },
            "POST /v1/campaigns/{campaign_id}/numbering": {"categories": None},
            "POST /v1/campaigns/{campaign_id}/editions": {},
            "PUT /v1/activities/{id}/selection": {"selection": "key"},
            "POST /v1/imports/{id}/apply": {"decisions": []},
        }
        return bodies.get(route)

    def path(self, route: str) -> str:
        """The route's path with ids of the world."""
        template = route.split()[1]
        last = template.split("/")[-1]
        other = NOUNS.get(route) or OTHERS.get(last)
        noun = other or (template.split("/")[2] if "{id}" in template else last)
        ids = self.ids | {"campaigns": self.campaign_id}
        named = {
            "{organization_id}": self.units["owes"],
            "{date}": "2024-09-14",
            "{campaign_id}": self.campaign_id,
        }
        for mark, value in named.items():
            template = template.replace(mark, value)
        return template.replace("{id}", ids.get(noun, ""))

    async def ask(self, route: str, column: str) -> httpx.Response:
        """The route's request, by the column's caller."""
        caller = CALLERS.get(column, column)
        if route.endswith("/imports"):
            return await self.import_file(caller)
        if route == "POST /v1/attachments":
            return await self.store_file(caller)
        method, path = route.split()[0], self.path(route)
        headers = {}
        if method == "PATCH":
            headers["If_Match"] = (await self.world.get(path, self.runs)).headers.get("ETag", '"1"')
        return await self.world.ask(method, path, caller, self.body(route, column), **headers)

    async def store_file(self, caller: str | None) -> httpx.Response:
        key = None if caller is None else self.world.keys[caller]
        files = {"file": ("附件.pdf", a_pdf(), "application/pdf")}
        return await self.world.service.ask("POST", "/v1/attachments", key, files=files)

    async def import_file(self, caller: str | None) -> httpx.Response:
        key = None if caller is None else self.world.keys[caller]
        path = f"/v1/campaigns/{self.campaign_id}/imports"
        return await self.world.service.ask("POST", path, key, files=self.files, data={"kind": "activities"})


@pytest.fixture
async def stage(world: World) -> Stage:
    addressees = [world.ids[unit] for unit in ("office", "district", "department")]
    units = {
        "above": world.ids["office"],
        "town": world.ids["town"],
        "addressees": addressees,
        "owes": world.ids["department"],
    }
    stage = Stage(world, world.campaign_id, "coordinator", units)
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
