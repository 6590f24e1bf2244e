"""Headers, cookies and the policy, on every address of the URLconf; what HTTPS changes; what mistakes tell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
WANTED = ("default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")


def every(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Every address of the URLconf with keys that fit, the interface and the library included."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every(entry, ":".join(filter(None, [namespace, entry.namespace or ""])))
        elif isinstance(entry, URLPattern) and entry.name:
            regex = entry.pattern.regex.groupindex  # type: ignore[union-attr]
            converters = getattr(entry.pattern, "converters", {})
            keys = [_key(name, converters.get(name)) for name in {**dict(regex), **converters}]
            yield f"{namespace}:{entry.name}" if namespace else str(entry.name), keys


def _key(name: str, converter: Any) -> Any:
    kind = type(converter).__name__
    return uuid4() if kind == "UUIDConverter" else 1 if kind == "IntConverter" else "sso" if name == "provider_id" else "x"


def test_every_address_answers_with_headers_that_keep_strangers_out(sign_in: SignIn, scenario: Scenario) -> None:
    tried, wrong = 0, []
    for name, keys in every():
        try:
            address = reverse(name, args=keys)
        except Exception:
            address = reverse(name, kwargs={"provider_id": "sso"}) if "openid" in name else reverse("home")
        for client in (Client(), sign_in("administrator")):
            answer = client.get(address)
            tried += 1
            policy = answer.get("Content-Security-Policy", "")
            problems = [part for part in WANTED if part not in policy]
            problems += ["unsafe"] if "unsafe" in policy or "*" in policy else []
            problems += [h for h, value in HEADERS.items() if answer.get(h) != value]
            problems += [] if "no-store" in answer.get("Cache-Control", "") or "private" in answer.get("Cache-Control", "") else ["cache"]
            problems += ["500"] if answer.status_code >= 500 else []
            problems += [
                f"cookie {key}" for key, c in answer.cookies.items() if c["samesite"] != "Lax" or (not c["httponly"] and "csrf" not in key)
            ]
            if not answer.streaming and "text/html" in answer.get("Content-Type", ""):
                problems += ["inline script"] if _inline(answer.content.decode()) else []
            if problems:
                wrong.append((address, problems))
    assert wrong == []
    assert tried > 150


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def _inline(page: str) -> list[str]:
    """Scripts and styles within a page; data for scripts is none."""
    found = [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "application/json" not in tag]
    return found + re.findall(r"<style|\sstyle=|\son\w+=", page)


def test_behind_https_cookies_and_headers_are_strict(tmp_path: Path) -> None:
    code = (
        "import json, django; django.setup(); from django.conf import settings as s; "
        "print(json.dumps({n: str(getattr(s, n)) for n in dir(s) if n.isupper() and ('COOKIE' in n or 'SECURE' in n or n == 'DEBUG')}))"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "bailiwick_web.config.settings", "BAILIWICK_HTTPS": "1", "BAILIWICK_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert found[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{name}_COOKIE_SECURE"] == "True"
        assert found[f"{name}_COOKIE_PATH"] == "/"
        assert found[f"{name}_COOKIE_DOMAIN"] == "None"
    assert int(found["SECURE_HSTS_SECONDS"]) >= 31_536_000
    assert (found["SECURE_HSTS_INCLUDE_SUBDOMAINS"], found["SECURE_SSL_REDIRECT"], found["DEBUG"]) == ("True", "True", "False")


def test_forms_from_elsewhere_are_refused(users: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(users["administrator"], backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in ("/people/invite", "/accounts/sessions/end", "/organisation/start", "/language", "/accounts/logout/"):
        assert client.post(address, {"name": "x"}).status_code == 403, address
    assert client.post("/api/v1/scenarios/" + str(uuid4()) + "/undo").status_code == 403


def test_strange_text_is_shown_as_text(sign_in: SignIn, users: Any) -> None:
    """User names, node names, reasons: places where others were broken into."""
    nasty = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7|add:7 }}'
    client = sign_in("administrator")
    client.post(f"/people/{users['rep'].public_id}/change", {"name": nasty, "email": "rep@example.org"})
    client.post("/organisation/start", {"name": nasty, "kind": nasty})
    for page in ("/people/", f"/people/{users['rep'].public_id}/", "/organisation/", "/history/", "/history/?q=%3Cscript%3E"):
        text = client.get(page).content.decode()
        assert "<img src=x" not in text
        assert "<script>alert" not in text
    assert "&lt;img src=x" in client.get("/people/").content.decode()


def test_cells_of_the_history_file_are_no_formulas(sign_in: SignIn, users: Any) -> None:
    client = sign_in("administrator")
    client.post(f"/people/{users['rep'].public_id}/change", {"name": "=HYPERLINK(1)", "email": "rep@example.org"})
    answer = client.get("/history.csv?action=user.changed")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert answer["Content-Disposition"].startswith('attachment; filename="history-')
    assert len(text.splitlines()) == 2
    everything = b"".join(client.get("/history.csv").streaming_content).decode()
    assert len(everything.splitlines()) > 2


def test_the_history_is_filtered_and_paged(sign_in: SignIn, users: Any) -> None:
    client = sign_in("administrator")
    for i in range(3):
        client.post("/people/invite", {"name": f"Somebody {i}", "email": f"s{i}@example.org", "role": "viewer"})
    who = users["administrator"].public_id
    assert "3 entries" in client.get(f"/history/?action=user.created&who={who}").content.decode()
    assert "1 entry" in client.get("/history/?q=Somebody+1&action=user.created").content.decode()
    assert "Nothing fits" in client.get("/history/?from=2001-01-01&to=2001-01-02").content.decode()
    assert client.get("/history/?from=nonsense&who=nonsense&page=x").status_code == 200
