"""`rollcall keys`: list, make, rotate and revoke keys over registry's API, as any coordinator may."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args
from uuid import UUID, uuid4

import httpx
import typer

from cli.installation import read_addresses
from cli.refusal import CannotStart
from cli.up.folder import Folder
from contracts.registry.keys import KeyState
from contracts.registry.keys import Role as KeyRole

Role = StrEnum("Role", [(role, role) for role in get_args(KeyRole)])  # type: ignore[misc]
State = StrEnum("State", [(state, state) for state in get_args(KeyState)])  # type: ignore[misc]

app = typer.Typer(no_args_is_help=True, help="List, make, rotate and revoke keys.")
Moment = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="such as 2024-12-31T23:59:59+0800")
]


@dataclass(frozen=True, slots=True)
class Office:
    """Registry's address, and the coordinator's key that is shown there."""

    url: str
    key: str

    def ask(self, method: str, path: str, **kwargs: Any) -> Any:
        """The JSON of the answer; a refusal ends the command with its own words."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid4())}
        try:
            answer = httpx.request(method, self.url + path, headers=headers, timeout=30, **kwargs)
        except httpx.TransportError as error:
            raise CannotStart(
                f"{self.url} does not answer ({error!r}); expected a running registry"
            ) from None
        if not answer.is_success:
            raise CannotStart(f"refused with {answer.status_code}: {_reason(answer)}")
        return answer.json() if answer.content else None

    def pages(self, path: str, params: dict[str, str]) -> Iterator[Any]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.ask("GET", path, params=params | ({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return


@app.callback()
def office(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="the folder of the running installation")] = Path(".rollcall"),
    url: Annotated[str | None, typer.Option(help="registry's address, when it runs elsewhere")] = None,
    key_file: Annotated[Path | None, typer.Option(help="holds the key to use, not coordinator.key")] = None,
) -> None:
    """Find registry, and the key to show it."""
    path = key_file or Folder(data).coordinator_key
    address = url or read_addresses(data).http["registry"]
    try:
        context.obj = Office(address.rstrip("/"), path.read_text().strip())
    except OSError as error:
        raise CannotStart(f"{path} cannot be read ({error.strerror}); expected a coordinator's key") from None


@app.command("list")
def list_keys(
    context: typer.Context,
    organization: Annotated[UUID | None, typer.Option(help="only keys of this unit")] = None,
    role: Annotated[Role | None, typer.Option(help="only keys of this role")] = None,
    state: Annotated[State | None, typer.Option(help="only keys in this state")] = None,
) -> None:
    """The keys that you keep, a line each; never their secrets."""
    asked = {"organization_id": organization, "role": role, "state": state}
    params = {name: str(value) for name, value in asked.items() if value is not None}
    for key in context.obj.pages("/v1/keys", params):
        used, end = key["last_used_at"] or "never used", key["expires_at"] or "no end"
        print(
            f"{key['id']}  {key['state']:7}  {key['role']:11}  {key['organization_id']}  {used}  {end}  {key['label']}"
        )


@app.command("make")
def make_key(
    context: typer.Context,
    organization: Annotated[UUID, typer.Option(help="whose key it is")],
    role: Annotated[Role, typer.Option(help="what it may do")],
    label: Annotated[str, typer.Option(help="what it is for")],
    expires_at: Moment = None,
) -> None:
    """Make a key. It is shown once: keep it."""
    body = {
        "organization_id": str(organization),
        "role": role.value,
        "label": label,
        "expires_at": expires_at and expires_at.isoformat(),
    }
    _show(context.obj.ask("POST", "/v1/keys", json=body))


@app.command("rotate")
def rotate_key(
    context: typer.Context,
    id: Annotated[UUID, typer.Argument(help="the key that is to end")],
    overlap_seconds: Annotated[int, typer.Option(help="how long the old one still opens")] = 86_400,
) -> None:
    """Make another key for the same unit and role; the old one ends after the overlap."""
    _show(context.obj.ask("POST", f"/v1/keys/{id}/rotate", json={"overlap_seconds": overlap_seconds}))


@app.command("revoke")
def revoke_key(
    context: typer.Context, id: Annotated[UUID, typer.Argument(help="the key to take back")]
) -> None:
    """Take a key back: every service refuses it within two seconds."""
    context.obj.ask("DELETE", f"/v1/keys/{id}")
    print(f"{id} is revoked")


def _show(made: dict[str, Any]) -> None:
    """The key alone on the first line, so that it can be piped; what it is on the second."""
    print(made["key"])
    typer.echo(f"key {made['id']}, {made['role']} of {made['organization_id']}: shown once", err=True)


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return answer.text[:200]
