"""What is not there: a page of ours that says so, and where to go; to whom may not see it, the same as if it had never been."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from bailiwick.domain.said import document, say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.page_words import PAGE_WORDS
from bailiwick_web.core.retelling import retold
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Scenario

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import translations

SignIn = Callable[[str], Client]
NOBODY = "01900000-0000-7000-8000-000000000000"
GERMAN = {"headers": {"Accept-Language": "de"}}
PAGES = ("", "panel", "rules", "validator", "runs", "stamp.svg", "alignment.csv")


def content(page: str) -> str:
    """What stands on the page itself, without what changes with every request or names the address."""
    inside = page.partition('<main id="content"')[2].partition("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", inside)


@pytest.mark.django_db
def test_a_deleted_scenario_says_so_to_planners_and_comes_back_from_there(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    services.delete_scenario(planner, scenario.public_id, version=scenario.version)
    client, path = sign_in("planner"), f"/scenarios/{scenario.public_id}/"
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f"“{scenario.name}” of “{scenario.plan.name}” was deleted on" in page
    assert "can be restored until" in page
    assert 'href="/plans/">Plans</a>' in page
    german = client.get(path, **GERMAN).content.decode()
    assert "wurde am" in german
    assert "Papierkorb" in german
    assert "Wiederherstellen" in german
    [action] = re.findall(r'<form method="post" action="([^"]+/restore)">', page)
    assert client.post(action).status_code == 302
    assert client.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
@pytest.mark.parametrize("name", PAGES)
def test_others_are_told_the_same_of_a_draft_a_deleted_one_and_none(
    sign_in: SignIn, planner: Actor, scenario: Scenario, role: str, name: str
) -> None:
    client = sign_in(role)
    never = client.get(f"/scenarios/{NOBODY}/{name}")
    draft = client.get(f"/scenarios/{scenario.public_id}/{name}")
    services.delete_scenario(planner, scenario.public_id, version=scenario.version)
    deleted = client.get(f"/scenarios/{scenario.public_id}/{name}")
    assert never.status_code == draft.status_code == deleted.status_code
    assert never.status_code in {403, 404}
    assert content(never.content.decode()) == content(draft.content.decode()) == content(deleted.content.decode())
    assert scenario.name not in content(deleted.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "label"),
    [
        (f"/scenarios/{NOBODY}/", "Plans"),
        (f"/plans/{NOBODY}/owner?unit=1", "Plans"),
        (f"/runs/{NOBODY}/front", "Plans"),
        (f"/imports/{NOBODY}/", "Data"),
        (f"/customers/{NOBODY}/", "Customers"),
        (f"/reports/{NOBODY}/", "Reports"),
        ("/nowhere/at-all", "Home"),
        ("/scenarios/not-an-id/", "Home"),
    ],
)
def test_an_address_that_leads_nowhere_leads_on(sign_in: SignIn, path: str, label: str) -> None:
    answer = sign_in("planner").get(path)
    page = content(answer.content.decode())
    assert answer.status_code == 404
    assert re.search(rf'<a class="button" href="/[^"]*">{label}</a>', page), page
    assert "may be mistyped or old" in page
    german = content(sign_in("planner").get(path, **GERMAN).content.decode())
    assert "vertippt" in german
    assert "may" not in german


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in(db: None) -> None:
    assert Client().get(f"/scenarios/{NOBODY}/").status_code == 302
    answer = Client().get("/nowhere/at-all")
    assert answer.status_code == 404
    assert ">Sign in</a>" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_that_is_too_old_is_refused_on_a_page_of_ours(sign_in: SignIn, scenario: Scenario) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in("planner").cookies
    for language, words in (("en", "no longer valid, so nothing was changed"), ("de", "gilt nicht mehr")):
        answer = strict.post(f"/scenarios/{scenario.public_id}/delete", {"version": "1"}, headers={"Accept-Language": language})
        assert answer.status_code == 403
        assert words in content(answer.content.decode())
    scenario.refresh_from_db()
    assert scenario.deleted_at is None


def test_no_page_speaks_of_options_of_the_command_line() -> None:
    """Every sentence of the library that names one has words for pages, which name none and keep no place that has no value."""
    patterns = {key[1] for key in translations.strings(translations.APPLICATION) if isinstance(key[1], str)}
    spoken = {pattern for pattern in patterns if re.search(r"(?<!\w)--\w", pattern)}
    assert spoken - PAGE_WORDS.keys() == set()
    for pattern, words in PAGE_WORDS.items():
        assert pattern in patterns, "the library says it otherwise by now"
        assert "--" not in words
        places = re.compile(r"%\((\w+)\)s")
        assert set(places.findall(words)) <= set(places.findall(pattern))
        values = dict.fromkeys(places.findall(pattern), "x")
        assert retold(document(say(pattern, **values))) == words % values
