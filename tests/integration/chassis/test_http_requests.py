"""Requests: ids, methods, parameters, cursors, versions, and what is said when something fails."""

import re

import pytest

from chassis.http.paging import write_cursor
from tests.integration.chassis.conftest import World

UNITS = "/v1/organizations"


async def test_a_request_id_is_given_back_or_made(world: World) -> None:
    given = await world.ask("GET", "/v1/me", X_Request_Id="week-2024.1")
    made = await world.ask("GET", "/v1/me")
    assert given.headers["x-request-id"] == "week-2024.1"
    assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["x-request-id"])


@pytest.mark.parametrize("id", ["", "x" * 65, "a b", "a\tb", "<script>"])
async def test_a_request_id_that_could_spoil_a_log_is_replaced(world: World, id: str) -> None:
    answer = await world.ask("GET", "/v1/me", X_Request_Id=id)
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nowhere", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", UNITS + "/", 404, "not_found"),
        ("DELETE", UNITS, 405, "method_not_allowed"),
        ("TRACE", UNITS, 405, "method_not_allowed"),
        ("BREW", UNITS, 405, "method_not_allowed"),
        ("GET", UNITS + "/not-an-id", 422, "invalid"),
        ("GET", f"{UNITS}/00000000-0000-7000-8000-000000000000", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_a_problem_like_any_other(
    world: World, method: str, path: str, status: int, code: str
) -> None:
    answer = await world.ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]


async def test_a_method_in_a_header_changes_nothing(world: World) -> None:
    answer = await world.ask("GET", UNITS, X_HTTP_Method_Override="DELETE", X_Forwarded_Host="evil.test")
    assert answer.status_code == 200
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=ten", "limit"),
        ("cursor=", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=e30", "cursor"),
        ("cursor=" + "x" * 2_001, "cursor"),
        ("cursor=" + write_cursor("not an id"), "cursor"),
        ("cursor=" + write_cursor(1, 2, 3, 4), "cursor"),
        ("limit=5&limit=6", "limit"),
        ("unit=a", "unit"),
        ("kind=department&kind=school", "kind"),
    ],
)
async def test_a_parameter_that_is_unfit_unknown_or_repeated_is_named(
    world: World, query: str, named: str
) -> None:
    answer = await world.get(f"{UNITS}?{query}")
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


async def test_a_cursor_goes_on_where_the_page_ended_whatever_came_meanwhile(world: World) -> None:
    first = (await world.get(f"{UNITS}?limit=2")).json()
    await world.make_unit("苏州市体育局", sort_order=0)
    second = (await world.get(f"{UNITS}?limit=2&cursor={first['next_cursor']}")).json()
    ids = [unit["id"] for unit in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 4


async def test_a_version_is_an_etag_and_a_change_names_the_one_that_it_saw(world: World) -> None:
    unit = await world.make_unit("苏州市体育局")
    path = f"{UNITS}/{unit['id']}"
    assert (await world.get(path)).headers["etag"] == '"1"'
    without = await world.ask("PATCH", path, body={"short_name": "体育"})
    stale = await world.ask("PATCH", path, body={"short_name": "体育"}, If_Match='"9"')
    sound = await world.ask("PATCH", path, body={"short_name": "体育"}, If_Match='"1"')
    assert [answer.status_code for answer in (without, stale, sound)] == [428, 412, 200]
    assert stale.json()["current_version"] == 1
    assert sound.headers["etag"] == '"2"'


@pytest.mark.parametrize("tag", ['"one"', "１", '"-1"', '"1", "2"', "x" * 300])
async def test_an_if_match_that_names_no_version_is_refused(world: World, tag: str) -> None:
    unit = await world.make_unit("苏州市体育局")
    answer = await world.service.client.patch(
        f"{UNITS}/{unit['id']}",
        json={"short_name": "体育"},
        headers=[
            (b"Authorization", f"Bearer {world.keys['coordinator']}".encode()),
            (b"If-Match", tag.encode()),
        ],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_if_match")


async def test_health_and_metrics_ask_for_no_key_and_name_no_unit(world: World) -> None:
    await world.get(UNITS)
    live, ready, metrics = [await world.get(path, None) for path in ("/live", "/ready", "/metrics")]
    assert live.json() == {"status": "alive"}
    assert ready.status_code == 200
    assert ready.json()["parts"]["database"] == "ok"
    assert (
        'rollcall_registry_requests_total{method="GET",route="/v1/organizations",status="200"}'
        in metrics.text
    )
    assert "苏州" not in metrics.text
    assert "rc_" not in metrics.text


async def test_unknown_paths_and_methods_make_no_new_series(world: World) -> None:
    for n in range(5):
        await world.get(f"/v1/nowhere-{n}")
        await world.ask(f"BREW{n}", UNITS)
    metrics = (await world.get("/metrics", None)).text
    assert "nowhere" not in metrics
    assert "BREW" not in metrics


async def test_without_the_database_a_request_is_told_to_come_again(world: World) -> None:
    unit = await world.make_unit("苏州市体育局")
    async with world.service.made.away():
        answer = await world.get(f"{UNITS}/{unit['id']}")
        ready = await world.get("/ready", None)
        live = await world.get("/live", None)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "away")
    assert live.status_code == 200
    assert (await world.get(f"{UNITS}/{unit['id']}")).status_code == 200


async def test_an_error_of_ours_is_a_problem_that_shows_nothing_of_the_inside(world: World) -> None:
    async with world.service.made.without_table("organization"):
        answer = await world.get(UNITS)
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert answer.headers["content-type"] == "application/problem+json"
    assert not re.search(r"organization|SELECT|Traceback|asyncpg", answer.text)
