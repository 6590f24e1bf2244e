"""Pages: what they show to whom, headers, counts of queries, what forms do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bailiwick_web.core.models import AuditEntry, User
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.models import UnitSet

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.mark.parametrize("page", ["/", "/plans/", "/plans/new", "/data/", "/imports/new", "/history/"])
def test_pages_answer_with_headers_that_keep_strangers_out(sign_in: SignIn, scenario: Scenario, page: str) -> None:
    answer = sign_in("planner").get(page)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert b"style=" not in answer.content
    assert b"http://" not in answer.content.replace(b"http://www.w3.org", b"")
    assert b"https://" not in answer.content


def test_people_sign_in_by_password_and_strangers_cannot_sign_up(client: Client, db: None) -> None:
    User.objects.create_user("ann@example.org", "Ann", role="planner", password="three long words")
    page = client.get("/accounts/login/").content.decode()
    assert "<h1>Sign in</h1>" in page
    assert "Demonstration" not in page
    wrong = client.post("/accounts/login/", {"login": "ann@example.org", "password": "wrong"})
    assert "not correct" in wrong.content.decode()
    right = client.post("/accounts/login/", {"login": "Ann@example.org", "password": "three long words"})
    assert (right.status_code, right["Location"]) == (302, "/")
    assert client.get("/accounts/2fa/").status_code == 200
    assert Client().get("/accounts/signup/")["Location"] == "/accounts/login/"


def test_an_empty_installation_teaches(sign_in: SignIn) -> None:
    page = sign_in("planner").get("/").content.decode()
    assert "Import your customers or areas" in page
    assert "Try the example" in page
    assert "No territory yet" in sign_in("rep").get("/", follow=True).content.decode()


def test_a_scenario_shows_balance_table_and_map(sign_in: SignIn, scenario: Scenario) -> None:
    page = sign_in("planner").get(f"/scenarios/{scenario.public_id}/").content.decode()
    assert f'data-api="/api/v1/scenarios/{scenario.public_id}"' in page
    assert 'data-can-edit="1"' in page
    assert "workspace/workspace.js" in page
    assert "Unit 35" not in page  # the map asks for the units itself
    viewer = sign_in("viewer").get(f"/scenarios/{scenario.public_id}/")
    assert viewer.status_code == 404  # a draft


def test_a_rep_sees_own_customers_in_what_counts_and_nothing_else(sign_in: SignIn, scenario: Scenario) -> None:
    from django.utils import timezone

    from bailiwick_web.planning.models import Publication

    Scenario.objects.filter(pk=scenario.pk).update(state="published")
    now = timezone.now()
    Publication.objects.create(plan=scenario.plan, scenario=scenario, valid_from=now, published_at=now)
    client, path = sign_in("rep"), f"/scenarios/{scenario.public_id}/"
    page = client.get(path).content.decode()
    assert "Unit 0<" in page.replace("\n", "")
    assert [text for text in ("Unit 2<", "Rep P2", "workspace.js", "Undo") if text in page] == []
    assert "12 found" in page
    assert len(client.get(f"{path}alignment.csv").content.decode().splitlines()) == 13
    assert "Unit 2<" not in client.get(f"{path}?t=P2").content.decode()
    assert "Rep P1" in client.get("/", follow=True).content.decode()


def test_the_table_finds_sorts_filters_and_pages(sign_in: SignIn, scenario: Scenario) -> None:
    client, path = sign_in("planner"), f"/scenarios/{scenario.public_id}/"
    headers = {"HX-Request": "true", "HX-Target": "unit-rows"}
    part = client.get(f"{path}?t=P2&sort=-sales", headers=headers).content.decode()
    assert "<html" not in part
    assert "6 found" in part
    assert 'name="sort" value="-sales"' in part  # a refresh asks for the same rows again
    assert "1 found" in client.get(f"{path}?q=unit+35", headers=headers).content.decode()
    assert "Nothing fits" in client.get(f"{path}?q=<script>", headers=headers).content.decode()


def test_a_plan_is_made_from_a_form(sign_in: SignIn, unit_set: UnitSet) -> None:
    form = {"name": "New", "unit_set": unit_set.public_id, "by": "number", "n_territories": "4", "is_contiguous": "on"}
    client = sign_in("planner")
    assert client.post("/plans/new", form).status_code == 422
    done = client.post("/plans/new", {**form, "balance_0": "on", "tolerance_0": "7.5", "run_now": "on"})
    scenario = Scenario.objects.get()
    assert done["Location"] == f"/scenarios/{scenario.public_id}/"
    assert scenario.plan.balance == {"sales": 0.075}
    assert scenario.runs.count() == 1


def test_two_scenarios_are_compared(sign_in: SignIn, scenario: Scenario) -> None:
    client = sign_in("planner")
    client.post(f"/scenarios/{scenario.public_id}/branch", {"name": "Other"})
    other = Scenario.objects.get(name="Other")
    move = {"unit_idx": [0], "to": "P4"}
    moved = client.post(f"/api/v1/scenarios/{other.public_id}/moves", move, content_type="application/json", headers={"If-Match": '"1"'})
    assert moved.status_code == 200
    page = client.get(f"/scenarios/compare?a={scenario.public_id}&b={other.public_id}").content.decode()
    assert "1 of 36 units gets another territory" in page
    csv = client.get(f"/scenarios/compare.csv?a={scenario.public_id}&b={other.public_id}").content.decode("utf-8-sig")
    assert csv.splitlines()[1] == "u00,Unit 0,P1,P4,manual,1"
    assert client.get("/scenarios/compare?a=x&b=y").status_code == 422


def test_the_first_user_needs_the_key_and_there_is_one_only(client: Client, db: None, settings: object) -> None:
    settings.SETUP_KEY = "right"  # type: ignore[attr-defined]
    form = {"name": "Ann", "email": "ann@example.org", "password": "three long words"}
    assert client.post("/setup?key=wrong", form).status_code == 403
    assert client.post("/setup?key=right", {**form, "password": "password123"}).status_code == 422
    assert client.post("/setup?key=right", form)["Location"] == "/"
    assert User.objects.get().role == "administrator"
    assert client.post("/setup?key=right", {**form, "email": "eve@example.org"})["Location"] == "/"
    assert User.objects.count() == 1
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["user.signed_in", "user.created"]


def test_the_demonstration_cannot_be_entered_where_there_is_none(client: Client, users: object, settings: object) -> None:
    assert client.post("/demo/enter", {"role": "administrator"}).status_code == 404
    settings.DEMO_KEY = "key"  # type: ignore[attr-defined]
    assert client.get("/demo/enter?key=wrong").status_code == 403


def test_lists_need_the_same_number_of_queries_whatever_their_length(
    sign_in: SignIn, scenario: Scenario, planner: object, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    from bailiwick_web.planning import services

    for i in range(8):
        services.branch(planner, scenario, name=f"Copy {i}")  # type: ignore[arg-type]
    client = sign_in("planner")
    for page, most in (("/", 20), ("/plans/", 14), (f"/scenarios/{scenario.public_id}/", 20), ("/history/", 9)):
        with django_assert_max_num_queries(most):
            client.get(page)
