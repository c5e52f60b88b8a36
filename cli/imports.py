"""`rollcall import`: send a file, show what would come of it, and apply it when it is asked for."""

import re
import time
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import yaml

from cli.installation import read_addresses
from cli.refusal import CannotStart
from cli.up.folder import Folder

POLL_SECONDS = 0.5
_MOST_SHOWN = 50
_KEY = re.compile(r"rc_[0-9a-f]{32}_[A-Za-z0-9_-]{43}")
_ANSWER_SECONDS = 120.0


class ImportKind(StrEnum):
    ACTIVITIES = "activities"
    ORGANIZATIONS = "organizations"


def import_file(
    file: Annotated[Path, typer.Argument(help="an xlsx, or a csv in UTF-8 or GB18030")],
    campaign: Annotated[str, typer.Option(help="the campaign's id")],
    kind: Annotated[ImportKind, typer.Option(help="what the file lists")] = ImportKind.ACTIVITIES,
    decisions: Annotated[
        Path | None, typer.Option(help="a YAML file of decisions, as examples/suzhou-2024/decisions.yaml")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="apply it; without, nothing is changed")] = False,
    data: Annotated[Path, typer.Option(help="the folder of the running installation")] = Path(".rollcall"),
    url: Annotated[str | None, typer.Option(help="the registry's address, when it is elsewhere")] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="a file that holds the key, when it is another's")
    ] = None,
) -> None:
    """Show what would come of an office's file, and apply it with --apply. Status 1 while anything is open."""
    content = _read(file)
    listed = [] if decisions is None else read_decisions(decisions)
    base = url if url is not None else read_addresses(data).http["registry"]
    key = _read_key(key_file if key_file is not None else Folder(data).coordinator_key)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=base, headers=headers, timeout=_ANSWER_SECONDS) as client:
        preview = _preview(client, campaign, file.name, content, kind.value)
        decided = [_as_command(client, each) for each in listed]
        for line in describe(preview, decided):
            print(line)
        if not apply:
            if still_open(preview, decided):
                raise typer.Exit(1)
            return
        _apply(client, preview, decided)


