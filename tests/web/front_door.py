"""Coming in by the front door: passwords, codes and links."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.test import Client

from bailiwick_web.core.access import Actor

SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
PASSWORD = "orbit pencil walnut ferry"
OTHER = "gravel tulip anchor seven"


def enter(password: str = PASSWORD, who: str = "ann@example.org", client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.post("/accounts/login/", {"login": who, "password": password})


def code_at(secret: str, at: float) -> str:
    """RFC 6238, by the book."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def set_up(client: Client, clock: SimpleNamespace) -> str:
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/again/"), "it was not asked who is there"
    assert client.post("/accounts/again/", {"password": "wrong"}).status_code == 200
    assert client.post("/accounts/again/", {"password": PASSWORD}).status_code == 302
    shown = client.get("/accounts/2fa/totp/activate/")
    page = shown.content.decode()
    assert "data:image/svg+xml" in page
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_at(found[1], clock.now)})
    assert done.status_code == 302
    return found[1]


def follow(link: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.get(re.sub(r"^http://[^/]+", "", link))
