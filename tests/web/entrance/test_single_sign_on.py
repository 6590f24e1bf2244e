"""Single sign-on through a provider of OpenID Connect on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from front_door import PASSWORD, Act

from bailiwick_web.core.models import AuditEntry, User
from bailiwick_web.core.people import services

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider of OpenID Connect on loopback, in a process of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    here = Path(__file__).parents[1]
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oidc_settings",
        "PYTHONPATH": str(here),
        "OIDC_DATABASE": str(tmp_path_factory.mktemp("oidc") / "db.sqlite3"),
        "OIDC_KEY": pem.decode(),
        "OIDC_REDIRECT": "http://testserver/accounts/sso/oidc/sso/login/callback/",
    }
    process = subprocess.Popen([sys.executable, str(here / "oidc_provider.py")], env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    assert port.isdigit(), "the provider did not start"
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def sso(provider: str, settings: Any) -> Callable[[str], tuple[Client, Any]]:
    """Sign in by the provider, as the one that is signed in there."""
    app = {"provider_id": "sso", "name": "Corp", "client_id": "bailiwick", "secret": "a secret", "settings": {"server_url": provider}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    settings.SSO_APPS = [app]

    def come(who: str) -> tuple[Client, Any]:
        client, there = Client(), requests.Session()
        there.get(f"{provider}/enter/{who}", timeout=20).raise_for_status()
        leave = client.post("/accounts/sso/oidc/sso/login/")
        assert leave["Location"].startswith(provider), leave.content
        assert f"form-action 'self' {provider}" in leave["Content-Security-Policy"]
        back = there.get(leave["Location"], allow_redirects=False, timeout=20)
        assert back.status_code == 302, back.text
        return client, client.get(back.headers["Location"].removeprefix("http://testserver"))

    return come


def test_single_sign_on_lets_in_whom_we_know(sso: Callable[[str], tuple[Client, Any]], ann: User) -> None:
    assert "Sign in with Corp" in Client().get("/accounts/login/").content.decode()
    client, entered = sso("ann@example.org")
    assert (entered.status_code, entered["Location"]) == (302, "/")
    assert client.get("/plans/").status_code == 200
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert sso("ann@example.org")[1].status_code == 302


def test_single_sign_on_keeps_strangers_out(sso: Callable[[str], tuple[Client, Any]], ann: User, settings: Any) -> None:
    client, answer = sso("eve@example.org")
    assert "nobody has invited you" in answer.content.decode()
    assert client.get("/plans/").status_code == 302
    assert User.objects.count() == 1
    settings.SSO_NEW_USER_ROLE = "viewer"
    client, answer = sso("eve@example.org")
    assert answer.status_code == 302
    made = User.objects.get(email="eve@example.org")
    assert (made.role, made.has_usable_password(), bool(made.name)) == ("viewer", False, True)
    assert AuditEntry.objects.filter(action="user.created", reason="single sign-on").count() == 1


def test_an_address_that_the_provider_has_not_verified_opens_nothing(sso: Callable[[str], tuple[Client, Any]], settings: Any) -> None:
    bob = User.objects.create_user("bob@example.org", "Bob", role="administrator", password=PASSWORD)
    for role in ("", "viewer"):
        settings.SSO_NEW_USER_ROLE = role
        client, _ = sso("mallory@example.org")
        assert client.get("/plans/").status_code == 302
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_who_lost_access_does_not_come_in_by_single_sign_on(sso: Callable[[str], tuple[Client, Any]], ann: User, act: Act) -> None:
    services.set_active(act("administrator"), ann, is_active=False)
    client, answer = sso("ann@example.org")
    assert answer["Location"] == "/accounts/inactive/"
    assert client.get("/plans/").status_code == 302


def test_single_sign_on_brings_its_own_second_factor(sso: Callable[[str], tuple[Client, Any]], ann: User, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["planner"]
    client, _ = sso("ann@example.org")
    assert client.get("/plans/").status_code == 200
