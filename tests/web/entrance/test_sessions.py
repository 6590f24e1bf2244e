"""Sessions: seen, ended by hand, by time, and with the access."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from front_door import OTHER, PASSWORD, Act, SignIn, enter

from bailiwick_web.core.entrance.middleware import SEEN, STARTED
from bailiwick_web.core.models import User
from bailiwick_web.core.people import services
from bailiwick_web.core.refusals import Conflict

pytestmark = pytest.mark.django_db


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
