"""The demo's webhook receiver: a real HTTP server on loopback that checks each signature and keeps what it got."""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Robots:
    """What came, by webhook-id. `refused` are those whose signature did not hold."""

    url: str
    secret: str
    taken: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


@contextmanager
def open_robots() -> Iterator[Robots]:
    """Listen until done."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    robots = Robots("", secret)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            name = self.headers["webhook-id"]
            try:
                Webhook(secret).verify(body, {key.lower(): value for key, value in self.headers.items()})
                robots.taken[name] = json.loads(body)
                self.send_response(204)
            except Exception as error:
                robots.refused.append(f"{name}: {error!r}")
                self.send_response(401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the demo shows what came."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    robots.url = f"http://127.0.0.1:{server.server_port}/rollcall"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield robots
    finally:
        server.shutdown()
        server.server_close()
