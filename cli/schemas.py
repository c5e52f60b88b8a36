"""`make schemas`: writes the committed JSON Schemas and the AsyncAPI document anew, and refuses a breaking change."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.compatibility import find_breaks
from contracts.catalogue import EVENTS
from contracts.streams import DURABLES

ROOT = Path(__file__).parents[1]
SCHEMAS = Path("contracts") / "schemas"
ASYNCAPI = Path("docs") / "asyncapi.json"
HEADERS = {
    "ce-specversion": "always 1.0",
    "ce-id": "the event's id: what makes it take effect once",
    "ce-type": "the event's type, which is the subject too",
    "ce-source": "who says it, as /rollcall/<service>",
    "ce-time": "when it happened, in UTC",
    "ce-subject": "the id of what it speaks of",
    "traceparent": "W3C Trace Context",
    "Nats-Msg-Id": "the id, or replay:<replay>:<id> when it is told again",
}


class ContractBroken(Exception):
    """A line for each breaking change."""


def present_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each event as the models have it now, by its type."""
    return {name: model.model_json_schema(mode="serialization") for name, model in EVENTS.items()}


def committed_schemas(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """The schemas that are committed, by type."""
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((root / SCHEMAS).glob("*.json"))
    }


def find_contract_breaks(
    committed: Mapping[str, Mapping[str, Any]], present: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Every breaking change between two sets of schemas; a new event is none."""
    gone = [f"{name}: the event has gone" for name in committed if name not in present]
    changed = [
        f"{name}{each}" if each.startswith("/") else f"{name} {each}"
        for name in committed
        if name in present
        for each in find_breaks(committed[name], present[name])
    ]
    return gone + changed


def write_schemas(root: Path = ROOT) -> list[Path]:
    """Write what is missing or has grown; ContractBroken, and nothing is written, when a contract is broken."""
    present = present_schemas()
    if broken := find_contract_breaks(committed_schemas(root), present):
        raise ContractBroken("\n".join(broken))
    (root / SCHEMAS).mkdir(parents=True, exist_ok=True)
    files = {root / SCHEMAS / f"{name}.json": schema for name, schema in present.items()}
    files[root / ASYNCAPI] = describe_bus()
    written = []
    for path, content in files.items():
        text = write_json(content)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def describe_bus() -> dict[str, Any]:
    """The bus as an AsyncAPI 3.0 document: a channel an event, who sends it, and who receives it."""
    channels, operations, messages = {}, {}, {}
    for name in EVENTS:
        key = name.replace(".", "_")
        messages[key] = {
            "name": name,
            "contentType": "application/json",
            "headers": {
                "type": "object",
                "properties": {
                    header: {"type": "string", "description": what} for header, what in HEADERS.items()
                },
            },
            "payload": {"$ref": f"../contracts/schemas/{name}.json"},
        }
        channels[key] = {"address": name, "messages": {key: {"$ref": f"#/components/messages/{key}"}}}
        operations.update(_operations(name, key))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rollcall's bus",
            "version": "1",
            "description": "JetStream; one stream a service, atomic batches, CloudEvents 1.0 headers.",
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _operations(name: str, key: str) -> dict[str, Any]:
    sender = name.split(".")[1]
    channel = {"$ref": f"#/channels/{key}"}
    operations: dict[str, Any] = {f"{sender}_says_{key}": {"action": "send", "channel": channel}}
    for durable in DURABLES:
        if any(matches(pattern, name) for pattern in durable.subjects):
            operations[f"{durable.service}_hears_{key}"] = {
                "action": "receive",
                "channel": channel,
                "description": f"by the durable {durable.name}",
            }
    return operations


def matches(pattern: str, subject: str) -> bool:
    """Whether a subject falls under a pattern that may end in `>`."""
    if pattern.endswith(".>"):
        return subject.startswith(pattern.removesuffix(">"))
    return pattern == subject


def write_json(content: Any) -> str:
    """JSON as it is committed: readable, and the same for the same content."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write, and say what; status 1 when a contract is broken."""
    try:
        for path in write_schemas():
            print(path.relative_to(ROOT))
    except ContractBroken as broken:
        print(f"a contract is broken, nothing was written:\n{broken}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
