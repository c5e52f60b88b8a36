"""Bodies: whatever is wrong with one is answered 4xx with a code and a reason, and leaves no row."""

import json

import pytest

from tests.integration.chassis.conftest import World

PATH = "/v1/organizations"
UNIT = {"name": "苏州市体育局", "kind": "department"}
DEEP = 100_000


def with_name(name: str) -> bytes:
    return json.dumps({**UNIT, "name": name}, ensure_ascii=False).encode("utf-8", "surrogatepass")


def with_field(text: str) -> bytes:
    """A unit with one more member, written as it stands."""
    return (json.dumps(UNIT, ensure_ascii=False)[:-1] + f", {text}}}").encode()


NOT_JSON = {
    "empty": b"",
    "not JSON": "名称=体育局".encode(),
    "truncated": with_field('"sort_order": 1')[:-1],
    "bytes behind it": with_field('"sort_order": 1') + b"{}",
    "byte order mark": b"\xef\xbb\xbf" + with_field('"sort_order": 1'),
    "UTF-16": json.dumps(UNIT).encode("utf-16"),
    "GBK": json.dumps(UNIT, ensure_ascii=False).encode("gbk"),
    "lone surrogate": with_name("体\ud800育"),
    "escaped lone surrogate": with_field(r'"short_name": "\ud800"'),
    "5,000 digits": with_field(f'"sort_order": {"9" * 5_000}'),
    "nested 100,000 deep": with_field(f'"aliases": {"[" * DEEP}{"]" * DEEP}'),
}
INVALID = {
    "array at the top": b"[]",
    "null at the top": b"null",
    "NUL": with_field(r'"short_name": "\u0000"'),
    "NaN": with_field('"sort_order": NaN'),
    "infinite by its exponent": with_field('"sort_order": 1e999'),
    "over 64 bits": with_field(f'"sort_order": {2**63}'),
    "unknown name": with_field('"version": 7'),
    "true for a count": with_field('"sort_order": true'),
    "fraction for a count": with_field('"sort_order": 1.0'),
    "text for a count": with_field('"sort_order": " 7 "'),
    "full-width digits": with_field('"sort_order": "７"'),
    "blank": with_name("   "),
    "ideographic space": with_name("\u3000\u3000"),
    "zero-width": with_name("\u200b\u200d"),
    "turns the direction": with_name("体育局\u202egpj.exe"),
    "control character": with_name("体育\x0b局"),
    "line break": with_name("体育局\r\nBcc: all"),
    "too long": with_name("局" * 301),
    "not in the list": with_field('"opened_on": "2024-02-30"'),
    "no such year": with_field('"opened_on": "0000-01-01"'),
    "year 10000": with_field('"opened_on": "+10000-01-01"'),
    "no id": with_field('"parent_id": "42"'),
    "51 aliases": with_field('"aliases": ' + json.dumps([f"名{n}" for n in range(51)])),
}


async def post(world: World, body: bytes, **headers: str) -> tuple[int, dict[str, object], str]:
    named = {"Content-Type": "application/json", **headers}
    answer = await world.service.ask("POST", PATH, world.keys["coordinator"], content=body, headers=named)
    return answer.status_code, answer.json(), answer.headers["content-type"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        *(pytest.param(body, 400, "not_json", id=what) for what, body in NOT_JSON.items()),
        *(pytest.param(body, 422, "invalid", id=what) for what, body in INVALID.items()),
        pytest.param(with_field('"kind": "school"'), 400, "duplicate_name", id="a name twice"),
        pytest.param(
            with_field('"short_name": "' + "x" * 2**20 + '"'), 413, "too_large", id="over the limit"
        ),
    ],
)
async def test_a_bad_body_is_answered_with_its_fault_and_leaves_no_row(
    world: World, body: bytes, status: int, code: str
) -> None:
    before = await world.facts()
    answered, problem, kind = await post(world, body)
    assert (answered, problem["code"], kind) == (status, code, "application/problem+json")
    assert problem["status"] == status
    assert problem["detail"]
    assert await world.facts() == before


async def test_a_body_is_taken_when_nothing_is_wrong_with_it(world: World) -> None:
    """What the table above varies is itself sound, so each of its cases fails by its own fault."""
    status, unit, _ = await post(world, with_field('"sort_order": 1'))
    assert (status, unit["name"], unit["sort_order"]) == (201, UNIT["name"], 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}} %s %(x)s", "{{7*7}} %s %(x)s"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("'; DROP TABLE organization; --", "'; DROP TABLE organization; --"),
        ("@all", "@all"),
        ("𠮷野家𬬭", "𠮷野家𬬭"),
        ("Cafe\u0301", "Caf\u00e9"),
    ],
)
async def test_strange_but_honest_text_is_kept_as_it_is_in_nfc(world: World, text: str, kept: str) -> None:
    status, unit, _ = await post(world, with_name(text))
    assert (status, unit["name"]) == (201, kept)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("text/plain", "text/plain"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("", "missing"),
    ],
)
async def test_a_body_of_another_kind_is_refused_by_name(world: World, kind: str, named: str) -> None:
    status, problem, _ = await post(world, with_field('"sort_order": 1'), **{"Content-Type": kind})
    assert (status, problem["code"]) == (415, "unsupported_media")
    assert named in str(problem["detail"])
    assert "expected application/json" in str(problem["detail"])


async def test_a_packed_body_is_refused_unopened(world: World) -> None:
    status, problem, _ = await post(world, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert (status, problem["code"]) == (415, "unsupported_media")


async def test_a_body_that_lies_about_its_length_is_cut_off_at_the_limit(world: World) -> None:
    async def flood() -> object:
        for _ in range(20):
            yield b"x" * 100_000

    answer = await world.service.ask(
        "POST",
        PATH,
        world.keys["coordinator"],
        content=flood(),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "1048576 bytes" in answer.json()["detail"]


async def test_every_faulty_field_is_named_with_what_was_expected(world: World) -> None:
    body = {"name": " ", "kind": "ministry", "sort_order": -1, "colour": "red"}
    _, problem, _ = await post(world, json.dumps(body).encode())
    errors = problem["errors"]
    assert isinstance(errors, list)
    messages = {error["field"]: error["message"] for error in errors}
    assert set(messages) == {"name", "kind", "sort_order", "colour"}
    assert "at least one letter" in messages["name"]
    assert "'department'" in messages["kind"]
    assert "greater than or equal to 0" in messages["sort_order"]
