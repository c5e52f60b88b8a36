"""Vendors of robots on loopback, each as its documents say: paths, signatures, limits, and errors inside a 200."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.hooks import Call, HookServer

TOKEN = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
SECRET = "SEC9f8e7d6c5b4a39281706f5e4d3c2b1a0"
PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={TOKEN}",
    "dingtalk": f"/robot/send?access_token={TOKEN}",
    "feishu": f"/open-apis/bot/v2/hook/{TOKEN}",
}
GONE = {"wecom": 93000, "dingtalk": 300001, "feishu": 19001}
THROTTLED = {"wecom": 45009, "dingtalk": 130101, "feishu": 11232}
BUSY = {"wecom": -1, "dingtalk": -1, "feishu": 11246}
REFUSED = {"wecom": 40058, "dingtalk": 310000, "feishu": 19024}


@dataclass
class Vendor:
    """One vendor; `say` answers this code whatever comes, `keyword` has to stand in each text."""

    kind: str
    server: HookServer
    secret: str | None = None
    keyword: str | None = None
    say: int | None = None
    most_a_minute: int = 20
    taken: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    @property
    def base(self) -> str:
        """As ROLLCALL_WECOM_URL and the like have it."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def url(self) -> str:
        """The one robot there is."""
        return self.base + PATHS[self.kind]

    def decide(self, call: Call) -> tuple[int, bytes]:
        """Always 200, as they do."""
        code = self.judge(call)
        name, message = ("code", "msg") if self.kind == "feishu" else ("errcode", "errmsg")
        return 200, json.dumps({name: code, message: "ok" if code == 0 else f"refused {code}"}).encode()

    def judge(self, call: Call) -> int:
        """The code of an answer."""
        if self.say is not None:
            return self.say
        body = json.loads(call.body)
        if not call.path.startswith(PATHS[self.kind]):
            return GONE[self.kind]
        if self.secret is not None and not self.is_signed(call, body):
            return {"dingtalk": 310000, "feishu": 19021}[self.kind]
        text = body["content"]["text"] if self.kind == "feishu" else body["text"]["content"]
        if len(text.encode()) > (2_048 if self.kind == "wecom" else 20_000):
            return {"wecom": 40058, "dingtalk": 460101, "feishu": 9499}[self.kind]
        if self.keyword is not None and self.keyword not in text:
            return REFUSED[self.kind]
        now = time.monotonic()
        self.moments = [each for each in self.moments if each > now - 60]
        if len(self.moments) >= self.most_a_minute:
            return THROTTLED[self.kind]
        self.moments.append(now)
        self.taken.append(text)
        return 0

    def is_signed(self, call: Call, body: dict[str, Any]) -> bool:
        """Whether the signature holds, and its moment is of this hour."""
        assert self.secret is not None
        if self.kind == "dingtalk":
            query = parse_qs(urlsplit(call.path).query)
            moment, signature = query.get("timestamp", ["0"])[0], query.get("sign", [""])[0]
            key, content, unit = self.secret, f"{moment}\n{self.secret}", 1_000
        else:
            moment, signature = body.get("timestamp", "0"), body.get("sign", "")
            key, content, unit = f"{moment}\n{self.secret}", "", 1
        expected = base64.b64encode(hmac.new(key.encode(), content.encode(), hashlib.sha256).digest())
        is_now = abs(int(moment) / unit - time.time()) < 3_600
        return is_now and hmac.compare_digest(expected, signature.encode())


@asynccontextmanager
async def open_vendor(kind: str) -> AsyncIterator[Vendor]:
    """Listen until done."""
    server = HookServer()
    vendor = Vendor(kind, server)
    server.decide = vendor.decide
    await server.start()
    try:
        yield vendor
    finally:
        await server.stop()
