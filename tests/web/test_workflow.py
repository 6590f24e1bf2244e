"""From draft to the plan that counts, and who sees what on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor, scope_of
from bailiwick_web.core.models import AuditEntry, OutboxEvent, User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale
from bailiwick_web.core.roles import Role
from bailiwick_web.planning import owning, queries, services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Publication, Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


def published(act: Act, scenario: Scenario, *, valid_from: datetime | None = None) -> Publication:
    services.propose(act("planner"), scenario.public_id, version=scenario.version)
    scenario.refresh_from_db()
    services.decide(act("administrator"), scenario.public_id, version=scenario.version, is_approved=True)
    scenario.refresh_from_db()
    publication = services.publish(act("planner"), scenario.public_id, version=scenario.version, valid_from=valid_from)
    scenario.refresh_from_db()
    return publication


def test_a_plan_goes_all_the_way(act: Act, scenario: Scenario) -> None:
    services.propose(act("planner"), scenario.public_id, version=1)
    scenario = services.decide(act("manager"), scenario.public_id, version=2, is_approved=True, comment="fine")
    assert scenario.state == "approved"
    publication = services.publish(act("planner"), scenario.public_id, version=scenario.version, reason="new year")
    assert publication.valid_until is None
    assert OutboxEvent.objects.filter(kind="plan.published").count() == 1
    with pytest.raises(Conflict, match="cannot be changed"):
        services.move_units(act("planner"), scenario.public_id, [0], "P2", version=scenario.version + 1)


def test_a_refusal_needs_a_reason_and_makes_it_a_draft_again(act: Act, scenario: Scenario) -> None:
    services.propose(act("planner"), scenario.public_id, version=1)
    with pytest.raises(Invalid, match="why"):
        services.decide(act("manager"), scenario.public_id, version=2, is_approved=False)
    assert services.decide(act("manager"), scenario.public_id, version=2, is_approved=False, comment="too far").state == "draft"


def test_a_manager_of_other_territories_cannot_decide(act: Act, scenario: Scenario) -> None:
    scenario.territories.filter(code__in=["P1", "P2"]).update(position=None)
    services.propose(act("planner"), scenario.public_id, version=1)
    with pytest.raises(NotAllowed):
        services.decide(act("manager"), scenario.public_id, version=2, is_approved=True)


def test_units_without_territory_cannot_be_proposed(act: Act, scenario: Scenario) -> None:
    services.move_units(act("planner"), scenario.public_id, [0], "", version=1)
    with pytest.raises(Conflict, match="1 units have no territory"):
        services.propose(act("planner"), scenario.public_id, version=2)


def test_at_any_instant_one_publication_counts(act: Act, scenario: Scenario) -> None:
    first = published(act, scenario)
    other = services.branch(act("planner"), scenario)
    services.move_units(act("planner"), other.public_id, [0], "P4", version=1)
    other.refresh_from_db()
    second = published(act, other)
    back = services.roll_back(act("planner"), first.public_id, reason="a mistake")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.valid_until == second.valid_from
    assert second.valid_until == back.valid_from
    for instant in (first.valid_from, second.valid_from, back.valid_from, back.valid_from + timedelta(days=99)):
        assert sum(p.covers(instant) for p in Publication.objects.all()) == 1
    unit = scenario.plan.unit_set.units.get(code="u00")
    owner = [owning.owner_on(unit, at, scenario.plan) for at in (first.valid_from, second.valid_from, back.valid_from)]
    assert [o.territory.code for o in owner if o and o.territory] == ["P1", "P4", "P1"]
    assert [o.cause for o in owner if o] == ["file", "manual", "file"]
    periods = [(p.document()["territory"], p.valid_from, p.valid_until) for p in owning.history(unit, scenario.plan)]
    assert periods == [
        ("P1", first.valid_from, second.valid_from),
        ("P4", second.valid_from, back.valid_from),
        ("P1", back.valid_from, None),
    ]
    quiet = scenario.plan.unit_set.units.get(code="u01")
    assert [(p.valid_from, p.valid_until) for p in owning.history(quiet, scenario.plan)] == [(first.valid_from, None)]
    assert owning.owner_on(unit, first.valid_from - timedelta(seconds=1), scenario.plan) is None
    with pytest.raises(Conflict, match="history"):
        services.delete_scenario(act("planner"), scenario.public_id, version=Scenario.objects.get(pk=scenario.pk).version)


def test_what_is_to_count_later_can_be_called_off_and_leaves_what_counts(act: Act, scenario: Scenario) -> None:
    first, other = published(act, scenario), services.branch(act("planner"), scenario)
    soon = act("planner").now + timedelta(days=30)
    later = published(act, other, valid_from=soon)
    assert Scenario.objects.get(pk=scenario.pk).state == "published", "it counts for a month"
    with pytest.raises(Invalid, match="why"):
        services.call_off(act("planner"), later.public_id, reason=" ")
    with pytest.raises(NotAllowed):
        services.call_off(act("manager"), later.public_id, reason="x")
    with pytest.raises(Conflict, match="roll back"):
        services.call_off(act("planner"), first.public_id, reason="x")
    assert services.call_off(act("planner"), later.public_id, reason="budget was cut").state == "approved"
    assert [(p.scenario_id, p.valid_until) for p in Publication.objects.all()] == [(scenario.pk, None)]
    assert AuditEntry.objects.filter(action="plan.called_off", reason="budget was cut").count() == 1
    other.refresh_from_db()
    services.publish(act("planner"), other.public_id, version=other.version, valid_from=soon)
    assert services.roll_back(act("planner"), first.public_id, reason="once more").pk == first.pk
    assert [(p.scenario_id, p.valid_until) for p in Publication.objects.all()] == [(scenario.pk, None)]


def test_what_counted_is_archived_when_its_time_is_over(act: Act, scenario: Scenario) -> None:
    published(act, scenario)
    other, soon = services.branch(act("planner"), scenario), act("planner").now + timedelta(days=30)
    published(act, other, valid_from=soon)
    assert services.archive_ended(Actor(None, soon - timedelta(seconds=1), "clock")) == 0
    assert services.archive_ended(Actor(None, soon, "clock")) == 1
    assert [Scenario.objects.get(pk=pk).state for pk in (scenario.pk, other.pk)] == ["archived", "published"]


def test_the_past_cannot_be_published(act: Act, scenario: Scenario) -> None:
    services.propose(act("planner"), scenario.public_id, version=1)
    services.decide(act("administrator"), scenario.public_id, version=2, is_approved=True)
    with pytest.raises(Invalid, match="passed"):
        services.publish(act("planner"), scenario.public_id, version=3, valid_from=act("planner").now - timedelta(days=1))


def test_drafts_are_seen_by_planners_proposals_by_managers_the_rest_by_all(act: Act, scenario: Scenario) -> None:
    def seers() -> set[str]:
        return {role for role in Role.values if queries.visible_scenarios(act(role)).exists()}

    assert seers() == {"administrator", "planner"}
    services.propose(act("planner"), scenario.public_id, version=1)
    assert seers() == {"administrator", "planner", "manager", "rep"}
    scenario.territories.filter(code="P1").update(position=None)
    assert seers() == {"administrator", "planner", "manager"}  # it does not concern the rep any more
    scenario.refresh_from_db()
    services.withdraw(act("planner"), scenario.public_id, version=2)
    scenario.refresh_from_db()
    published(act, scenario)
    assert seers() == set(Role.values)


def test_scope_is_the_subtree_or_the_own_or_nothing(act: Act, users: dict[str, User], scenario: Scenario) -> None:
    def seen(role: str) -> list[int]:
        return queries.visible_territories(act(role), scenario)

    assert [seen(role) for role in ("planner", "manager", "rep", "viewer")] == [[0, 1, 2, 3], [0, 1], [0], []]
    User.objects.filter(role="manager").update(is_active=False)
    users["manager"].refresh_from_db()
    assert seen("manager") == []
    later = act("rep")
    assert scope_of(users["rep"], (later.now - timedelta(days=365 * 20)).date()).position_ids == frozenset()


def test_nobody_finds_what_they_may_not_see(act: Act, scenario: Scenario) -> None:
    with pytest.raises(Missing):
        queries.scenario(act("rep"), scenario.public_id)
    with pytest.raises(NotAllowed):
        services.publish(act("manager"), scenario.public_id, version=1)
    inactive = act("planner")
    assert inactive.user is not None
    inactive.user.is_active = False
    assert not queries.visible_scenarios(replace(inactive)).exists()


def test_a_challenge_that_is_accepted_moves_and_locks_the_unit(act: Act, scenario: Scenario) -> None:
    with pytest.raises(Conflict, match="proposal"):
        services.challenge(act("manager"), scenario.public_id, 0, wanted="P2", reason="x")
    services.propose(act("planner"), scenario.public_id, version=1)
    with pytest.raises(NotAllowed):
        services.challenge(act("viewer"), scenario.public_id, 0, wanted="P2", reason="x")
    with pytest.raises(NotAllowed, match="yours"):
        services.challenge(act("rep"), scenario.public_id, 2, wanted="P1", reason="mine")
    with pytest.raises(NotAllowed, match="yours"):
        services.challenge(act("manager"), scenario.public_id, 5, wanted="P3", reason="east")
    with pytest.raises(Invalid, match="why"):
        services.challenge(act("manager"), scenario.public_id, 0, wanted="P2", reason=" ")
    made = services.challenge(act("manager"), scenario.public_id, 0, wanted="P2", reason="knows the buyer")
    other = services.challenge(act("manager"), scenario.public_id, 1, wanted="", reason="too far")
    with pytest.raises(NotAllowed):
        services.answer(act("manager"), made.public_id, is_accepted=True, version=2)
    with pytest.raises(Stale):
        services.answer(act("planner"), made.public_id, is_accepted=True, version=1)
    services.answer(act("planner"), made.public_id, is_accepted=True, version=2)
    scenario = Scenario.objects.get(pk=scenario.pk)
    arrays = scenario_arrays(scenario)
    assert (scenario.state, arrays.codes[arrays.territory_idx[0]], bool(arrays.is_locked[0])) == ("draft", "P2", True)
    with pytest.raises(Conflict, match="answered"):
        services.answer(act("planner"), made.public_id, is_accepted=False, comment="no", version=scenario.version)
    with pytest.raises(Invalid, match="why"):
        services.answer(act("planner"), other.public_id, is_accepted=False, version=scenario.version)
    declined = services.answer(act("planner"), other.public_id, is_accepted=False, comment="near the motorway", version=scenario.version)
    assert declined.challenge.state == "declined"


def test_a_challenge_that_names_no_territory_forbids_the_unit_where_it_is(act: Act, scenario: Scenario) -> None:
    services.lock_units(act("planner"), scenario.public_id, [1], is_locked=True, version=1)
    services.propose(act("planner"), scenario.public_id, version=2)
    made = services.challenge(act("manager"), scenario.public_id, 1, wanted="", reason="too far")
    answered = services.answer(act("planner"), made.public_id, is_accepted=True, version=3)
    assert answered.done == "Unit 1 must not be in Rep P1 any more; the next run of the engine finds another territory for it."
    scenario = Scenario.objects.get(pk=scenario.pk)
    arrays = scenario_arrays(scenario)
    assert (scenario.state, arrays.forbidden.tolist(), bool(arrays.is_locked[1])) == ("draft", [[1, 0]], False)
    run = services.start_run(act("planner"), scenario)
    jobs.perform(run.job.pk)
    run.refresh_from_db()
    assert run.result is not None, run.job.error
    after = scenario_arrays(run.result)
    assert after.codes[after.territory_idx[1]] != "P1"


def test_what_is_published_for_later_says_from_when(act: Act, scenario: Scenario, sign_in: SignIn) -> None:
    published(act, scenario)
    other = services.branch(act("planner"), scenario)
    services.propose(act("planner"), other.public_id, version=other.version)
    other.refresh_from_db()
    services.decide(act("administrator"), other.public_id, version=other.version, is_approved=True, comment="")
    other.refresh_from_db()
    client, page = sign_in("planner"), f"/scenarios/{other.public_id}"
    given = {"act": "publish", "version": other.version, "valid_from": "2099-01-01T06:00", "reason": "new year"}
    shown = client.post(f"{page}/flow", given, follow=True).content.decode()
    assert "Published: it counts from 1 Jan 2099 06:00 on." in shown
    assert "until then what counted before goes on" in shown
    now = client.get(f"/scenarios/{scenario.public_id}/").content.decode()
    assert "until then what counted before goes on" not in now
