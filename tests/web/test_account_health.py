"""Health of accounts: computed for all, kept apart from what people say, seen within the scope, followed by tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent
from bailiwick_web.core.refusals import Invalid, Missing, NotAllowed
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.insights import services
from bailiwick_web.insights.models import AccountScore, HealthSaid, Study
from bailiwick_web.insights.tasks import look_after
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


@pytest.fixture
def shops(act: Act, scenario: Scenario) -> dict[str, m.Account]:
    """West orders every month until today, Gone did so until 115 days ago, East is of somebody else, New has no order."""
    put_into_force(act, scenario)
    planner = at_the_time(act("planner").user)
    where = {"West": 0, "Gone": 0.2, "East": 4.4, "New": 0.1}
    made = {name: crm.customers.create_account(planner, name=name, location={"lon": lon, "lat": 0}) for name, lon in where.items()}
    for name, last in (("West", 5), ("Gone", 115), ("East", 8)):
        for i in range(14):
            order(planner, made[name], last + 30 * i)
    return made


def order(actor: Actor, account: m.Account, days_ago: int) -> None:
    on = actor.now.date() - timedelta(days=days_ago)
    money: dict[str, Any] = {"currency": "EUR", "rate": 1, "amount": 100, "house_amount": 100}
    m.Order.objects.create(account=account, ordered_on=on, **money, **stamped(actor))


def compute(act: Act) -> Study:
    study = services.ask_health(act("planner"))
    assert study.job is not None
    jobs.perform(study.job.pk)
    study = Study.objects.select_related("job").get(pk=study.pk)
    assert study.job is not None
    assert study.answered_at is not None, study.job.error
    return study


def test_health_stands_on_the_account_with_its_reasons_and_the_next_order(act: Act, sign_in: SignIn, shops: dict[str, m.Account]) -> None:
    compute(act)
    scores = {score.account.name: score for score in AccountScore.objects.select_related("account")}
    assert set(scores) == {"West", "Gone", "East"}
    assert (scores["West"].level, scores["Gone"].level, scores["Gone"].is_overdue, scores["West"].is_overdue) == (
        "low",
        "high",
        True,
        False,
    )
    assert scores["West"].next_on == act("planner").now.date() + timedelta(days=25)
    assert [sign for sign, _value in scores["Gone"].reasons][:2] == ["pause", "trend"]
    assert m.Account.objects.get(name="Gone").health == scores["Gone"].health == 48
    page = sign_in("rep").get("/insights/accounts/").content.decode()
    assert page.index("Gone") < page.index("West")
    assert "East" not in page
    assert "times the usual pause since the last order" in page
    assert "East" in sign_in("planner").get("/insights/accounts/?q=eas").content.decode()
    card = sign_in("rep").get(f"/insights/accounts/{shops['Gone'].public_id}/card").content.decode()
    assert "by a rule, without an interval" in card
    assert sign_in("rep").get(f"/insights/accounts/{shops['East'].public_id}/card").status_code == 404
    assert (
        f"/insights/accounts/{shops['Gone'].public_id}/card"
        in sign_in("rep").get(f"/customers/{shops['Gone'].public_id}/").content.decode()
    )


def test_complaints_come_in_from_the_cases(act: Act, shops: dict[str, m.Account]) -> None:
    rep = at_the_time(act("rep").user)
    for _ in range(2):
        crm.cases.open_case(rep, account=shops["West"], subject="Broken", about="complaint")
    compute(act)
    assert AccountScore.objects.get(account=shops["West"]).reasons == [["complaints", 2.0]]


def test_what_somebody_says_holds_beside_what_is_computed(act: Act, sign_in: SignIn, shops: dict[str, m.Account]) -> None:
    compute(act)
    client, address = sign_in("rep"), f"/insights/accounts/{shops['Gone'].public_id}/say"
    assert client.post(address, {"health": "90", "why": " "}).status_code == 422
    assert "A rep" in client.post(address, {"health": "90", "why": "They moved house; an order is on its way."}).content.decode()
    order(act("planner"), shops["West"], 1)
    compute(act)
    gone = m.Account.objects.get(name="Gone")
    said = HealthSaid.objects.get()
    assert (gone.health, said.health, AccountScore.objects.get(account=gone).health) == (90, 90, 48)
    assert (said.created_by, said.why[:10]) == (act("rep").user, "They moved")
    assert AuditEntry.objects.get(action="health.said").after == "90"
    assert "computed 48" in client.get("/insights/accounts/").content.decode()
    services.take_health_back(act("rep"), gone.public_id)
    gone.refresh_from_db()
    assert gone.health == 48
    with pytest.raises(Invalid):
        services.take_health_back(act("rep"), gone.public_id)
    with pytest.raises(Missing):
        services.say_health(act("rep"), shops["East"].public_id, health=1, why="x")
    with pytest.raises(NotAllowed):
        services.say_health(act("viewer"), gone.public_id, health=1, why="x")


def test_a_health_that_came_from_elsewhere_is_left_alone(act: Act, shops: dict[str, m.Account]) -> None:
    west = m.Account.objects.get(name="West")
    crm.customers.change_account(act("planner"), west.public_id, version=west.version, health=12)
    compute(act)
    west.refresh_from_db()
    assert (west.health, AccountScore.objects.get(account=west).health) == (12, 100)


def test_who_is_newly_in_danger_gives_a_task_once(act: Act, shops: dict[str, m.Account]) -> None:
    compute(act)
    assert not m.Activity.objects.exists()  # the first time everybody is new: the list tells, no heap of tasks
    score = AccountScore.objects.get(account=shops["Gone"])
    AccountScore.objects.filter(pk=score.pk).update(level="low")
    for number in (1, 2):
        order(act("planner"), shops["West"], number)
        compute(act)
        AccountScore.objects.filter(pk=score.pk).update(level="low")
    task = m.Activity.objects.get()
    assert (task.account, task.kind, task.state, task.origin) == (shops["Gone"], "task", "planned", "insights:health")
    assert task.person is not None
    assert task.person.user == act("rep").user
    assert OutboxEvent.objects.filter(kind="accounts.in_danger").count() == 2


def test_a_task_is_made_by_hand_and_once(act: Act, sign_in: SignIn, shops: dict[str, m.Account]) -> None:
    compute(act)
    address = f"/insights/accounts/{shops['Gone'].public_id}/task"
    for _ in range(2):
        assert sign_in("rep").post(address).status_code == 302
    assert m.Activity.objects.count() == 1
    assert sign_in("viewer").post(address).status_code == 403


def test_the_list_teaches_before_there_is_anything(act: Act, sign_in: SignIn, shops: dict[str, m.Account]) -> None:
    page = sign_in("planner").get("/insights/accounts/").content.decode()
    assert "Compute it now" in page
    m.Order.objects.all().delete()
    assert "bring them in" in sign_in("rep").get("/insights/accounts/").content.decode()


def test_health_is_looked_after_once_a_day(act: Act, shops: dict[str, m.Account]) -> None:
    look_after(act("planner").now)
    assert Study.objects.get().kind == "health"
    m.Order.objects.all().delete()
    look_after(act("planner").now)
    assert Study.objects.count() == 1
