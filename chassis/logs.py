"""Logs: one JSON object a line on standard error, our own and the libraries' alike."""

import json
import logging
import sys
from typing import Any

import structlog

from chassis.tracing import current_request

_LINE_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"}


def configure(service: str, level: str) -> None:
    """Send every log line of this process through one formatter; `service` stands in each."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _add_request,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _name(service),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(_write),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for quiet in ("httpx", "httpcore", "nats", "faststream"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


def _write(event: dict[str, Any], **options: Any) -> str:
    """JSON that stays one line for whoever takes Unicode's line ends for such, and shows names as they are."""
    return json.dumps(event, ensure_ascii=False, **options).translate(_LINE_ENDS)


def _add_request(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {**current_request(), **event}


def _name(service: str) -> Any:
    def add(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
        event["service"] = service
        return event

    return add
