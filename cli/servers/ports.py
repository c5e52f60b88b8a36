"""Ports on loopback."""

import socket

from cli.refusal import CannotStart

HOST = "127.0.0.1"


def find_free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port: int = trial.getsockname()[1]
        return port


def check_free(port: int, what: str) -> None:
    """Refuse a port that is in use, with CannotStart."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OverflowError:
            raise CannotStart(f"port {port}, for {what}, is no port; expected 1 to 65535") from None
        except PermissionError:
            raise CannotStart(
                f"port {port} on {HOST}, for {what}, is for root only; expected a higher one: "
                "choose others with --port-base"
            ) from None
        except OSError:
            raise CannotStart(
                f"port {port} on {HOST}, for {what}, is in use; expected it free: "
                "choose others with --port-base"
            ) from None
