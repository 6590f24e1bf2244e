"""What a lead and a win cost: by campaign, kind and territory, within the scope, with too few said to be too few."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from crm_world import put_into_force
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Lead, Opportunity, Stage
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.models import Campaign
from bailiwick_web.outreach.queries.campaigns import costs
from bailiwick_web.outreach.services import campaigns
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Campaign]:
    """A fair that brought twelve leads in the west, five of them won, and four in the east; an empty mail."""
    put_into_force(act, scenario)
    planner = act("planner")
    fair = campaigns.create_campaign(planner, name="Coffee Fair", kind="event", cost="1600")
    mail = campaigns.create_campaign(planner, name="Spring mail", kind="mail", cost="50")
    for i in range(12):
        lead = crm.leads.create_lead(planner, company=f"W{i}", campaign="coffee fair ", estimated_amount=100, lon=0.1, lat=0.1)
        if i < 5:
            made = crm.leads.convert_lead(planner, lead.public_id, version=lead.version)
            assert made.opportunity is not None
            won = Stage.objects.get(kind="won", pipeline=made.opportunity.pipeline)
            crm.deals.move_to_stage(planner, made.opportunity.public_id, version=made.opportunity.version, stage=won)
    for i in range(4):
        crm.leads.create_lead(planner, company=f"E{i}", campaign="Coffee Fair", lon=5.0, lat=0.1)
    crm.leads.create_lead(planner, company="Other", campaign="Nobody said what it cost", lon=0.1, lat=0.1)
    return {"fair": fair, "mail": mail}


def test_each_lead_of_a_campaign_bears_the_same_part(world: dict[str, Campaign], act: Act) -> None:
    found = costs(act("planner"))
    fair = next(y for y in found.campaigns if y.name == "Coffee Fair")
    assert (fair.cost, fair.n, fair.n_won, fair.won) == (Decimal(1600), 16, 5, Decimal(500))
    assert (fair.per_lead, fair.per_win) == (Decimal(100), Decimal(320))
    kinds = {y.name: (y.cost, y.n, y.per_lead) for y in found.kinds}
    assert kinds == {"Event or fair": (Decimal(1600), 16, Decimal(100)), "Mail": (Decimal(50), 0, None)}
    west, east = found.territories
    assert (west.cost, west.n, west.per_lead, west.per_win) == (Decimal(1200), 12, Decimal(100), Decimal(240))
    assert (east.cost, east.n, east.per_lead, east.per_win) == (Decimal(400), 4, None, None), "four leads are too few"
    assert not found.is_part


def test_a_rep_reads_the_part_that_their_leads_bear(world: dict[str, Campaign], act: Act) -> None:
    found = costs(act("rep"))
    fair = next(y for y in found.campaigns if y.name == "Coffee Fair")
    assert (fair.cost, fair.n, found.is_part) == (Decimal(1200), 12, True)
    assert len(found.territories) == 1


def test_the_database_holds_a_name_once_whatever_its_spelling(world: dict[str, Campaign], act: Act) -> None:
    """Also if somebody was faster between the look and the write."""
    planner = act("planner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaigns, "_need_free", lambda name, own: None)
        with pytest.raises(Conflict, match="already"):
            campaigns.create_campaign(planner, name="COFFEE  Fair", cost="1")
        with pytest.raises(Conflict, match="already"):
            campaigns.change_campaign(planner, world["mail"].public_id, version=1, name="Coffée fair")
    gone = campaigns.archive_campaign(planner, world["mail"].public_id, version=1)
    again = campaigns.create_campaign(planner, name="spring MAIL", cost="1")
    with pytest.raises(Conflict, match="already"):
        campaigns.restore_campaign(planner, gone.public_id, version=2)
    campaigns.change_campaign(planner, again.public_id, version=1, name="Summer mail")
    assert campaigns.restore_campaign(planner, gone.public_id, version=2).deleted_at is None


def test_a_name_is_there_once_and_money_counts_at_its_day(world: dict[str, Campaign], act: Act) -> None:
    planner = act("planner")
    with pytest.raises(Conflict, match="already"):
        campaigns.create_campaign(planner, name="coffee FAIR", cost="1")
    with pytest.raises(Conflict, match="already"):
        campaigns.change_campaign(planner, world["mail"].public_id, version=1, name="Coffee Fair")
    with pytest.raises(NotAllowed):
        campaigns.create_campaign(act("rep"), name="Mine", cost="1")
    for wrong in (None, "-1", "much"):
        with pytest.raises(Invalid):
            campaigns.create_campaign(planner, name="New", cost=wrong)
    crm.money.set_rate(planner, currency="CHF", on=planner.now.date(), rate="2")
    assert campaigns.create_campaign(planner, name="Swiss", cost="10", currency="CHF").house_cost == Decimal(20)
    campaigns.archive_campaign(planner, world["fair"].public_id, version=1)
    again = campaigns.create_campaign(planner, name="Coffee Fair", cost="1")
    with pytest.raises(Conflict, match="already"):
        campaigns.restore_campaign(planner, world["fair"].public_id, version=2)
    assert Campaign.objects.get(pk=world["fair"].pk).deleted_at is not None
    assert campaigns.change_campaign(planner, again.public_id, version=1, name="Coffee fair", cost="0").cost == 0


def test_names_are_compared_without_regard_to_capitals_and_accents(world: dict[str, Campaign], act: Act) -> None:
    planner = act("planner")
    fair = campaigns.create_campaign(planner, name="Österreich-Messe", cost="30")
    for i, name in enumerate(("Österreich-Messe", "ÖSTERREICH-MESSE", "österreich-messe  ")):
        crm.leads.create_lead(planner, company=f"A{i}", campaign=name, lon=0.1, lat=0.1)
    found = next(y for y in costs(planner).campaigns if y.campaign == fair)
    assert (found.n, found.cost) == (3, Decimal(30))
    with pytest.raises(Conflict, match="already"):
        campaigns.create_campaign(planner, name="ÖSTERREICH-MESSE", cost="1")
    with pytest.raises(Conflict, match="already"):
        campaigns.change_campaign(planner, world["mail"].public_id, version=1, name="österreich-messe")
    campaigns.archive_campaign(planner, fair.public_id, version=1)
    campaigns.create_campaign(planner, name="ÖSTERREICH-Messe", cost="1")
    with pytest.raises(Conflict, match="already"):
        campaigns.restore_campaign(planner, fair.public_id, version=2)


def test_deals_beyond_the_scope_are_not_told(world: dict[str, Campaign], act: Act, sign_in: SignIn) -> None:
    rep, planner = act("rep"), act("planner")
    lead = crm.leads.create_lead(rep, company="Mine in the east", campaign="Spring mail", estimated_amount=700, lon=5.0, lat=0.1)
    made = crm.leads.convert_lead(planner, lead.public_id, version=lead.version)
    assert made.opportunity is not None
    won = Stage.objects.get(kind="won", pipeline=made.opportunity.pipeline)
    crm.deals.move_to_stage(planner, made.opportunity.public_id, version=made.opportunity.version, stage=won)
    assert (visible(rep, Lead).filter(pk=lead.pk).exists(), visible(rep, Opportunity).filter(leads=lead).exists()) == (True, False)
    for actor, expected in ((rep, (1, 0, Decimal(0))), (planner, (1, 1, Decimal(700)))):
        mail = next(y for y in costs(actor).campaigns if y.name == "Spring mail")
        assert (mail.n, mail.n_won, mail.won) == expected
    assert "$700" not in sign_in("rep").get("/campaigns/").content.decode()
    told = sign_in("rep").get("/api/v1/campaigns/costs").json()
    assert {Decimal(y["won"]) for name in ("campaigns", "kinds", "territories") for y in told[name]} == {Decimal(500), Decimal(0)}


def test_pages_and_interface(world: dict[str, Campaign], sign_in: SignIn) -> None:
    rep, planner = sign_in("rep"), sign_in("planner")
    page = rep.get("/campaigns/").content.decode()
    assert "Some leads are beyond what you see" in page
    assert "$1,200" in page
    given = {"name": "Webinar", "kind": "content", "starts_on": "2026-01-01", "cost": "5"}
    assert rep.post("/campaigns/", given).status_code == 403
    assert planner.post("/campaigns/", given).status_code == 302
    made = Campaign.objects.get(name="Webinar")
    assert planner.post(f"/campaigns/{made.public_id}/change", {**given, "act": "change", "version": 1, "cost": "7"}).status_code == 302
    assert planner.get(f"/campaigns/{made.public_id}/").status_code == 200
    assert planner.post(f"/campaigns/{made.public_id}/change", {"act": "archive", "version": 2}).status_code == 302
    told = planner.get("/api/v1/campaigns/costs").json()
    fair = next(y for y in told["campaigns"] if y["name"] == "Coffee Fair")
    assert (fair["per_lead"], fair["per_win"], fair["n_won"]) == ("100.00", "320.00", 5)
    assert [y["per_lead"] for y in told["territories"]] == ["100.00", None]
    assert [c["name"] for c in rep.get("/api/v1/campaigns?kind=event").json()["items"]] == ["Coffee Fair"]
