"""A running installation as the other subcommands find it: where its servers listen."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.refusal import CannotStart
from cli.up.folder import Folder, write_private


@dataclass(frozen=True, slots=True)
class Addresses:
    """`databases` are the services' own DSNs, `http` their base addresses, `nats_admin` may do anything."""

    databases: dict[str, str]
    owners: dict[str, str]
    http: dict[str, str]
    nats_admin: str


def write_addresses(folder: Folder, addresses: Addresses) -> None:
    """Keep them for the other subcommands, for the owner's eyes."""
    write_private(folder.addresses, json.dumps(asdict(addresses), indent=1))


def read_addresses(data: Path) -> Addresses:
    """The addresses of the installation in `data`."""
    path = Folder(data).addresses
    try:
        return Addresses(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        raise CannotStart(f"nothing runs in {data}; expected a folder that rollcall up runs on") from None
