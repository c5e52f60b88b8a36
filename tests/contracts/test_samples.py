"""Samples: one of each event as it was once told; every later release must still read them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.catalogue import EVENTS
from contracts.shapes import Aggregate
from contracts.streams import DURABLES, SERVICES, STREAMS

SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"


def samples() -> list[Path]:
    return sorted(SAMPLES.glob("*.json"))


def cut_to(written: Any, again: Any) -> Any:
    """`again` without the fields, at any depth, that came after the sample was written."""
    if isinstance(written, dict) and isinstance(again, dict):
        return {name: cut_to(value, again.get(name)) for name, value in written.items()}
    if isinstance(written, list) and isinstance(again, list) and len(written) == len(again):
        return [cut_to(old, new) for old, new in zip(written, again, strict=True)]
    return again


def test_every_event_has_a_sample() -> None:
    assert {path.name.split("@")[0].removesuffix(".json") for path in samples()} == set(EVENTS)


def holds(present: Any, written: Any) -> bool:
    """Whether all that was written is there still; what has come since may stand beside it, at any depth."""
    if isinstance(written, dict):
        return isinstance(present, dict) and all(
            name in present and holds(present[name], value) for name, value in written.items()
        )
    if isinstance(written, list):
        return (
            isinstance(present, list) and len(present) == len(written) and all(map(holds, present, written))
        )
    return bool(present == written)


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem)
def test_todays_models_read_every_sample_and_lose_nothing(path: Path) -> None:
    model = EVENTS[path.name.split("@")[0].removesuffix(".json")]
    written = json.loads(path.read_text(encoding="utf-8"))
    event = model.model_validate(written)
    again = json.loads(event.model_dump_json())
    assert cut_to(written, again) == written
    assert model.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_named_after_its_service_noun_and_fact(name: str) -> None:
    head, service, noun, fact, version = name.split(".")
    assert head == "rollcall"
    assert re.fullmatch(r"v[1-9]", version)
    assert service in SERVICES
    assert noun.replace("_", "").isalpha()
    assert fact.replace("_", "").isalpha()
    assert name.startswith(next(s.subjects[0] for s in STREAMS if s.name == service).removesuffix(">"))


@pytest.mark.parametrize("model", EVENTS.values(), ids=lambda model: model.__name__)
def test_the_first_field_of_an_event_is_its_aggregate(model: type) -> None:
    first = next(iter(model.model_fields.values()))  # type: ignore[attr-defined]
    assert issubclass(first.annotation, Aggregate)


def test_each_durable_hears_streams_that_are_there_and_no_service_hears_itself() -> None:
    names = {stream.name for stream in STREAMS}
    for durable in DURABLES:
        assert durable.stream in names
        assert durable.service != durable.stream
        assert all(subject.startswith(f"rollcall.{durable.stream}.") for subject in durable.subjects)
