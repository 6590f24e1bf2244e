"""How people get in, with real parts: a mail server and a provider of single sign-on on loopback, codes by the standard."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mailboxes import Mailbox

from bailiwick_web.core.access import Actor
from bailiwick_web.core.entrance.middleware import SEEN, STARTED
from bailiwick_web.core.entrance.passwords import is_listed
from bailiwick_web.core.models import AuditEntry, Invitation, User
from bailiwick_web.core.people import services
from bailiwick_web.core.refusals import Conflict, NotAllowed

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
PASSWORD = "orbit pencil walnut ferry"
OTHER = "gravel tulip anchor seven"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", "Ann", role="planner", password=PASSWORD)


def enter(password: str = PASSWORD, who: str = "ann@example.org", client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.post("/accounts/login/", {"login": who, "password": password})


# -- passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "password_too_short"),
        ("password12345", "password_too_weak"),
        ("qwertyuiop123", "password_too_weak"),
        ("Ann.example2024", "password_too_weak"),
        ("bailiwickbailiwick", "password_too_weak"),
        ("aaaaaaaaaaaaaaaa", "password_too_weak"),
        ("x7#" * 50, "password_too_long"),
    ],
)
def test_weak_passwords_are_refused(password: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(name="Ann Example", email="ann.example@example.org"))
    assert why in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password", [PASSWORD, OTHER, "korrekt pferd batterie klammer", "лампа река облако гвоздь", "a b" + "c" * 3 + " 9f!K zz-Q"]
)
def test_long_ones_are_taken_whatever_their_characters(password: str) -> None:
    validate_password(password, User(name="Ann Example", email="ann@example.org"))


def test_breached_ones_are_refused_from_a_file_on_this_machine(tmp_path: Path, settings: Any) -> None:
    digest = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
    others = sorted(hashlib.sha1(str(i).encode()).hexdigest().upper() for i in range(500))
    file = tmp_path / "breached.txt"
    file.write_text("".join(f"{d}:{i}\n" for i, d in enumerate(sorted([*others, digest]))))
    settings.BREACHED_PASSWORDS = str(file)
    with pytest.raises(ValidationError, match="breach"):
        validate_password(PASSWORD)
    validate_password(OTHER)


@hypothesis_settings(max_examples=50, deadline=None)
@given(st.sets(st.binary(min_size=20, max_size=20), max_size=40), st.binary(min_size=20, max_size=20), st.booleans(), st.booleans())
def test_the_list_is_searched_right(tmp_path_factory: Any, digests: set[bytes], wanted: bytes, has_counts: bool, ends: bool) -> None:
    file = tmp_path_factory.mktemp("list") / "list.txt"
    lines = sorted(d.hex().upper() for d in digests)
    file.write_text("\n".join(f"{d}:{len(d) * i}" if has_counts else d for i, d in enumerate(lines)) + ("\n" if ends and lines else ""))
    assert is_listed(file, wanted.hex().upper()) == (wanted in digests)
    assert all(is_listed(file, line) for line in lines)


# -- too many attempts


def test_after_ten_wrong_passwords_the_door_is_closed_also_for_the_right_one(ann: User) -> None:
    answers = [enter("wrong")[1].status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    client, closed = enter()
    assert closed.status_code == 429
    assert 0 < int(closed["Retry-After"]) <= 15 * 60
    assert "Try again in" in closed.content.decode()
    assert client.get("/plans/").status_code == 302
    assert AuditEntry.objects.filter(action="user.locked_out").count() == 1
    # Somebody elsewhere cannot lock the owner out.
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert enter(client=elsewhere)[1].status_code == 302


def test_many_requests_are_slowed_down_and_told_when_to_come_again(db: None) -> None:
    client = Client()
    answers = [client.post("/accounts/login/", {"login": f"u{i}@example.org", "password": "x"}) for i in range(31)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_strangers_are_not_told_who_has_an_account(ann: User) -> None:
    pages = [enter("wrong", who)[1].content.decode() for who in ("ann@example.org", "nobody@example.org")]
    bare = [re.sub(r'value="[^"]*"|content="[^"]*"|"X-CSRFToken": "[^"]*"', "", p) for p in pages]
    assert bare[0] == bare[1]


# -- second factor


def code_at(secret: str, at: float) -> str:
    """RFC 6238, by the book."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock of the codes stands still until it is moved."""
    hand = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: hand.now))
    return hand


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


