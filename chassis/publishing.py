"""The one place that publishes: JetStream's atomic batches (ADR-50), and singly where a batch is refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client

ANSWER_SECONDS = 5.0
DUPLICATE_IN_BATCH = 10201
REFUSED_FOR_GOOD = frozenset({10054})
"""Server error codes that no later try would change: 10054 is a message over the stream's own limit."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to publish. `message_id` makes a repeat harmless inside the stream's duplicate window."""

    subject: str
    message_id: str
    headers: dict[str, str]
    body: bytes


class PublishFailed(Exception):
    """The server refused; `code` is JetStream's error code."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"JetStream refused: {description} ({code})")
        self.code = code


class NeverPublishable(Exception):
    """No later try can succeed with this message: it is for a person to look at."""


async def publish_batch(client: Client, stream: str, tellings: Sequence[Telling]) -> int:
    """Store all of `tellings` or none, with few syncs for all; the stream's sequence of the last.

    A timeout is unknown, not failed: send the same again. PublishFailed with DUPLICATE_IN_BATCH means that
    the stream has one of them already and took none.
    """
    batch = client._nuid.next().decode()
    last = len(tellings)
    for number, telling in enumerate(tellings, 1):
        headers = _headers(stream, telling)
        headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        if number < last:
            await client.publish(telling.subject, telling.body, headers=headers)
        else:
            headers["Nats-Batch-Commit"] = "1"
            answer = await client.request(
                telling.subject, telling.body, headers=headers, timeout=ANSWER_SECONDS
            )
    return _sequence(answer.data)


async def publish_one(client: Client, stream: str, telling: Telling) -> int:
    """Store one message, or find it stored already; its sequence in the stream."""
    try:
        answer = await client.request(
            telling.subject, telling.body, headers=_headers(stream, telling), timeout=ANSWER_SECONDS
        )
    except (nats.errors.MaxPayloadError, nats.errors.BadSubjectError, ValueError) as error:
        raise NeverPublishable(f"{type(error).__name__}: {error}") from error
    try:
        return _sequence(answer.data)
    except PublishFailed as error:
        if error.code in REFUSED_FOR_GOOD:
            raise NeverPublishable(str(error)) from error
        raise


def _headers(stream: str, telling: Telling) -> dict[str, str]:
    return telling.headers | {"Nats-Msg-Id": telling.message_id, "Nats-Expected-Stream": stream}


def _sequence(answer: bytes) -> int:
    told = json.loads(answer)
    if error := told.get("error"):
        raise PublishFailed(int(error.get("err_code", 0)), str(error.get("description", "no reason given")))
    return int(told["seq"])
