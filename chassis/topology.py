"""The bus's topology: one bootstrap step owns streams and durables; services only bind to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    ConsumerInfo,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

log = structlog.get_logger()

DUPLICATE_WINDOW_SECONDS = 600.0
ACK_WAIT_SECONDS = 10.0
MAX_STREAM_BYTES = 2 * 1024**3
MAX_MESSAGE_BYTES = 768 * 1024
"""An event is at most 512 KiB; the rest is room for headers."""


class Stream(Protocol):
    """A stream: its name, and the subjects that it captures."""

    @property
    def name(self) -> str: ...
    @property
    def subjects(self) -> tuple[str, ...]: ...


class Durable(Protocol):
    """One service's place in one stream."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def stream(self) -> str: ...
    @property
    def subjects(self) -> tuple[str, ...]: ...


class Drift(Exception):
    """A stream or durable is set otherwise than it should be; a person decides what to do."""


@dataclass(frozen=True, slots=True)
class Topology:
    """All streams and durables of one installation."""

    streams: Sequence[Stream]
    durables: Sequence[Durable]


async def bootstrap(jetstream: JetStreamContext, topology: Topology) -> list[str]:
    """Make what is missing and refuse what differs; the names of what was made.

    Raises Drift with one line a difference. Run before services start and whenever one has found its stream
    or durable gone: what is there already is left as it is.
    """
    made = []
    for stream in topology.streams:
        if await _ensure_stream(jetstream, stream_config(stream)):
            made.append(stream.name)
    for durable in topology.durables:
        if await _ensure_durable(jetstream, durable.stream, durable_config(durable)):
            made.append(durable.name)
    if made:
        log.info("topology_made", names=made)
    return made


def stream_config(stream: Stream) -> StreamConfig:
    """How a stream is kept: on disk, never dropping what is old, refusing what is new when it is full."""
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_bytes=MAX_STREAM_BYTES,
        max_msg_size=MAX_MESSAGE_BYTES,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        allow_atomic=True,
        num_replicas=1,
    )


def durable_config(durable: Durable) -> ConsumerConfig:
    """A durable pull consumer. Tries are counted and parked by the service, so the server never gives up."""
    return ConsumerConfig(
        durable_name=durable.name,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=5_000,
        filter_subjects=list(durable.subjects),
    )


async def _ensure_stream(jetstream: JetStreamContext, wanted: StreamConfig) -> bool:
    assert wanted.name is not None
    try:
        info = await jetstream.stream_info(wanted.name)
    except NotFoundError:
        await jetstream.add_stream(wanted)
        return True
    _refuse_drift(f"stream {wanted.name}", wanted, info.config, _STREAM_FIELDS)
    return False


async def _ensure_durable(jetstream: JetStreamContext, stream: str, wanted: ConsumerConfig) -> bool:
    assert wanted.durable_name is not None
    try:
        info = await jetstream.consumer_info(stream, wanted.durable_name)
    except NotFoundError:
        await jetstream.add_consumer(stream, wanted)
        return True
    if is_ahead(info, (await jetstream.stream_info(stream)).state.last_seq):
        await jetstream.delete_consumer(stream, wanted.durable_name)
        await jetstream.add_consumer(stream, wanted)
        return True
    _refuse_drift(f"durable {wanted.durable_name}", wanted, info.config, _DURABLE_FIELDS)
    return False


def is_ahead(info: ConsumerInfo, last_seq: int) -> bool:
    """Whether a durable stands behind its stream's end: the stream was lost and filled again without it."""
    return info.delivered is not None and info.delivered.stream_seq > last_seq


_STREAM_FIELDS = (
    "subjects",
    "retention",
    "storage",
    "discard",
    "max_bytes",
    "max_msg_size",
    "duplicate_window",
    "allow_atomic",
    "num_replicas",
)
_DURABLE_FIELDS = ("ack_policy", "ack_wait", "max_deliver", "max_ack_pending")


def _refuse_drift(what: str, wanted: object, present: object, fields: Iterable[str]) -> None:
    differences = [
        f"{what}: {field} is {_show(getattr(present, field))}, expected {_show(getattr(wanted, field))}"
        for field in fields
        if _show(getattr(present, field)) != _show(getattr(wanted, field))
    ]
    if isinstance(wanted, ConsumerConfig) and isinstance(present, ConsumerConfig):
        subjects = present.filter_subjects or [present.filter_subject or ""]
        if sorted(filter(None, subjects)) != sorted(wanted.filter_subjects or []):
            differences.append(f"{what}: hears {subjects}, expected {wanted.filter_subjects}")
    if differences:
        raise Drift("\n".join(differences))


def _show(value: Any) -> str:
    return str(getattr(value, "value", value))
