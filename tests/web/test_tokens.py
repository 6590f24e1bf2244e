"""Tokens, limits, and requests that are sent twice."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bailiwick_web.core import token_services
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AccessToken, IdempotencyKey
from bailiwick_web.core.rest import limits
from bailiwick_web.planning.models import Move, Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def key(planner: Actor) -> str:
    return token_services.create_token(planner, name="script", may_write=True, days=7)[1]


def send(method: str, path: str, key: str, body: object = None, **headers: str) -> Any:
    """A request of a program: no cookie, and cross-site checks are on."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    client = Client(enforce_csrf_checks=True)
    signed = {"Authorization": f"Bearer {key}", **named}
    return client.generic(method, path, json.dumps(body or {}), content_type="application/json", headers=signed)


def test_the_page_shows_a_key_once_and_keeps_its_hash(sign_in: SignIn) -> None:
    client = sign_in("rep")
    page = client.post("/tokens/", {"name": "export", "may_write": "", "days": "30"}).content.decode()
    (key,) = re.findall(r"bwk_[\w-]{40}", page)
    token = AccessToken.objects.get()
    assert (token.start, token.may_write, token.digest) == (key[:8], False, token_services.digest_of(key))
    assert key not in client.get("/tokens/").content.decode()
    assert send("GET", "/api/v1/scenarios", key).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert client.post(f"/tokens/{token.public_id}/revoke").status_code == 302
    refused = send("GET", "/api/v1/scenarios", key)
    assert (refused.status_code, refused.json()["code"], refused["Content-Type"]) == (401, "not_signed_in", "application/problem+json")
    assert refused["WWW-Authenticate"].startswith("Bearer")


def test_a_token_does_what_its_user_may_and_no_more(key: str, act: Callable[[str], Actor], scenario: Scenario) -> None:
    path = f"/api/v1/scenarios/{scenario.public_id}/moves"
    move = {"unit_idx": [0], "to": "P4"}
    reading = token_services.create_token(act("planner"), name="look", may_write=False, days=1)[1]
    assert send("POST", path, reading, move, If_Match='"1"').json()["code"] == "token_scope"
    stranger = token_services.create_token(act("rep"), name="rep", may_write=True, days=1)[1]
    assert send("POST", path, stranger, move, If_Match='"1"').status_code == 403
    done = send("POST", path, key, move, If_Match='"1"')
    assert (done.status_code, Move.objects.get().by) == (200, act("planner").user)
    assert (done["X-RateLimit-Limit"], done["X-RateLimit-Remaining"]) == ("100", "99")


def test_a_token_ends_with_its_day_and_with_its_user(key: str, planner: Actor, users: Any) -> None:
    assert token_services.find_token(key, timezone.now() + timedelta(days=8)) is None
    assert token_services.find_token("bwk_" + "x" * 40, timezone.now()) is None
    users["planner"].is_active = False
    users["planner"].save()
    assert send("GET", "/api/v1/scenarios", key).status_code == 401


def test_nobody_revokes_the_token_of_another(act: Callable[[str], Actor], key: str, sign_in: SignIn) -> None:
    token = AccessToken.objects.get()
    assert sign_in("administrator").post(f"/tokens/{token.public_id}/revoke").status_code == 404


def test_a_hundred_requests_in_ten_seconds(key: str) -> None:
    token = AccessToken.objects.get()
    request: Any = type("Request", (), {})()
    for i in range(limits.MOST):
        limits.count(request, token.pk, now=float(i) / 100)
    with pytest.raises(limits.TooMany) as error:
        limits.count(request, token.pk, now=1.0)
    assert error.value.details["retry_after"] == 9
    limits.count(request, token.pk, now=10.005)
    limits.count(request, token.pk + 1, now=1.0)
    limits.forget()
    for _ in range(limits.MOST):
        limits.count(request, token.pk)
    refused = send("GET", "/api/v1/scenarios", key)
    assert (refused.status_code, refused.json()["code"], refused["X-RateLimit-Remaining"]) == (429, "too_many_requests", "0")
    assert 1 <= int(refused["Retry-After"]) <= 10


def test_a_repeated_request_has_one_effect_and_the_same_answer(key: str, scenario: Scenario) -> None:
    path, move = f"/api/v1/scenarios/{scenario.public_id}/moves", {"unit_idx": [0], "to": "P4"}
    first = send("POST", path, key, move, If_Match='"1"', Idempotency_Key="a")
    again = send("POST", path, key, move, If_Match='"1"', Idempotency_Key="a")
    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, '"2"')
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Move.objects.count() == 1
    other = send("POST", path, key, {"unit_idx": [1], "to": "P4"}, If_Match='"2"', Idempotency_Key="a")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    late = send("POST", path, key, move, If_Match='"1"', Idempotency_Key="a")
    assert late.status_code == 412


def test_what_was_refused_is_not_kept(key: str, scenario: Scenario) -> None:
    path, move = f"/api/v1/scenarios/{scenario.public_id}/moves", {"unit_idx": [0], "to": "P4"}
    assert send("POST", path, key, move, If_Match='"7"', Idempotency_Key="b").status_code == 412
    assert send("POST", path, key, move, Idempotency_Key="b").status_code == 428
    assert send("POST", path, "bwk_wrong", move, Idempotency_Key="b").status_code == 401
    assert send("POST", path, key, move, If_Match='"1"', Idempotency_Key="x" * 256).json()["code"] == "idempotency_key"
    assert IdempotencyKey.objects.count() == 0
    assert send("POST", path, key, move, If_Match='"1"', Idempotency_Key="b").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_same_key_in_parallel_has_one_effect(key: str, scenario: Scenario) -> None:
    path, move = f"/api/v1/scenarios/{scenario.public_id}/branches", {"name": "Once"}
    answers: list[int] = []

    def work() -> None:
        try:
            answers.append(send("POST", path, key, move, Idempotency_Key="c").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Scenario.objects.filter(name__startswith="Once").count() == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert send("POST", path, key, move, Idempotency_Key="c").status_code == 201


def test_who_is_late_learns_what_changed(key: str, sign_in: SignIn, scenario: Scenario) -> None:
    path, move = f"/api/v1/scenarios/{scenario.public_id}/moves", {"unit_idx": [0], "to": "P4", "reason": "closer"}
    send("POST", path, key, move, If_Match='"1"')
    send("POST", path, key, {"unit_idx": [1], "to": "P2"}, If_Match='"2"')
    stale = send("POST", path, key, move, If_Match='"1"').json()
    told = [(d["action"], d["after"], d["by"], d["reason"]) for d in stale["differences"]]
    assert told == [("units.moved", "Unit 1 → Rep P2", "A planner", ""), ("units.moved", "Unit 0 → Rep P4", "A planner", "closer")]
    assert (stale["version"], stale["given"]) == (3, 1)
