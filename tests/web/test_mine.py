"""What a rep sees of the own territory, asks for, and is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Challenge, Publication, Scenario

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


def counts(scenario: Scenario) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(state="published")
    Publication.objects.create(
        plan=scenario.plan, scenario=scenario, valid_from=timezone.now(), published_at=timezone.now(), reason="A new year"
    )


@pytest.fixture
def proposal(act: Act, scenario: Scenario) -> Scenario:
    """What counts is proposed to change: unit 0 leaves P1, unit 2 comes."""
    counts(scenario)
    draft = services.branch(act("planner"), Scenario.objects.get(pk=scenario.pk), name="Next year")
    services.move_units(act("planner"), draft.public_id, [0], "P2", version=1)
    services.move_units(act("planner"), draft.public_id, [2], "P1", version=2)
    services.propose(act("planner"), draft.public_id, version=3)
    return Scenario.objects.get(pk=draft.pk)


def test_the_page_tells_what_is_mine_what_would_change_and_whom_to_ask(sign_in: SignIn, proposal: Scenario) -> None:
    assert sign_in("rep").get("/")["Location"] == "/mine/"
    page = sign_in("rep").get("/mine/").content.decode()
    for text in (
        "Proposed: Next year",
        "Unit 0",
        "leaves you",
        "Unit 2",
        "comes to you",
        "Rep P1",
        "A new year",
        "A manager",
        "leads West",
    ):
        assert text in page, text
    assert "Rep P2" not in page  # to whom it goes is outside the scope
    assert "No territory yet" in sign_in("viewer").get("/mine/").content.decode()


def test_a_rep_challenges_the_planner_answers_and_the_engine_keeps_to_it(sign_in: SignIn, act: Act, proposal: Scenario) -> None:
    rep, planner = sign_in("rep"), sign_in("planner")
    address = f"/scenarios/{proposal.public_id}/challenge"
    told = rep.post(address, {"unit": "0", "wanted": "P1", "reason": "I have sold there for ten years"}, headers={"HX-Request": "true"})
    assert (told.status_code, "Unit 0" in told["HX-Trigger"]) == (204, True)
    again = rep.post(address, {"unit": "0", "wanted": "P1", "reason": "again"}, headers={"HX-Request": "true"})
    assert again.status_code == 409
    rep.post(address, {"unit": "2", "reason": "too far for me"}, headers={"HX-Request": "true"})
    assert "asked" in rep.get("/mine/").content.decode()
    assert "ten years" in planner.get(f"/scenarios/{proposal.public_id}/").content.decode()
    stay, far = Challenge.objects.order_by("pk")
    planner.post(f"/challenges/{far.public_id}/answer", {"answer": "decline", "comment": "Nobody is nearer", "version": proposal.version})
    planner.post(f"/challenges/{stay.public_id}/answer", {"answer": "accept", "version": proposal.version})
    page = rep.get("/mine/").content.decode()
    for text in ("accepted", "declined", "Nobody is nearer"):
        assert text in page.lower() or text in page, text
    assert rep.get(f"/scenarios/{proposal.public_id}/").status_code == 404  # a draft again
    draft = Scenario.objects.get(pk=proposal.pk)
    run = services.start_run(act("planner"), draft, mode="anew")
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.result is not None, run.job.error
    after = scenario_arrays(run.result)
    assert (after.codes[after.territory_idx[0]], bool(after.is_locked[0])) == ("P1", True)


def test_a_manager_approves_what_concerns_them(sign_in: SignIn, proposal: Scenario, users: dict[str, User]) -> None:
    client = sign_in("manager")
    assert "Next year" in client.get("/mine/").content.decode()
    path = f"/scenarios/{proposal.public_id}/"
    assert 'data-open="decide-dialog"' in client.get(path).content.decode()
    done = client.post(f"{path}flow", {"act": "approve", "version": proposal.version})
    assert (done.status_code, Scenario.objects.get(pk=proposal.pk).state) == (302, "approved")
    assert sign_in("rep").post(f"{path}flow", {"act": "approve", "version": proposal.version + 1}).status_code == 403


def test_who_sees_a_customer_and_by_which_ways(sign_in: SignIn, scenario: Scenario, users: dict[str, User]) -> None:
    counts(scenario)
    page = sign_in("planner").get("/who/?unit=u00").content.decode()
    for text in ("A rep", "fills Rep P1", "A manager", "leads West", "as Planner they see everything"):
        assert text in page, text
    assert "outside what you see" in sign_in("manager").get("/who/?unit=u04").content.decode()
    assert "fills Rep P1" in sign_in("manager").get("/who/?unit=u00").content.decode()
