"""Segments in force for our customers: written by a job, given to new ones in the same transaction, asked for by rules of territories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.test import Client
from django.urls import reverse

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services import customers as crm
from bailiwick_web.crm.services.many.customers import NewAccount, create_accounts
from bailiwick_web.insights import services
from bailiwick_web.insights.models import AccountSegment, Segmentation, Study
from bailiwick_web.planning import services as planning
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.models import Unit

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
RULES = {"method": "rules", "rules": ["Large: employees >= 250", "Bank: industry = 'Bank'", "Small: employees < 250"]}


def at(unit: Unit) -> dict[str, float]:
    return {"lon": unit.lon, "lat": unit.lat}


@pytest.fixture
def world(act: Act, scenario: Scenario) -> list[m.Account]:
    """A published plan in which a rule gives large customers to the last territory, and three customers in the first one."""
    planner = act("planner")
    last = list(scenario.territories.order_by("place"))[-1]
    planning.save_rule(
        planner, scenario.public_id, version=scenario.version, name="Key accounts", condition="segment = 'Large'", territory=last.code
    )
    scenario.refresh_from_db()
    put_into_force(act, scenario)
    unit = Unit.objects.order_by("idx")[0]
    seller = at_the_time(planner.user)
    sizes = (900, 20, 5)
    return [
        crm.create_account(seller, name=f"A{i}", code=f"A{i}", state="customer", employees=n, industry="Shop", location=at(unit))
        for i, n in enumerate(sizes)
    ]


def answered(actor: Actor, options: dict[str, Any], **tables: str) -> Study:
    study = services.ask(actor, "segments", options=options, tables=tables or {"accounts": "own:accounts"})
    assert study.job is not None
    jobs.perform(study.job.pk)
    study.refresh_from_db()
    assert study.answered_at is not None, study.job.error
    return study


def put(actor: Actor, study: Study, **more: bool) -> Segmentation:
    made = services.use_segments(actor, study.public_id, **more)
    job = jobs.Job.objects.filter(kind="insights.segments").latest("pk")
    jobs.perform(job.pk)
    made.refresh_from_db()
    return made


def territory(account: m.Account) -> tuple[str, str]:
    row = m.AccountTerritory.objects.get(account=account, valid_until=None)
    return row.territory.code, row.cause.partition(":")[0]


def test_accounts_get_their_segment_and_the_territory_that_a_rule_gives_it(planner: Actor, world: list[m.Account]) -> None:
    before = [territory(account) for account in world]
    assert {cause for _code, cause in before} != {"rule"}
    made = put(at_the_time(planner.user), answered(planner, RULES))
    assert (made.n_accounts, made.is_in_force, made.written_at is not None) == (3, True, True)
    assert list(m.Account.objects.order_by("code").values_list("segment", flat=True)) == ["Large", "Small", "Small"]
    after = [territory(account) for account in world]
    assert (after[0][1], after[0][0] != before[0][0]) == ("rule", True)
    assert after[1:] == before[1:]
    entries = AuditEntry.objects.filter(action="account.changed", field="segment")
    assert {(entry.before, entry.after) for entry in entries} == {("", "Large"), ("", "Small")}
    assert OutboxEvent.objects.filter(kind="accounts.segmented").count() == 1


def test_a_new_account_gets_its_segment_and_territory_in_the_same_transaction(planner: Actor, world: list[m.Account]) -> None:
    actor = at_the_time(planner.user)
    put(actor, answered(planner, RULES))
    place = at(Unit.objects.order_by("idx")[0])
    one = crm.create_account(actor, name="New", employees=700, location=place)
    many = create_accounts(actor, [NewAccount({"name": f"N{n}", "employees": n}, {}, location=place) for n in (3, 4_000)])
    found = {account.name: account.segment for account in m.Account.objects.filter(pk__in=[one.pk, *(a.pk for a in many)])}
    assert found == {"New": "Large", "N3": "Small", "N4000": "Large"}
    assert territory(one)[1] == territory(many[1])[1] == "rule"
    one.refresh_from_db()
    crm.change_account(actor, one.public_id, version=one.version, employees=2)
    one.refresh_from_db()
    assert (one.segment, territory(one)[1] == "rule") == ("Small", False)


def test_what_somebody_entered_holds_unless_it_shall_be_replaced(planner: Actor, world: list[m.Account]) -> None:
    actor = at_the_time(planner.user)
    m.Account.objects.filter(pk=world[2].pk).update(segment="Friends")
    study = answered(planner, RULES)
    put(actor, study)
    world[2].refresh_from_db()
    assert world[2].segment == "Friends"
    assert AccountSegment.objects.get(account=world[2]).segment == "Small"
    put(actor, study, takes_all=True)
    world[2].refresh_from_db()
    assert world[2].segment == "Small"
    crm.change_account(actor, world[2].public_id, version=world[2].version, segment="Friends again")
    services.write_later(actor)
    jobs.perform(jobs.Job.objects.filter(kind="insights.segments").latest("pk").pk)
    world[2].refresh_from_db()
    assert world[2].segment == "Friends again"
    assert Segmentation.objects.filter(is_in_force=True).count() == 1


def test_clusters_say_of_a_new_account_what_they_said_of_the_others(planner: Actor, world: list[m.Account]) -> None:
    actor = at_the_time(planner.user)
    for i in range(40):
        about = {"employees": 1_000 + i, "industry": "Bank"} if i % 4 == 0 else {"employees": 5 + i % 3, "industry": "Bar"}
        crm.create_account(actor, name=f"C{i}", code=f"C{i}", state="customer", **about)
    study = answered(planner, {"method": "clusters", "clusters": 2})
    put(actor, study)
    large, small = (m.Account.objects.get(code=code).segment for code in ("C4", "C5"))
    assert {large, small} == {"Cluster 1", "Cluster 2"}
    new = crm.create_account(actor, name="New", state="customer", employees=1_100, industry="Bank")
    new.refresh_from_db()
    assert new.segment == large


def test_who_plans_decides_and_the_ids_must_fit(act: Act, planner: Actor, world: list[m.Account], sign_in: Callable[[str], Client]) -> None:
    study = answered(planner, RULES)
    with pytest.raises(NotAllowed):
        services.use_segments(act("rep"), study.public_id)
    client = sign_in("planner")
    assert "Put into force" in client.get("/insights/segments/").content.decode()
    page = client.post(reverse("use_segments", args=[study.public_id]), follow=True).content.decode()
    assert "They are being written." in page
    client.post(reverse("end_segments"))
    assert not Segmentation.objects.filter(is_in_force=True).exists()
    other = services.ask(planner, "cohorts", options={}, tables={"orders": "own:orders"})
    with pytest.raises(Invalid):
        services.use_segments(planner, other.public_id)
    m.Account.objects.update(code="")
    with pytest.raises(Conflict):
        services.use_segments(planner, study.public_id)
