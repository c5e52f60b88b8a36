"""An SMS gateway on loopback that speaks what docs/channels.md says: it checks signatures and counts parts."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.hooks import Call, HookServer


@dataclass
class Gateway:
    """`say` is answered whatever comes; ids that were seen before are accepted and sent to nobody again."""

    server: HookServer
    secret: str | None = None
    say: dict[str, Any] | None = None
    status: int = 200
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """As ROLLCALL_SMS_URL has it."""
        return f"http://127.0.0.1:{self.server.port}/sms"

    def decide(self, call: Call) -> tuple[int, bytes]:
        """What it answers."""
        if self.say is not None:
            return self.status, json.dumps(self.say).encode()
        if self.secret is not None:
            try:
                Webhook(self.secret).verify(call.body, dict(call.headers))
            except WebhookVerificationError:
                return 401, b'{"outcome": "not_signed", "message": "wrong signature"}'
        body = json.loads(call.body)
        self.taken.setdefault(body["id"], body)
        return 200, b'{"outcome": "accepted"}'


@asynccontextmanager
async def open_gateway() -> AsyncIterator[Gateway]:
    """Listen until done."""
    server = HookServer()
    gateway = Gateway(server)
    server.decide = gateway.decide
    await server.start()
    try:
        yield gateway
    finally:
        await server.stop()