def read_decisions(path: Path) -> list[dict[str, Any]]:
    """The decisions in a YAML file: a list, alone or under `decisions`."""
    try:
        listed = yaml.safe_load(_read(path))
    except yaml.YAMLError as error:
        raise CannotStart(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    if isinstance(listed, Mapping):
        listed = listed.get("decisions")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise CannotStart(f"{path} holds no decisions; expected a list of them under decisions")
    return listed


def describe(preview: Mapping[str, Any], decided: list[dict[str, Any]]) -> Iterator[str]:
    """The preview in lines: the counts, what would change, what is wrong and what is open."""
    changes = preview["changes"]
    yield f"import     {preview['id']}"
    yield f"rows       {preview['row_count']}, of which {preview['ready_count']} are ready"
    yield "would      " + ", ".join(f"{count} {what}" for what, count in changes.items())
    yield from _some(preview["differences"], _difference, preview["difference_count"])
    yield from _some(preview["warnings"], lambda each: f"warning    {each['message']}")
    yield from _some(
        preview["errors"], lambda each: f"error      {each['cell'] or each['column']}: {each['message']}"
    )
    yield from _some(_undecided(preview, decided), _open)


def still_open(preview: Mapping[str, Any], decided: list[dict[str, Any]]) -> bool:
    """Whether a row is in error, or a text is in none of the decisions."""
    return bool(preview["errors"] or _undecided(preview, decided))


def _undecided(preview: Mapping[str, Any], decided: list[dict[str, Any]]) -> list[Any]:
    texts = {each.get("text") for each in decided if each.get("text")}
    rows = {each.get("row") for each in decided if each.get("row")}
    return [
        each
        for each in preview["to_review"]
        if (each["text"] not in texts if each["field"] == "hosts" else each["row"] not in rows)
    ]


def _some(listed: list[Any], say: Any, count: int | None = None) -> Iterator[str]:
    yield from (say(each) for each in listed[:_MOST_SHOWN])
    left = (len(listed) if count is None else count) - _MOST_SHOWN
    if left > 0:
        yield f"           … and {left} more"


def _difference(each: Mapping[str, Any]) -> str:
    if each["kind"] == "missing":
        return f"missing    {each['name']}: on the register and not in the file; it stays"
    return f"change     row {each['row']}, {each['name']}: {each['field']} from {each['from']!r} to {each['to']!r}"


def _open(each: Mapping[str, Any]) -> str:
    place = each["cell"] or f"row {each['row']}"
    if each["field"] == "category":
        return f"open       {place}: the category is blank"
    near = "、".join(candidate["name"] for candidate in each["candidates"])
    return f"open       {place}: {each['text']}" + (f" (like it: {near})" if near else "")


def _preview(client: httpx.Client, campaign: str, name: str, content: bytes, kind: str) -> Any:
    """The preview, waited for when the file is long."""
    answer = _ask(
        client,
        "POST",
        f"/v1/campaigns/{campaign}/imports",
        files={"file": (name, content, "application/octet-stream")},
        data={"kind": kind},
    )
    preview = answer.json()
    while preview["state"] == "reading":
        print(f"reading    {preview['progress']:.0%} of {preview['row_count']} rows")
        time.sleep(POLL_SECONDS)
        preview = _ask(client, "GET", f"/v1/imports/{preview['id']}").json()
    if preview["state"] == "failed":
        raise CannotStart(f"the file was not read: {preview['problem']['detail']}")
    return preview


def _apply(client: httpx.Client, preview: Mapping[str, Any], decided: list[dict[str, Any]]) -> None:
    path, headers = f"/v1/imports/{preview['id']}/apply", {"If-Match": f'"{preview["version"]}"'}
    answer = _send(client, "POST", path, json={"decisions": decided}, headers=headers)
    if answer.status_code == 409 and answer.json()["code"] == "undecided":
        print(f"refused    {answer.json()['detail']}")
        raise typer.Exit(1)
    _check(answer)
    print("applied    " + ", ".join(f"{count} {what}" for what, count in answer.json().items()))


def _as_command(client: httpx.Client, listed: Mapping[str, Any]) -> dict[str, Any]:
    """A decision with the names of organizations turned into ids."""
    decision = dict(listed)
    if "organization" in decision:
        decision["organization_id"] = _id_of(client, decision.pop("organization"))
    if isinstance(decision.get("new_organization"), Mapping):
        wanted = dict(decision["new_organization"])
        if "parent" in wanted:
            wanted["parent_id"] = _id_of(client, wanted.pop("parent"))
        decision["new_organization"] = wanted
    return decision


def _id_of(client: httpx.Client, name: str) -> str:
    answer = _ask(client, "POST", "/v1/organizations/resolve", json={"names": [name]})
    found: str | None = answer.json()["results"][0]["organization_id"]
    if found is None:
        raise CannotStart(f"a decision names {name!r}, which is no organization of the register")
    return found


def _ask(client: httpx.Client, method: str, path: str, **sent: Any) -> httpx.Response:
    return _check(_send(client, method, path, **sent))


def _send(client: httpx.Client, method: str, path: str, **sent: Any) -> httpx.Response:
    try:
        return client.request(method, path, **sent)
    except httpx.TransportError as error:
        raise CannotStart(f"the registry at {client.base_url} does not answer: {error}") from None


def _check(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        try:
            said = answer.json()["detail"]
        except (ValueError, KeyError, TypeError):
            said = answer.text[:200]
        raise CannotStart(f"the registry refused ({answer.status_code}): {said}")
    return answer


def _read_key(path: Path) -> str:
    key = _read(path).decode(errors="replace").strip()
    if not _KEY.fullmatch(key):
        raise CannotStart(f"{path} holds no key; expected one line that begins with rc_")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotStart(f"{path} cannot be read ({error.strerror}); expected a file") from None
