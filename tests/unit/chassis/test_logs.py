"""Logs: one JSON object a line, whoever wrote it, and nothing in a value can forge another."""

import json
import subprocess
import sys
from typing import Any

FORGED = 'x\n{"event": "forged"}\r\n\x1b[2Jy\u2028z\x85'
PROGRAM = """
import logging, structlog
from chassis import logs
logs.configure("registry", "info")
log = structlog.get_logger()
{work}
"""


def logged(work: str) -> list[dict[str, Any]]:
    """What these statements log, a line each."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(work=work)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert ended.stdout == ""
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_a_line_says_what_where_how_grave_and_when_in_utc() -> None:
    (line,) = logged("log.warning('outbox_full', waiting=3, unit='苏州市教育局')")
    assert (line["event"], line["service"], line["level"]) == ("outbox_full", "registry", "warning")
    assert (line["waiting"], line["unit"]) == (3, "苏州市教育局")
    assert line["timestamp"].endswith("Z")


def test_libraries_write_through_the_same_formatter() -> None:
    (line,) = logged("logging.getLogger('uvicorn.error').error('cannot %s', 'bind')")
    assert (line["event"], line["service"]) == ("cannot bind", "registry")


def test_line_breaks_and_escapes_in_a_value_forge_no_line() -> None:
    lines = logged(f"log.info('asked', path={FORGED!a}); logging.getLogger('a').error({FORGED!a})")
    assert [line["event"] for line in lines] == ["asked", FORGED]
    assert lines[0]["path"] == FORGED


def test_a_traceback_stays_on_its_line() -> None:
    (line,) = logged("try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('failed')")
    assert "ZeroDivisionError" in line["exception"]


def test_what_is_below_the_level_is_not_written() -> None:
    assert logged("log.debug('detail'); logging.getLogger('nats').info('chatter')") == []


def test_what_is_bound_to_a_request_stands_in_every_line_of_it() -> None:
    bound = "with structlog.contextvars.bound_contextvars(request_id='r1'):\n    log.info('a')\nlog.info('b')"
    inside, outside = logged(bound)
    assert inside["request_id"] == "r1"
    assert "request_id" not in outside
