"""Requests: ids, methods, parameters, cursors, versions, and what is said when something fails."""

import logging
import re
from typing import Any

import httpx
import pytest

from chassis.http.paging import write_cursor
from tests.integration.chassis.conftest import Desk, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNITS = "/v1/organizations"
NOWHERE = "00000000-0000-7000-8000-000000000000"


async def registered(office: World, name: str) -> dict[str, Any]:
    """A unit of this name, made by whichever test comes first."""
    units = {unit["name"]: unit for unit in await office.items(UNITS)}
    return units.get(name) or await office.make_unit(name)


def count_of(metrics: str, series: str) -> float:
    """The present value of one series."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_a_request_id_is_given_back_or_made(office: World) -> None:
    given = await office.ask("GET", "/v1/me", X_Request_Id="week-2024.1")
    made = await office.ask("GET", "/v1/me")
    assert given.headers["x-request-id"] == "week-2024.1"
    assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["x-request-id"])


@pytest.mark.parametrize("id", ["", "x" * 65, "a b", "a\tb", "<script>"])
async def test_a_request_id_that_could_spoil_a_log_is_replaced(office: World, id: str) -> None:
    answer = await office.ask("GET", "/v1/me", X_Request_Id=id)
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
        ("GET", f"{UNITS}/{NOWHERE}", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_a_problem_like_any_other(
    office: World, method: str, path: str, status: int, code: str
) -> None:
    answer = await office.ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", UNITS, "GET, POST"),
        ("DELETE", UNITS, "GET, POST"),
        ("POST", f"{UNITS}/{NOWHERE}", "GET, PATCH"),
        ("POST", "/live", "GET"),
    ],
)
async def test_a_method_that_is_not_known_is_told_all_that_are(
    office: World, method: str, path: str, allowed: str
) -> None:
    answer = await office.ask(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert f"expected {allowed}" in answer.json()["detail"]


async def test_head_is_refused_without_a_body(office: World) -> None:
    answer = await office.ask("HEAD", UNITS)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "GET, POST", b"")


@pytest.mark.parametrize("path", [UNITS, UNITS + "/", "/v1/me", "/openapi.json"])
async def test_neither_a_host_nor_a_method_in_a_header_changes_an_answer(office: World, path: str) -> None:
    names = {"Host": "evil.test", "X_Forwarded_Host": "evil.test", "X_Forwarded_Proto": "ftp"}
    plain = await office.get(path)
    other = await office.ask(
        "GET", path, X_HTTP_Method_Override="DELETE", Forwarded="host=evil.test", **names
    )
    assert (other.status_code, other.content) == (plain.status_code, plain.content)
    assert "evil" not in str(other.headers)


@pytest.mark.parametrize("path", [f"{UNITS}/%00", f"{UNITS}?cursor=a%00", "/v1/parked/%00/x"])
async def test_an_address_that_cannot_be_kept_is_refused(office: World, path: str) -> None:
    assert (await office.get(path)).status_code in (404, 422)


async def test_a_nul_in_a_name_that_an_address_holds_is_refused_before_the_database(desk: Desk) -> None:
    answer = await desk.get("/v1/receipts/2024%000901", "town")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_parameter")
    assert "NUL" in answer.json()["detail"]


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
    office: World, query: str, named: str
) -> None:
    answer = await office.get(f"{UNITS}?{query}")
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


async def test_a_cursor_goes_on_where_the_page_ended_whatever_came_meanwhile(office: World) -> None:
    for n in range(3):
        await office.make_unit(f"第{n}中学", sort_order=n + 1)
    first = (await office.get(f"{UNITS}?limit=2")).json()
    await office.make_unit("苏州市体育局", sort_order=0)
    second = (await office.get(f"{UNITS}?limit=2&cursor={first['next_cursor']}")).json()
    ids = [unit["id"] for unit in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 4


async def test_a_cursor_of_another_list_is_refused(office: World) -> None:
    units = [await registered(office, f"第{n}小学") for n in range(2)]
    for unit in units:
        key = {"organization_id": unit["id"], "role": "reporter", "label": "平台"}
        await office.make("/v1/keys", key)
    page = (await office.get("/v1/keys?limit=1")).json()
    answer = await office.get(f"{UNITS}?cursor={page['next_cursor']}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
    assert "expected the next_cursor" in answer.json()["detail"]


async def test_a_version_is_an_etag_and_a_change_names_the_one_that_it_saw(office: World) -> None:
    made = await office.post(UNITS, {"name": "苏州市统计局", "kind": "department"})
    path = f"{UNITS}/{made.json()['id']}"
    assert (await office.get(path)).headers["etag"] == made.headers["etag"] == '"1"'
    without = await office.ask("PATCH", path, body={"short_name": "体育"})
    stale = await office.ask("PATCH", path, body={"short_name": "体育"}, If_Match='"9"')
    sound = await office.ask("PATCH", path, body={"short_name": "体育"}, If_Match='"1"')
    assert [answer.status_code for answer in (without, stale, sound)] == [428, 412, 200]
    assert [answer.json()["code"] for answer in (without, stale)] == ["if_match_required", "stale_version"]
    assert stale.json()["current_version"] == 1
    assert sound.headers["etag"] == (await office.get(path)).headers["etag"] == '"2"'
    weak = await office.ask("PATCH", path, body={"short_name": "统计"}, If_Match='W/"2"')
    assert (weak.status_code, weak.json()["version"]) == (200, 3)


@pytest.mark.parametrize("tag", ['"one"', "１", '"-1"', '"1", "2"', "x" * 300])
async def test_an_if_match_that_names_no_version_is_refused(office: World, tag: str) -> None:
    unit = await registered(office, "苏州市气象局")
    answer = await office.service.client.patch(
        f"{UNITS}/{unit['id']}",
        json={"short_name": "体育"},
        headers=[
            (b"Authorization", f"Bearer {office.keys['coordinator']}".encode()),
            (b"If-Match", tag.encode()),
        ],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_if_match")


async def test_health_and_metrics_ask_for_no_key_and_name_no_unit(office: World) -> None:
    await office.get(UNITS)
    live, ready, metrics = [await office.get(path, None) for path in ("/live", "/ready", "/metrics")]
    assert live.json() == {"status": "alive"}
    assert ready.status_code == 200
    assert ready.json()["parts"]["database"] == "ok"
    assert (
        'rollcall_registry_requests_total{method="GET",route="/v1/organizations",status="200"}'
        in metrics.text
    )
    assert "苏州" not in metrics.text
    assert "rc_" not in metrics.text
    assert office.ids["office"] not in metrics.text


async def test_metrics_count_who_was_refused_for_a_key_or_a_right(office: World) -> None:
    series = "rollcall_registry_requests_denied_total"
    before = count_of((await office.get("/metrics", None)).text, series)
    assert (await office.get(UNITS, None)).status_code == 401
    assert (await office.get(f"{UNITS}/{NOWHERE}")).status_code == 404
    assert count_of((await office.get("/metrics", None)).text, series) == before + 1


async def test_unknown_paths_and_methods_make_no_new_series(office: World) -> None:
    for n in range(5):
        await office.get(f"/v1/nowhere-{n}")
        await office.ask(f"BREW{n}", UNITS)
    metrics = (await office.get("/metrics", None)).text
    assert "nowhere" not in metrics
    assert "BREW" not in metrics


async def test_without_the_database_a_request_is_told_to_come_again(office: World) -> None:
    unit = await registered(office, "苏州市气象局")
    async with office.service.made.away():
        answer = await office.get(f"{UNITS}/{unit['id']}")
        ready = await office.get("/ready", None)
        live = await office.get("/live", None)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "away")
    assert live.status_code == 200
    assert (await office.get(f"{UNITS}/{unit['id']}")).status_code == 200


async def test_an_error_of_ours_is_a_problem_that_shows_nothing_of_the_inside(
    office: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with office.service.made.without_table("organization"):
        answer = await office.ask("GET", UNITS, X_Request_Id="week-2024.2")
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert answer.headers["content-type"] == "application/problem+json"
    assert not re.search(r"organization|SELECT|Traceback|asyncpg", answer.text)
    assert answer.headers["x-request-id"] == "week-2024.2"
    (line,) = [record.msg for record in caplog.records if record.levelno == logging.ERROR]
    assert isinstance(line, dict)
    assert (line["event"], line["request_id"]) == ("request_failed", "week-2024.2")


async def test_a_caller_that_leaves_before_its_body_is_whole_is_no_error_of_ours(
    office: World, caplog: pytest.LogCaptureFixture
) -> None:
    series = f'rollcall_registry_requests_total{{method="POST",route="{UNITS}",status="499"}}'
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    headers = {"authorization": f"Bearer {office.keys['coordinator']}", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": UNITS,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError(f"nobody is there to hear {message}")

    transport = office.service.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    before = count_of((await office.get("/metrics", None)).text, series)
    await transport.app(scope, receive, send)
    assert count_of((await office.get("/metrics", None)).text, series) == before + 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
