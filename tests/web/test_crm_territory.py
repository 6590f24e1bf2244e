"""Whose an account is: derived from what counts, with its reason, and derived again identically."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import shapely
from crm_world import at_the_time, put_into_force
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.jobs import perform
from bailiwick_web.core.models import AuditEntry, Job, Person, Staffing
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, AccountTerritory, Handover
from bailiwick_web.crm.queries import whose
from bailiwick_web.crm.services import belonging, handing_over
from bailiwick_web.crm.services.belonging import settle_all
from bailiwick_web.crm.visibility import visible
from bailiwick_web.planning import services
from bailiwick_web.planning.models import AssignmentRule, Scenario, TerritoryDefinition
from bailiwick_web.territories.convert import store_digest
from bailiwick_web.territories.models import Unit

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]


@pytest.fixture
def counted(act: Act, scenario: Scenario) -> Scenario:
    put_into_force(act, scenario)
    scenario.refresh_from_db()
    return scenario


def at(lon: float, lat: float) -> dict[str, Any]:
    return {"location": {"lon": lon, "lat": lat}}


def held(account: Any) -> list[tuple[str | None, str, str, bool]]:
    rows = AccountTerritory.objects.filter(account=account).order_by("valid_from", "pk").select_related("territory")
    return [(r.territory.code if r.territory else None, r.cause, r.relation, r.valid_until is None) for r in rows]


def test_an_account_belongs_by_its_identifier_or_else_by_its_position(act: Act, counted: Scenario) -> None:
    is_unit = crm.customers.create_account(act("planner"), name="A unit", code="u03", **at(0, 0))
    in_crm = crm.customers.create_account(act("planner"), name="By another id", external_ids={"erp": "u05"})
    near = crm.customers.create_account(act("planner"), name="Near", **at(2.2, 1.1))
    assert [row[:3] for row in held(is_unit)] == [("P3", "file", "same")]
    assert [row[:3] for row in held(in_crm)] == [("P4", "file", "same")]
    assert [row[:3] for row in held(near)] == [("P2", "file", "nearest")]
    row = AccountTerritory.objects.get(account=near)
    assert row.distance_km == pytest.approx(24.9, abs=0.2)  # 0.2° and 0.1° of 111.2 km each
    assert "nearest unit is Unit 8" in whose.why(row)


def test_what_nobody_can_have_is_in_the_gap_list_with_the_reason(act: Act, counted: Scenario) -> None:
    nowhere = crm.customers.create_account(act("planner"), name="Nowhere")
    far = crm.customers.create_account(act("planner"), name="Far", **at(100, 50))
    assert [row[:2] for row in held(nowhere)] == [(None, "gap:no_position")]
    assert [row[:2] for row in held(far)] == [(None, "gap:far")]


def test_a_point_in_an_area_belongs_to_it_and_not_to_the_nearest_centre(act: Act, scenario: Scenario) -> None:
    unit_set = scenario.plan.unit_set
    for unit in Unit.objects.filter(unit_set=unit_set, code__in=["u03", "u04"]):
        box = shapely.box(2.1, -0.5, 3.5, 0.5) if unit.code == "u03" else shapely.box(3.5, -0.5, 4.5, 0.5)
        Unit.objects.filter(pk=unit.pk).update(area=shapely.to_wkb(box))
    store_digest(unit_set)
    unit_set.save()
    put_into_force(act, scenario)
    account = crm.customers.create_account(act("planner"), name="Inside", **at(2.2, 0.0))  # nearest is u02 of P2
    assert [row[:3] for row in held(account)] == [("P3", "file", "inside")]


def test_a_postal_code_is_enough_where_units_are_postal_codes(act: Act, scenario: Scenario) -> None:
    Unit.objects.filter(unit_set=scenario.plan.unit_set, code="u05").update(code="01234")
    store_digest(scenario.plan.unit_set)
    scenario.plan.unit_set.save()
    put_into_force(act, scenario)
    account = crm.customers.create_account(act("planner"), name="Zip", location={"postal_code": "01234", "country": "XX"})
    assert [row[:3] for row in held(account)] == [("P4", "file", "postcode")]


def test_a_name_comes_before_a_rule_and_a_rule_before_the_place(act: Act, scenario: Scenario, organisation: Any) -> None:
    p4 = TerritoryDefinition.objects.get(scenario=scenario, code="P4")
    made = AssignmentRule.objects.create(
        scenario=scenario, precedence=1, name="Health", condition="industry = 'Health' and employees >= 250", territory=p4
    )
    put_into_force(act, scenario)
    account = crm.customers.create_account(act("planner"), name="Clinic", industry="Health", employees=250, **at(0, 0))
    small = crm.customers.create_account(act("planner"), name="Practice", industry="Health", employees=3, **at(0, 0))
    assert [row[:2] for row in held(account)] == [("P4", f"rule:{made.public_id}")]
    assert [row[:2] for row in held(small)] == [("P1", "file")]
    naming = crm.naming.name_account(act("planner"), account, organisation["positions"][1], reason="knows them")
    assert [row[0] for row in held(account)] == ["P4", "P2"]
    assert whose.why(AccountTerritory.objects.get(account=account, valid_until=None)).startswith("named account: knows them")
    crm.naming.end_naming(act("planner"), naming.public_id, version=naming.version)
    assert [row[0] for row in held(account)] == ["P4", "P2", "P4"]
    changed = crm.customers.change_account(act("planner"), account.public_id, version=account.version, employees=249)
    assert [row[0] for row in held(changed)] == ["P4", "P2", "P4", "P1"]
    assert whose.differences(act("planner")) == []


def test_a_published_rule_means_the_fields_that_its_preview_meant(act: Act, scenario: Scenario) -> None:
    """A field in another case once took nobody after publication, and one of the units took customers by what they have of that name."""
    for unit in Unit.objects.filter(unit_set=scenario.plan.unit_set):
        Unit.objects.filter(pk=unit.pk).update(attributes={"Region": "N" if unit.code == "u35" else "S"})
    rules = ("Health", "Industry = 'Health' and [Annual Revenue] > 5"), ("North", "region = 'N'"), ("Both", "Region = 'S' and tier = 'A'")
    for name, condition in rules:
        scenario.refresh_from_db()
        services.save_rule(act("planner"), scenario.public_id, version=scenario.version, name=name, condition=condition, territory="P4")
    preview = services.preview_rules(Scenario.objects.get(pk=scenario.pk))
    assert [preview.ruling.n_matches[r.key] for r in preview.rules] == [0, 1, 0]
    assert set(preview.of_customers) == {"industry", "annual_revenue", "tier"}
    scenario.refresh_from_db()
    put_into_force(act, scenario)
    place = {"location": {"lon": 0, "lat": 0, "region": "N"}}
    health = crm.customers.create_account(act("planner"), name="Clinic", industry="Health", annual_revenue=6, **at(0, 0))
    poor = crm.customers.create_account(act("planner"), name="Practice", industry="Health", annual_revenue=4, **at(0, 0))
    north = crm.customers.create_account(act("planner"), name="Of a region of that name", tier="A", **place)
    assert [held(account)[0][0] for account in (health, poor, north)] == ["P4", "P1", "P1"]
    assert held(health)[0][1].startswith("rule:")
    assert whose.differences(act("planner")) == []


def test_who_becomes_a_customer_goes_where_the_rule_for_customers_says(act: Act, scenario: Scenario) -> None:
    p4 = TerritoryDefinition.objects.get(scenario=scenario, code="P4")
    AssignmentRule.objects.create(scenario=scenario, precedence=1, name="Customers", condition="state = 'customer'", territory=p4)
    put_into_force(act, scenario)
    account = crm.customers.create_account(act("planner"), name="Prospect", **at(0, 0))
    deal = crm.deals.create_opportunity(act("planner"), account=account, name="First")
    won = deal.pipeline.stages.get(kind="won")
    crm.deals.move_to_stage(act("planner"), deal.public_id, version=1, stage=won)
    assert [row[0] for row in held(account)] == ["P1", "P4"]


def test_a_new_address_moves_an_account_and_its_open_work_only(act: Act, counted: Scenario, organisation: Any) -> None:
    planner = act("planner")
    account = crm.customers.create_account(planner, name="Mover", **at(0, 0))
    open_deal = crm.deals.create_opportunity(planner, account=account, name="Open")
    kept = crm.deals.create_opportunity(planner, account=account, name="Ours", keeps_rep=True)
    late = crm.deals.create_opportunity(planner, account=account, name="Late", stage=open_deal.pipeline.stages.get(name="Negotiate"))
    won = crm.deals.create_opportunity(planner, account=account, name="Won", stage=open_deal.pipeline.stages.get(kind="won"))
    planned = crm.work.create_activity(planner, account=account, kind="call", subject="Call", due_on="2030-01-01")
    done = crm.work.log_visit(planner, account)
    case = crm.cases.open_case(planner, account=account, subject="Broken")
    where = account.locations.get()
    crm.customers.change_location(act("planner"), where.public_id, version=where.version, lon=4.0, lat=4.0)
    p1, p3 = organisation["positions"][0], organisation["positions"][2]
    records = (open_deal, kept, late, won, planned, done, case)
    for record in records:
        record.refresh_from_db()
    assert [r.position for r in records] == [p3, p1, p1, p1, p3, p1, p3]
    assert won.territory.code == "P1"
    assert planned.person is None  # nobody fills P3, nobody leads East
    handover = Handover.objects.get(account=account)
    assert (handover.before, handover.after) == (p1, p3)
    assert {name: part["n"] for name, part in handover.moved.items()} == {"opportunity": 1, "activity": 1, "case": 1}
    assert handover.kept["opportunity"]["n"] == 2
    assert AuditEntry.objects.filter(action="account.handed_over", record_id=str(account.public_id)).count() == 1
    assert account.timeline.filter(kind="territory").exists()


def test_a_publication_moves_accounts_from_its_first_instant_and_keeps_the_history(act: Act, counted: Scenario) -> None:
    account = crm.customers.create_account(act("planner"), name="West", **at(0, 0))
    other = crm.customers.create_account(act("planner"), name="Stays", **at(5, 5))
    before = timezone.now()
    draft = services.branch(act("planner"), counted, name="Next")
    services.move_units(act("planner"), draft.public_id, [0], "P4", version=draft.version)
    draft.refresh_from_db()
    publication = put_into_force(act, draft)
    job = Job.objects.get(kind="crm.realign")
    perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"n_handed_over": 1})
    rows = list(AccountTerritory.objects.filter(account=account).order_by("valid_from"))
    assert [row.territory.code for row in rows if row.territory] == ["P1", "P4"]
    assert rows[0].valid_until == rows[1].valid_from == publication.valid_from
    assert rows[1].publication == publication
    then = whose.on_day(account, before, "base")
    assert then is not None
    assert then.territory is not None
    assert then.territory.code == "P1"
    assert [row[0] for row in held(other)] == ["P4", "P4"]
    assert whose.differences(act("planner")) == []


def test_a_plan_that_will_count_is_foreseen_and_its_work_moves_when_it_does(act: Act, counted: Scenario) -> None:
    account = crm.customers.create_account(act("planner"), name="West", **at(0, 0))
    deal = crm.deals.create_opportunity(act("planner"), account=account, name="Deal")
    draft = services.branch(act("planner"), counted, name="Next")
    services.move_units(act("planner"), draft.public_id, [0], "P4", version=draft.version)
    draft.refresh_from_db()
    begins = timezone.now() + timedelta(days=7)
    put_into_force(act, draft, valid_from=begins)
    settle_all(act("planner"))
    settle_all(act("planner"))  # twice has no second effect
    assert [row[0] for row in held(account)] == ["P1", "P4"]
    assert Handover.objects.filter(done_at=None).count() == 1
    assert whose.differences(act("planner")) == []
    handing_over.carry_out(act("planner"))
    deal.refresh_from_db()
    assert deal.position is not None
    assert deal.position.code == "P1"
    handing_over.carry_out(Actor(None, begins + timedelta(seconds=1)))
    deal.refresh_from_db()
    assert deal.position.code == "P4"


def test_of_a_plan_that_begins_later_readers_see_the_old_or_the_new_and_never_a_mix(
    act: Act, counted: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every account turns at the same instant, for every reader, however long the job takes that foresees it, and if it breaks off."""
    accounts = [crm.customers.create_account(act("planner"), name=f"West {i}", **at(0, 0)) for i in range(5)]
    Account.objects.update(created_by=None, owner=None)
    draft = services.branch(act("planner"), counted, name="Next")
    services.move_units(act("planner"), draft.public_id, [0], "P3", version=draft.version)
    draft.refresh_from_db()
    begins = timezone.now() + timedelta(minutes=10)
    put_into_force(act, draft, valid_from=begins)
    monkeypatch.setattr(belonging, "AT_ONCE", 2)
    rep = act("rep").user
    seen: list[tuple[int, int]] = []

    def look(*_told: Any) -> None:
        moments = (timezone.now(), begins + timedelta(milliseconds=1))
        seen.append(tuple(visible(Actor(rep, moment), Account).count() for moment in moments))  # type: ignore[arg-type]

    settle_all(act("planner"), tell=look)
    assert {now for now, _then in seen} == {len(accounts)}, "as long as the old one counts all are seen, whatever is written already"
    assert seen[-1] == (len(accounts), 0)
    assert len(seen) >= 3


