"""Addresses that a webhook may be sent to: looked up once, and public ones only."""

import asyncio
import ipaddress
import socket
from urllib.parse import SplitResult

from services.notifier.channels.message import Permanent, Transient

_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
    )
)
"""Ways around to private networks that Python, by its version, takes for public ones."""


async def resolve(parts: SplitResult, allow_private: bool) -> str:
    """The one address that is connected to; Permanent when it lies where no webhook may point."""
    if parts.hostname is None or parts.username is not None:
        raise Permanent("the webhook's address names no host, or holds a password")
    if parts.scheme != "https" and not allow_private:
        raise Permanent(f"the webhook's address begins with {parts.scheme}://; expected https://")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Transient(f"the webhook's host is not found: {type(error).__name__}") from error
    addresses = [str(entry[4][0]) for entry in found]
    # One private address among public ones is refused too: which of them is taken is the resolver's choice.
    if not allow_private and not all(is_public(address) for address in addresses):
        raise Permanent("the webhook's host is at an address that is not public")
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address may be connected to from a server."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_V6:
        return False
    return address.is_global and not any(
        address.version == network.version and address in network for network in _NEVER
    )
