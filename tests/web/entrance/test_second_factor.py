"""The second factor: codes by the standard, once each, and the way out of a lost one."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from front_door import PASSWORD, Act, code_at, enter, set_up

from bailiwick_web.core.models import AuditEntry, User
from bailiwick_web.core.people import services
from bailiwick_web.core.refusals import NotAllowed

pytestmark = pytest.mark.django_db


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
