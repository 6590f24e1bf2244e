"""Invitations and forgotten passwords, by a real mail server on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from front_door import OTHER, PASSWORD, Act, SignIn, code_at, enter, follow, set_up
from mailboxes import Mailbox

from bailiwick_web.core.models import Invitation, User
from bailiwick_web.core.people import services
from bailiwick_web.core.refusals import NotAllowed

pytestmark = pytest.mark.django_db


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
