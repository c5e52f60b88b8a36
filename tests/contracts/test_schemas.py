"""Contracts only grow: the committed schemas are today's, and every kind of break is refused."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import schemas
from cli.compatibility import find_breaks
from cli.schemas import (
    ASYNCAPI,
    ROOT,
    ContractBroken,
    committed_schemas,
    describe_bus,
    find_contract_breaks,
    present_schemas,
    write_json,
    write_schemas,
)

Change = Callable[[dict[str, Any]], None]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"thing": {"$ref": "#/$defs/Thing"}},
    "required": ["thing"],
    "$defs": {
        "Thing": {
            "type": "object",
            "required": ["id", "state"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "state": {"type": "string", "enum": ["owed", "waived"]},
                "title": {"type": "string", "maxLength": 300},
                "rows": {"type": "integer", "minimum": 1},
                "due_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                "names": {"type": "array", "items": {"type": "string"}},
                "sections": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
    },
}


def thing(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"]["Thing"]
    return found


BREAKS: dict[str, Change] = {
    "a property goes": lambda s: thing(s)["properties"].pop("title"),
    "a property is renamed": lambda s: thing(s)["properties"].update(
        name=thing(s)["properties"].pop("title")
    ),
    "a type changes": lambda s: thing(s)["properties"]["rows"].update(type="string"),
    "a format changes": lambda s: thing(s)["properties"]["id"].update(format="date"),
    "a value of an enum goes": lambda s: thing(s)["properties"]["state"].update(enum=["owed"]),
    "a value of an enum comes": lambda s: thing(s)["properties"]["state"].update(
        enum=["owed", "waived", "new"]
    ),
    "a property becomes required": lambda s: thing(s)["required"].append("title"),
    "a bound is tightened": lambda s: thing(s)["properties"]["title"].update(maxLength=100),
    "a bound comes": lambda s: thing(s)["properties"]["title"].update(minLength=1),
    "null is no longer allowed": lambda s: thing(s)["properties"]["due_at"]["anyOf"].pop(),
    "the items of a list change": lambda s: thing(s)["properties"]["names"].update(items={"type": "integer"}),
    "the values of a map change": lambda s: thing(s)["properties"]["sections"].update(
        additionalProperties={"type": "integer"}
    ),
    "a pattern comes": lambda s: thing(s)["properties"]["title"].update(pattern="^a"),
}
GROWTHS: dict[str, Change] = {
    "an optional property comes": lambda s: thing(s)["properties"].update(reason={"type": "string"}),
    "a bound is loosened": lambda s: thing(s)["properties"]["title"].update(maxLength=500),
    "a property is no longer required": lambda s: thing(s)["required"].remove("state"),
    "a description comes": lambda s: thing(s).update(description="what it is"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_break_is_found_and_named(change: Change) -> None:
    changed = copy.deepcopy(SCHEMA)
    change(changed)
    breaks = find_breaks(SCHEMA, changed)
    assert breaks
    assert all("/thing" in each for each in breaks)


@pytest.mark.parametrize("change", GROWTHS.values(), ids=GROWTHS)
def test_growth_is_no_break(change: Change) -> None:
    changed = copy.deepcopy(SCHEMA)
    change(changed)
    assert find_breaks(SCHEMA, changed) == []


def test_an_event_that_goes_is_a_break_and_one_that_comes_is_none() -> None:
    assert find_contract_breaks({"a": SCHEMA}, {}) == ["a: the event has gone"]
    assert find_contract_breaks({}, {"a": SCHEMA}) == []


def test_todays_models_break_no_committed_contract_and_are_the_committed_ones() -> None:
    committed, present = committed_schemas(), present_schemas()
    assert find_contract_breaks(committed, present) == []
    assert committed.keys() == present.keys(), "run make schemas"
    assert [name for name in present if committed[name] != present[name]] == [], "run make schemas"


def test_writing_over_a_broken_contract_is_refused_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    written = write_schemas(tmp_path)
    assert len(written) == len(present_schemas()) + 1
    name, schema = next(iter(present_schemas().items()))
    broken = copy.deepcopy(schema)
    broken["properties"] = {"other": {"type": "string"}}
    monkeypatch.setattr(schemas, "present_schemas", lambda: present_schemas_with(name, broken))
    before = {path: path.read_bytes() for path in written}
    with pytest.raises(ContractBroken, match="has gone"):
        write_schemas(tmp_path)
    assert {path: path.read_bytes() for path in written} == before


def present_schemas_with(name: str, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {**present_schemas(), name: schema}


def test_the_description_of_the_bus_is_what_is_committed() -> None:
    assert (ROOT / ASYNCAPI).read_text(encoding="utf-8") == write_json(describe_bus()), "run make schemas"


def test_the_description_of_the_bus_says_who_says_and_who_hears() -> None:
    bus = describe_bus()
    key = "rollcall_submissions_submission_received_v1"
    assert bus["operations"][f"submissions_says_{key}"]["action"] == "send"
    assert {name for name in bus["operations"] if name.endswith(f"hears_{key}")} == {
        f"notifier_hears_{key}",
        f"reporting_hears_{key}",
    }
    for operation in bus["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in bus["channels"]
    for message in bus["components"]["messages"].values():
        assert (ROOT / "docs" / message["payload"]["$ref"]).resolve().exists()
