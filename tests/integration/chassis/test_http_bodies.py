"""Bodies: whatever is wrong with one is answered 4xx with a code and a reason, and leaves no row."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.integration.chassis.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNITS = "/v1/organizations"
UNIT = {"name": "苏州市体育局", "kind": "department"}
LIMIT = 2**20
DEEP = 100_000
COUNT = """
    SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM outbox), (SELECT count(*) FROM organization),
           (SELECT count(*) FROM key), (SELECT count(*) FROM idempotency)
"""


def with_name(name: str) -> bytes:
    return json.dumps({**UNIT, "name": name}, ensure_ascii=False).encode("utf-8", "surrogatepass")


def with_field(text: str) -> bytes:
    """A unit with one more member, written as it stands."""
    return (json.dumps(UNIT, ensure_ascii=False)[:-1] + f", {text}}}").encode()


SOUND = with_field('"sort_order": 1')
NOT_JSON = {
    "empty": b"",
    "not JSON": "名称=体育局".encode(),
    "truncated": SOUND[:-1],
    "bytes behind it": SOUND + b"{}",
    "byte order mark": b"\xef\xbb\xbf" + SOUND,
    "UTF-16": json.dumps(UNIT).encode("utf-16"),
    "GBK": json.dumps(UNIT, ensure_ascii=False).encode("gbk"),
    "lone surrogate": with_name("体\ud800育"),
    "escaped lone surrogate": with_field(r'"short_name": "\ud800"'),
    "5,000 digits": with_field(f'"sort_order": {"9" * 5_000}'),
    "nested 100,000 deep": with_field(f'"aliases": {"[" * DEEP}{"]" * DEEP}'),
}
# What is sent, and words of the reason that is given.
INVALID = {
    "array at the top": (b"[]", "body: Input should be an object"),
    "null at the top": (b"null", "body: Input should be an object"),
    "NUL": (with_field(r'"short_name": "\u0000"'), "short_name: holds a control character"),
    "NaN": (with_field('"sort_order": NaN'), "sort_order: Input should be a"),
    "Infinity": (with_field('"sort_order": Infinity'), "sort_order: Input should be a"),
    "infinite by its exponent": (with_field('"sort_order": 1e999'), "sort_order: Input should be a"),
    "over 64 bits": (with_field(f'"sort_order": {2**63}'), "sort_order: Input should be less than"),
    "a field that the server sets": (with_field('"version": 7'), "version: Extra inputs"),
    "a field that nobody knows": (with_field('"role": "coordinator"'), "role: Extra inputs"),
    "true for a count": (with_field('"sort_order": true'), "sort_order: Input should be a valid integer"),
    "fraction for a count": (with_field('"sort_order": 1.0'), "sort_order: Input should be a valid integer"),
    "text for a count": (with_field('"sort_order": " 7 "'), "sort_order: Input should be a valid integer"),
    "full-width digits": (with_field('"sort_order": "７"'), "sort_order: Input should be a valid integer"),
    "number for a text": (with_field('"short_name": 7'), "short_name: Input should be a valid string"),
    "blank": (with_name("   "), "name: is blank; expected at least one letter"),
    "ideographic space": (with_name("\u3000\u3000"), "name: is blank"),
    "zero-width": (with_name("\u200b\u200d"), "name: is blank"),
    "turns the direction": (with_name("体育局\u202egpj.exe"), "turns the direction"),
    "vertical tab": (with_name("体育\x0b局"), "name: "),
    "escaped control character": (with_field(r'"short_name": "\u000b"'), "control character"),
    "escape sequence": (with_field(r'"short_name": "\u001b[31m"'), "control character"),
    "line end": (with_field(r'"short_name": "体育局\r\nBcc: all"'), "expected one line"),
    "leading tab": (with_field(r'"short_name": "\t=1+1"'), "expected one line"),
    "leading carriage return": (with_field(r'"short_name": "\r=1+1"'), "expected one line"),
    "40,000 letters": (with_name("局" * 40_000), "name: String should have at most 300 characters"),
    "a heap of marks": (with_name("e" + "\u0301" * 200), "more than 30 marks on one letter"),
    "30 February": (with_field('"opened_on": "2024-02-30"'), "opened_on: Input should be a valid date"),
    "year 0": (with_field('"opened_on": "0000-01-01"'), "opened_on: Input should be a valid date"),
    "year 10000": (with_field('"opened_on": "+10000-01-01"'), "opened_on: Input should be a valid date"),
    "no id": (with_field('"parent_id": "42"'), "parent_id: Input should be a valid UUID"),
    "51 aliases": (
        with_field('"aliases": ' + json.dumps([f"名{n}" for n in range(51)])),
        "aliases: List should have at most 50 items",
    ),
}
OTHERS = {
    "a name twice": (with_field('"kind": "school"'), 400, "duplicate_name", "expected each name once"),
    "a name twice below": (
        with_field('"aliases": [{"a": 1, "a": 2}]'),
        422,
        "invalid",
        "aliases.0: Input should be a valid string",
    ),
    "a byte over the limit": (
        SOUND.ljust(LIMIT + 1),
        413,
        "too_large",
        f"longer than {LIMIT} bytes; expected",
    ),
}
MOMENTS = {
    "naive": ("2024-12-31T00:00:00", "should have timezone info"),
    "a day alone": ("2024-12-31", "valid datetime"),
    "30 February": ("2025-02-30T00:00:00Z", "day value is outside expected range"),
    "leap second": ("2024-12-31T23:59:60Z", "second value is outside expected range of 0-59"),
    "24 o'clock": ("2024-12-31T24:00:00Z", "hour value is outside expected range of 0-23"),
    "before year 1 in UTC": ("0001-01-01T00:00:00+14:00", "lies outside the years 1 to 9999"),
    "the first moment, kept as -infinity": ("0001-01-01T00:00:00Z", "lies outside the years 1 to 9999"),
    "the last moment, kept as infinity": ("9999-12-31T23:59:59.999999Z", "lies outside the years 1 to 9999"),
    "after year 9999 in UTC": ("9999-12-31T23:59:59-12:00", "lies outside the years 1 to 9999"),
    "year 10000": ("+10000-01-01T00:00:00Z", "invalid character in year"),
    "offset of a day": ("2024-12-31T00:00:00+24:00", "timezone offset must be less than 24 hours"),
    "full-width digits": ("２０２４-12-31T00:00:00Z", "invalid character in year"),
    "seconds since 1970": (1_735_603_200, "valid datetime"),
}


async def post(world: World, body: bytes, **headers: str) -> httpx.Response:
    """As every client should: with a key that makes it once. It is the same one throughout."""
    named = {"Content-Type": "application/json", "Idempotency-Key": "one for all", **headers}
    return await world.service.ask("POST", UNITS, world.keys["coordinator"], content=body, headers=named)


async def count(world: World) -> tuple[int, ...]:
    async with world.service.database.reading() as connection:
        return tuple(await connection.fetchrow(COUNT) or ())


def check_problem(answer: httpx.Response, status: int, code: str, words: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert (problem["status"], problem["type"]) == (status, f"urn:rollcall:problem:{code}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in problem["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        *(
            pytest.param(body, 400, "not_json", "the body is no JSON in UTF-8", id=what)
            for what, body in NOT_JSON.items()
        ),
        *(pytest.param(body, 422, "invalid", words, id=what) for what, (body, words) in INVALID.items()),
        *(pytest.param(*values, id=what) for what, values in OTHERS.items()),
    ],
)
async def test_a_bad_body_is_answered_with_its_fault_and_leaves_no_row(
    office: World, body: bytes, status: int, code: str, words: str
) -> None:
    before = await count(office)
    check_problem(await post(office, body), status, code, words)
    assert await count(office) == before


@pytest.mark.parametrize(("moment", "words"), MOMENTS.values(), ids=MOMENTS)
async def test_a_moment_that_is_none_or_could_mean_two_is_refused_and_leaves_no_row(
    office: World, moment: str | int, words: str
) -> None:
    before = await count(office)
    body = {"organization_id": office.ids["office"], "role": "auditor", "label": "审计", "expires_at": moment}
    check_problem(await office.post("/v1/keys", body), 422, "invalid", words)
    assert await count(office) == before


async def test_a_body_is_taken_when_nothing_is_wrong_with_it_up_to_the_limit(office: World) -> None:
    """What the table above varies is itself sound, so each of its cases fails by its own fault."""
    answer = await post(office, SOUND.ljust(LIMIT), **{"Idempotency-Key": "sound"})
    unit = answer.json()
    assert (answer.status_code, unit["name"], unit["sort_order"]) == (201, UNIT["name"], 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}} %s %(x)s", "{{7*7}} %s %(x)s"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("-1+1", "-1+1"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("'; DROP TABLE organization; --", "'; DROP TABLE organization; --"),
        ("@all", "@all"),
        ("𠮷野家𬬭", "𠮷野家𬬭"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("กิ๊ก", "กิ๊ก"),
    ],
)
async def test_strange_but_honest_text_is_kept_as_it_is_in_nfc(office: World, text: str, kept: str) -> None:
    answer = await post(office, with_name(text), **{"Idempotency-Key": text.encode().hex()})
    assert (answer.status_code, answer.json()["name"]) == (201, kept)
    assert (await office.get(f"{UNITS}/{answer.json()['id']}")).json()["name"] == kept


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"Content-Type": "text/plain"}, "text/plain"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "application/x-www-form-urlencoded"),
        ({"Content-Type": "application/jsonp"}, "application/jsonp"),
        ({"Content-Type": ""}, "missing"),
        ({"Content-Encoding": "gzip"}, "gzip"),
    ],
)
async def test_a_body_of_another_kind_or_packed_is_refused_unread_by_name(
    office: World, headers: dict[str, str], named: str
) -> None:
    before = await count(office)
    answer = await post(office, SOUND, **headers)
    check_problem(answer, 415, "unsupported_media", "expected")
    assert named in answer.json()["detail"]
    assert await count(office) == before


@pytest.mark.parametrize("length", ["12", "-5", "²", "9" * 5_000, "none"])
async def test_a_body_that_lies_about_its_length_is_cut_off_at_the_limit(office: World, length: str) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    headers = [
        (b"Authorization", f"Bearer {office.keys['coordinator']}".encode()),
        (b"Content-Type", b"application/json"),
        (b"Content-Length", length.encode("latin-1")),
    ]
    answer = await office.service.client.post(UNITS, content=flood(), headers=headers)
    check_problem(answer, 413, "too_large", f"{LIMIT} bytes")


@pytest.mark.parametrize(
    "body",
    [
        with_field(r'"short_name": "\ud800"'),
        with_field('"short_name": "体\x0b育"'),
        (json.dumps(UNIT)[:-1] + ', "short_name": "\ud800"}').encode("utf-8", "surrogatepass"),
        with_field(r'"aliases": ["局", "\udc00"]'),
    ],
    ids=["escaped surrogate", "bare control character", "surrogate in bytes", "in a list"],
)
async def test_a_text_that_makes_the_body_no_json_is_named(office: World, body: bytes) -> None:
    problem = (await post(office, body)).json()
    (error,) = problem["errors"]
    assert error["field"] == ("aliases.1" if b"aliases" in body else "short_name")
    assert error["field"] in problem["detail"]


async def test_every_faulty_field_is_named_with_what_was_expected(office: World) -> None:
    body = {"name": " ", "kind": "ministry", "sort_order": -1, "colour": "red"}
    errors = (await post(office, json.dumps(body).encode())).json()["errors"]
    messages = {error["field"]: error["message"] for error in errors}
    assert set(messages) == {"name", "kind", "sort_order", "colour"}
    assert "at least one letter" in messages["name"]
    assert "'department'" in messages["kind"]
    assert "greater than or equal to 0" in messages["sort_order"]