def test_the_second_factor_is_asked_for_and_a_code_works_once(ann: User, clock: SimpleNamespace) -> None:
    client, _ = enter()
    secret = set_up(client, clock)
    stored = Authenticator.objects.get(user=ann, type="totp").data["secret"]
    assert secret not in stored, "whoever has the database has the codes"
    recovery = re.findall(r"<code>(\d{8})</code>", client.get("/accounts/2fa/recovery-codes/").content.decode())
    assert len(recovery) == 10
    clock.now += 60
    code = code_at(secret, clock.now)
    second, asked = enter()
    assert asked["Location"] == "/accounts/2fa/authenticate/"
    assert second.get("/plans/").status_code == 302, "the password alone let somebody in"
    assert second.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert second.get("/plans/").status_code == 200
    third, _ = enter()
    assert third.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200, "a code worked twice"
    assert third.post("/accounts/2fa/authenticate/", {"code": recovery[0]}).status_code == 302
    fourth, _ = enter()
    assert fourth.post("/accounts/2fa/authenticate/", {"code": recovery[0]}).status_code == 200, "a recovery code worked twice"
    assert fourth.get("/plans/").status_code == 302


def test_codes_cannot_be_guessed(ann: User, clock: SimpleNamespace) -> None:
    set_up(enter()[0], clock)
    client, _ = enter()
    answers = [client.post("/accounts/2fa/authenticate/", {"code": f"{i:06d}"}) for i in range(11)]
    assert [a.status_code for a in answers] == [200] * 10 + [429]
    assert answers[-1]["Retry-After"]


def test_roles_that_need_a_second_factor_set_one_up_first(ann: User, settings: Any, clock: SimpleNamespace) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator", "planner"]
    client, _ = enter()
    assert client.get("/plans/")["Location"] == "/accounts/2fa/totp/activate/"
    refused = client.get("/api/v1/scenarios")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    set_up(client, clock)
    assert client.get("/plans/").status_code == 200
    User.objects.create_user("rep@example.org", "Rep", role="rep", password=PASSWORD)
    assert enter(who="rep@example.org")[0].get("/plans/").status_code == 200


def test_a_lost_second_factor_is_removed_by_an_administrator_with_a_reason(ann: User, act: Act, clock: SimpleNamespace) -> None:
    client, _ = enter()
    set_up(client, clock)
    with pytest.raises(NotAllowed):
        services.remove_second_factor(act("planner"), ann, reason="x")
    services.remove_second_factor(act("administrator"), ann, reason="she stood before me")
    assert client.get("/plans/").status_code == 302, "the session went on"
    assert enter()[1]["Location"] == "/"
    assert AuditEntry.objects.filter(action="user.second_factor_removed").latest("pk").reason == "she stood before me"


# -- sessions


def test_sessions_are_listed_and_ended(ann: User) -> None:
    here = enter(client=Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}))[0]
    there, token = enter(client=Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"}))[0], None
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox, Linux" in page
    assert "Safari, iPhone" in page
    found = re.search(r'name="session" value="(\d+)"', page)
    assert found is not None, token
    assert here.post("/accounts/sessions/end", {"session": found[1]}).status_code == 302
    assert (there.get("/plans/").status_code, here.get("/plans/").status_code) == (302, 200)
    assert here.post("/accounts/sessions/end", {"session": found[1]}).status_code == 404


def test_nobody_ends_the_sessions_of_others(ann: User, sign_in: SignIn) -> None:
    enter()
    from allauth.usersessions.models import UserSession

    theirs = UserSession.objects.get(user=ann)
    assert sign_in("administrator").post("/accounts/sessions/end", {"session": theirs.pk}).status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


def test_signing_out_ends_the_session_and_signing_in_makes_a_new_one(ann: User) -> None:
    client = Client()
    client.get("/accounts/login/")
    before = client.cookies.get("bailiwick_session")
    enter(client=client)
    inside = client.cookies["bailiwick_session"].value
    assert before is None or before.value != inside
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["bailiwick_session"] = inside
    assert thief.get("/plans/").status_code == 302


@pytest.mark.parametrize(
    ("field", "age", "is_over"), [(SEEN, 29 * 60, False), (SEEN, 31 * 60, True), (STARTED, 7 * 3600, False), (STARTED, 9 * 3600, True)]
)
def test_sessions_end_after_idleness_and_after_a_day(ann: User, field: str, age: int, is_over: bool) -> None:
    client, _ = enter()
    session = client.session
    session[field] -= age
    session.save()
    answer = client.get("/plans/")
    assert answer.status_code == (302 if is_over else 200)
    if is_over:
        assert "You were signed out" in client.get(answer["Location"]).content.decode()


def test_access_that_is_taken_away_ends_everything_at_once(ann: User, act: Act, sign_in: SignIn) -> None:
    client, _ = enter()
    services.set_active(act("administrator"), ann, is_active=False, reason="left")
    assert client.get("/plans/").status_code == 302
    assert enter()[1]["Location"] == "/accounts/inactive/"
    with pytest.raises(Conflict, match="yourself"):
        services.set_active(act("administrator"), act("administrator").user, is_active=False)  # type: ignore[arg-type]
    services.set_active(act("administrator"), ann, is_active=True)
    assert enter()[1]["Location"] == "/"


def test_the_last_administrator_stays_one(act: Act) -> None:
    admin = act("administrator")
    assert admin.user is not None
    with pytest.raises(Conflict, match="last administrator"):
        services.change_roles(admin, admin.user, role="rep")
    services.change_roles(admin, act("planner").user, role="planner", more_roles=["administrator"])  # type: ignore[arg-type]
    services.change_roles(admin, admin.user, role="rep")


def test_a_new_password_ends_the_other_sessions(ann: User) -> None:
    here, there = enter()[0], enter()[0]
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert here.post("/accounts/password/", form).status_code == 302
    assert (here.get("/plans/").status_code, there.get("/plans/").status_code) == (200, 302)


# -- invitations and mail


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("submission://ann:secret@mail.example.org:587", 587, True, False),
        ("smtp://ann:secret@mail.example.org:465/?ssl=True", 465, False, True),
    ],
)
def test_the_mail_server_is_one_setting(tmp_path: Path, url: str, port: int, tls: bool, ssl: bool) -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL, s.EMAIL_IS_SET_UP)"
    )
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bailiwick_web.config.settings",
        "BAILIWICK_EMAIL_URL": url,
        "BAILIWICK_DATA": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["mail.example.org", str(port), "ann", "secret", str(tls), str(ssl), "True"]