def test_accounts_follow_some_at_a_time_and_what_broke_off_is_taken_up(
    act: Act, counted: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [crm.customers.create_account(act("planner"), name=f"West {i}", **at(0, 0)) for i in range(5)]
    calls = [crm.work.create_activity(act("planner"), account=a, kind="call", subject="Call", due_on="2030-01-01") for a in accounts]
    draft = services.branch(act("planner"), counted, name="Next")
    services.move_units(act("planner"), draft.public_id, [0], "P4", version=draft.version)
    draft.refresh_from_db()
    put_into_force(act, draft)
    monkeypatch.setattr(belonging, "AT_ONCE", 2)
    settle, told = belonging.settle, []

    def breaks_at_the_third(actor: Actor, keys: Sequence[int], **options: Any) -> int:
        n = settle(actor, keys, **options)
        if accounts[2].pk in keys:
            raise RuntimeError("the worker died")
        return n

    monkeypatch.setattr(belonging, "settle", breaks_at_the_third)
    with pytest.raises(RuntimeError):
        settle_all(act("planner"), tell=told.append)
    assert [position_of(a) for a in accounts] == ["P4", "P4", "P1", "P1", "P1"]
    assert [record.position.code for record in fresh(calls)] == ["P4", "P4", "P1", "P1", "P1"], "work goes with its account"
    monkeypatch.setattr(belonging, "settle", settle)
    assert settle_all(act("planner"), tell=told.append) == 3
    assert [position_of(a) for a in accounts] == [record.position.code for record in fresh(calls)] == ["P4"] * 5
    assert told[-1] == {"phase": "writing", "fraction": 1.0}
    assert whose.differences(act("planner")) == []


def position_of(account: Account) -> str:
    row = AccountTerritory.objects.select_related("position").get(account=account, valid_until=None)
    return "" if row.position is None else row.position.code


def fresh(records: Sequence[Any]) -> list[Any]:
    return [type(record).objects.get(pk=record.pk) for record in records]


def test_the_check_finds_what_was_changed_behind_its_back(act: Act, counted: Scenario) -> None:
    account = crm.customers.create_account(act("planner"), name="West", **at(0, 0))
    p4 = counted.territories.get(code="P4")
    AccountTerritory.objects.filter(account=account).update(territory=p4, position=p4.position)
    found = whose.differences(act("planner"))
    assert [difference["account"] for difference in found] == [account.pk]
    settle_all(act("planner"))
    assert [row[:2] for row in held(account)] == [("P4", "file"), ("P1", "file")]
    assert [difference["kept"] for difference in whose.differences(act("planner"))] == [p4.pk]  # the history stays suspect


def seat(actor: Actor, name: str, **where: Any) -> Person:
    person = Person.objects.create(name=name, **stamped(actor))
    Staffing.objects.create(person=person, valid_from="2020-01-01", **where, **stamped(actor))
    return person


def test_a_lead_goes_to_whoever_is_on_duty_and_says_why(
    act: Act, counted: Scenario, organisation: Any, users: Any, django_assert_max_num_queries: Any
) -> None:
    planner = act("planner")
    with django_assert_max_num_queries(40):
        lead = crm.leads.create_lead(planner, company="New", lon=0.1, lat=0.1)
    rep = Person.objects.get(user=users["rep"])
    assert (lead.person, lead.routing["cause"], lead.routing["unit"], lead.routing["detours"]) == (rep, "file", "u00", [])
    # vacant: P2 has nobody, the manager leads West
    vacant = crm.leads.create_lead(planner, company="Vacant", lon=2.0, lat=0.0)
    assert (str(vacant.person), vacant.routing["detours"]) == ("A manager", ["vacant"])
    # East has neither a rep nor a leader
    nobody = crm.leads.create_lead(planner, company="East", lon=4.0, lat=0.0)
    assert (nobody.person, nobody.routing["detours"]) == (None, ["vacant", "unled"])
    # full: one open lead is all that P1 takes
    crm.naming.limit_leads(planner, organisation["positions"][0], most_open_leads=1)
    full = crm.leads.create_lead(planner, company="Full", lon=0.1, lat=0.1)
    assert (str(full.person), full.routing["detours"]) == ("A manager", ["full"])
    crm.naming.limit_leads(planner, organisation["positions"][0], most_open_leads=None)
    # away: the deputy stands in
    deputy, today = seat(planner, "Deputy", position=organisation["positions"][3]), planner.now.date()
    until = today + timedelta(days=1)
    crm.naming.add_absence(planner, person=rep, valid_from=today, valid_until=until, deputy=deputy, reason="holiday")
    away = crm.leads.create_lead(at_the_time(planner.user), company="Away", lon=0.1, lat=0.1)
    assert (away.person, away.routing["detours"]) == (deputy, ["absent"])
    # the deputy is away, too, and names the first one: nobody of the two is there, the manager is
    crm.naming.add_absence(planner, person=deputy, valid_from=today, valid_until=until, deputy=rep, reason="ill")
    both = crm.leads.create_lead(at_the_time(planner.user), company="Both away", lon=0.1, lat=0.1)
    assert (str(both.person), both.routing["detours"]) == ("A manager", ["absent"])