def follow(link: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.get(re.sub(r"^http://[^/]+", "", link))


def test_an_invitation_is_mailed_and_works_once(sign_in: SignIn, mailbox: Mailbox) -> None:
    form = {"name": "Bob\r\nBcc: eve@example.org", "email": "Bob@Example.org", "role": "rep"}
    shown = sign_in("administrator").post("/people/invite", {**form, "name": "Bob"}).content.decode()
    message = mailbox.messages[0]
    assert (message["To"], message["Subject"]) == ("bob@example.org", "Your access to Bailiwick")
    links = re.findall(r"http://\S+/accounts/welcome/[\w-]+", mailbox.text())
    assert len(links) == 1
    assert links[0] in shown
    secret = links[0].rsplit("/", 1)[1]
    assert secret not in repr(list(Invitation.objects.values())), "the secret is stored"
    client, moved = follow(links[0])
    assert moved["Location"] == "/accounts/welcome/"
    assert client.post("/accounts/welcome/", {"password": "too short"}).status_code == 422
    assert client.post("/accounts/welcome/", {"password": PASSWORD})["Location"] == "/accounts/login/"
    assert enter(who="bob@example.org")[1].status_code == 302
    assert follow(links[0])[1].status_code == 404
    assert sign_in("administrator").post("/people/invite", {**form, "name": "Bob"}).status_code == 422  # there is one


def test_a_newer_link_or_a_lost_access_ends_an_older_one(ann: User, act: Act) -> None:
    from bailiwick_web.core.entrance.invitations import make_link

    first, second = make_link(act("administrator"), ann), make_link(act("administrator"), ann)
    assert Client().get(f"/accounts/welcome/{first}").status_code == 404
    assert Client().get(f"/accounts/welcome/{second}").status_code == 302
    services.set_active(act("administrator"), ann, is_active=False)
    assert Client().get(f"/accounts/welcome/{second}").status_code == 404
    with pytest.raises(NotAllowed):
        make_link(act("planner"), ann)


def test_where_mail_does_not_work_the_link_is_on_the_screen(sign_in: SignIn, settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    page = sign_in("administrator").post("/people/invite", {"name": "Bob", "email": "bob@example.org", "role": "rep"}).content.decode()
    assert "did not take the message" in page
    assert "/accounts/welcome/" in page


def test_a_forgotten_password_is_replaced_by_mail_and_the_second_factor_stays(ann: User, mailbox: Mailbox, clock: SimpleNamespace) -> None:
    secret = set_up(enter()[0], clock)
    asked = Client().post("/accounts/password/reset/", {"email": "ann@example.org"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (asked.status_code, asked["Location"]) == (unknown.status_code, unknown["Location"])
    mails = [m for m in mailbox.messages if "eset" in str(m["Subject"])]
    assert [m["To"] for m in mails] == ["ann@example.org"]
    link = re.search(r"http://\S+", mails[0].get_payload(decode=True).decode())  # type: ignore[union-attr]
    assert link is not None
    client, moved = follow(link[0])
    done = client.post(moved["Location"], {"password1": OTHER, "password2": OTHER})
    assert done.status_code == 302
    assert client.get("/plans/").status_code == 302, "the link let somebody in"
    again, next_step = enter(OTHER)
    assert next_step["Location"] == "/accounts/2fa/authenticate/"
    clock.now += 60
    assert again.post("/accounts/2fa/authenticate/", {"code": code_at(secret, clock.now)}).status_code == 302
    assert "does not work any more" in follow(link[0])[0].get(re.sub(r"^http://[^/]+", "", link[0])).content.decode()


# -- single sign-on


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider of OpenID Connect on loopback, in a process of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    here = Path(__file__).parent
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
