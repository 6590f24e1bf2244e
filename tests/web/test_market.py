"""Know the market: profile, grids drafted from data, evidence and its effect, offers, utilisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm_world import at_the_time, put_into_force
from django.test import Client
from insight_world import answered, bring

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Person, Position
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.market import utilisation
from bailiwick_web.market.models import EffectUse, OfferUse, Swot, SwotEntry
from bailiwick_web.market.queries import evidence as evidence_queries
from bailiwick_web.market.queries import offers as offer_queries
from bailiwick_web.market.services import evidence, offers, swots
from bailiwick_web.market.services.profile import say_profile
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
UTC = ZoneInfo("UTC")


@pytest.fixture
def market(act: Act, scenario: Scenario) -> dict[str, Any]:
    """Four territories with 12 accounts each: P1 falls to a half and loses half of its customers, the others grow a little."""
    publication = put_into_force(act, scenario)
    planner = at_the_time(act("planner").user)
    today, stamps = planner.now.date(), stamped(planner)
    positions = {p.code: p for p in Position.objects.all()}
    kinds = {s.kind: s for s in crm.catalogue.default_pipeline(planner).stages.all()}
    rival = m.Competitor.objects.create(name="Acme", **stamps)
    for code, position in positions.items():
        for i in range(12):
            account = m.Account.objects.create(name=f"{code}-{i}", code=f"{code}-{i}", state="customer", industry="Hotels", **stamps)
            m.AccountTerritory.objects.create(
                account=account,
                layer="base",
                publication=publication,
                position=position,
                cause="unit",
                valid_from=planner.now - timedelta(days=900),
            )
            growth = {"P1": 0.5, "P2": 1.04, "P3": 1.05, "P4": 1.06}[code]
            for days, amount in ((500, 100.0), (100, 0 if code == "P1" and i < 6 else 100 * growth * (2 if code == "P1" else 1))):
                if amount:
                    _order(account, position, today - timedelta(days=days), amount, stamps)
            won = (i < 2) if code == "P1" else (i < 8)
            stage = kinds["won" if won else "lost"]
            deal = m.Opportunity.objects.create(
                account=account, name=f"Deal {code}-{i}", pipeline=stage.pipeline, stage=stage, stage_since=planner.now,
                closed_at=planner.now - timedelta(days=30), position=position, amount=10, house_amount=10, **stamps,
            )  # fmt: skip
            if i >= 2:
                m.OpportunityCompetitor.objects.create(opportunity=deal, competitor=rival)
    _order(m.Account.objects.create(name="First", **stamps), positions["P4"], today - timedelta(days=731), 0, stamps)
    return {"positions": positions, "planner": planner}


def _order(account: m.Account, position: Position | None, on: date, amount: float, stamps: dict[str, Any]) -> m.Order:
    return m.Order.objects.create(
        account=account, ordered_on=on, currency="EUR", rate=1, amount=amount, house_amount=amount, position=position, **stamps
    )


def drafted(actor: Actor, subject: str, of: Any = None) -> Swot:
    swot = swots.begin(actor, subject, of)
    return swots.draft(actor, swot.public_id, version=swot.version)


def lines_of(swot: Swot) -> dict[tuple[str, str], str]:
    return {(entry.quadrant, entry.fact.get("figure", "")): entry.text for entry in swot.entries.all()}


def test_a_territory_is_drafted_against_the_others_with_each_number(market: dict[str, Any]) -> None:
    found = lines_of(drafted(market["planner"], "territory", market["positions"]["P1"].public_id))
    assert found["weakness", "growth"] == "Growth of revenue in twelve months: -50.0 %; the median of 3 others is +5.0 %."
    assert found["threat", "churn"].startswith("Share of customers lost: 50.0 % (25.4 % to 74.6 %); the median of 3 others is 0.0 %.")
    assert found["weakness", "win_rate"].startswith("Share of closed deals that were won: 16.7 %")
    assert found["threat", "win_rate_against"].startswith("Share of closed deals won against Acme: 0.0 % (0.0 % to 27.8 %)")
    assert len(found) == 4
    assert lines_of(drafted(market["planner"], "territory", market["positions"]["P3"].public_id)) == {}  # in the middle of the others


def test_a_manager_compares_with_what_is_seen_only(act: Act, market: dict[str, Any]) -> None:
    """Two territories are too few for a median: nothing of East comes into a draft of West."""
    assert lines_of(drafted(act("manager"), "territory", market["positions"]["P1"].public_id)) == {}
    with pytest.raises(Missing):
        swots.begin(act("manager"), "territory", market["positions"]["P3"].public_id)
    with pytest.raises(NotAllowed):
        swots.begin(act("manager"), "company")
    with pytest.raises(NotAllowed):
        swots.begin(act("rep"), "territory", market["positions"]["P1"].public_id)


def test_the_company_is_compared_with_the_year_before(market: dict[str, Any]) -> None:
    planner, stamps = market["planner"], stamped(market["planner"])
    for account in m.Account.objects.exclude(name="First"):
        for days in (900, 1200):  # the second one says that orders reach back over the whole of the year before
            _order(account, Position.objects.get(code=account.name[:2]), planner.now.date() - timedelta(days=days), 100.0, stamps)
    say_profile(planner, version=None, strengths=["We deliver within a day"], core_value="Fresh coffee")
    found = drafted(planner, "company")
    texts = [entry.text for entry in found.entries.all()]
    assert "We deliver within a day" in texts
    now, past = 600 + 12 * (104 + 105 + 106), 4 * 12 * 100
    assert (
        f"Growth of revenue in twelve months: {100 * (now / past - 1):+.1f} %; compared with itself, the year before it was 0.0 %." in texts
    )
    assert {entry.origin for entry in found.entries.all()} == {"data", "profile"}


def test_what_people_wrote_and_what_has_a_task_stays(market: dict[str, Any]) -> None:
    planner, key = market["planner"], market["positions"]["P1"].public_id
    swot = drafted(planner, "territory", key)
    mine = swots.add_entry(planner, swot.public_id, quadrant="opportunity", text="The new harbour opens in May")
    growth = swot.entries.get(fact__figure="growth")
    task = swots.make_task(planner, growth.public_id)
    assert swots.make_task(planner, growth.public_id).pk == task.pk  # not a second one
    assert (task.kind, task.position) == ("task", market["positions"]["P1"])
    swot.refresh_from_db()
    swots.draft(planner, swot.public_id, version=swot.version)
    assert SwotEntry.objects.filter(pk__in=[mine.pk, growth.pk]).count() == 2
    assert swot.entries.filter(fact__figure="growth").count() == 1
    assert swot.entries.count() == 5
    with pytest.raises(Stale):
        swots.draft(planner, swot.public_id, version=swot.version)


def test_a_kept_version_never_changes(market: dict[str, Any], sign_in: SignIn) -> None:
    planner, key = market["planner"], market["positions"]["P1"].public_id
    swot = drafted(planner, "territory", key)
    kept = swots.keep(planner, swot.public_id, version=swot.version, note="Spring")
    before = list(kept.entries.values_list("text", flat=True))
    following = swots.begin(planner, "territory", key)
    assert (kept.number, following.number, following.entries.count()) == (1, 2, len(before))
    swots.remove_entry(planner, following.entries.first().public_id, version=1)  # type: ignore[union-attr]
    for change in (
        lambda: swots.add_entry(planner, kept.public_id, quadrant="threat", text="x"),
        lambda: swots.draft(planner, kept.public_id, version=kept.version),
        lambda: swots.make_task(planner, kept.entries.first().public_id),  # type: ignore[union-attr]
        lambda: swots.remove_entry(planner, kept.entries.first().public_id, version=1),  # type: ignore[union-attr]
    ):
        with pytest.raises(Conflict) as told:
            change()
        assert told.value.code == "kept"
    assert list(kept.entries.values_list("text", flat=True)) == before
    page = sign_in("planner").get(f"/market/swot/{kept.public_id}/").content.decode()
    assert "Spring" in page
    assert "Draft anew" not in page
    assert AuditEntry.objects.filter(action="swot.kept").count() == 1


def test_a_line_opens_to_its_formula_rows_and_day(market: dict[str, Any], sign_in: SignIn) -> None:
    swot = drafted(market["planner"], "territory", market["positions"]["P1"].public_id)
    client = sign_in("planner")
    page = client.get(f"/market/swot/lines/{swot.entries.get(fact__figure='churn').public_id}/").content.decode()
    assert "who bought nothing in the last twelve" in page
    assert "25.4 %" in page
    assert "P1-0<" in page
    assert "P1-7<" not in page  # still a customer
    page = client.get(f"/market/swot/lines/{swot.entries.get(fact__figure='win_rate_against').public_id}/").content.decode()
    assert "Deal P1-5" in page
    assert "Deal P1-1<" not in page  # nobody else wanted it
    told = sign_in("rep").get(f"/market/swot/lines/{swot.entries.get(fact__figure='growth').public_id}/").content.decode()
    assert "others of whom you do not see all" in told  # what others have is for those who lead
    assert "the median" not in told
    assert "4.0 %" not in told
    assert sign_in("viewer").get(f"/market/swot/{swot.public_id}/").status_code == 404
    german = client.get(f"/market/swot/{swot.public_id}/", headers={"accept-language": "de"}).content.decode()
    assert "Stärken" in german
    assert "Möglichkeiten" in german  # and no deals
    assert "Umsatzwachstum in zwölf Monaten: −50,0 %; der Median von 3 anderen ist +5,0 %." in german


def test_evidence_needs_a_reason_and_feeds_the_grid(market: dict[str, Any]) -> None:
    planner, today = market["planner"], market["planner"].now.date()
    with pytest.raises(Invalid, match="why"):
        evidence.create_evidence(planner, claim="More guests", source="Board", dated_on=today, effect=0.1)
    given = {"source": "Board", "dated_on": today, "reason": "Nights booked"}
    evidence.create_evidence(planner, claim="More guests", industry="hotels", effect=0.1, **given)
    evidence.create_evidence(planner, claim="Offices empty", industry="Offices", effect=-0.2, **given)
    found = drafted(planner, "territory", market["positions"]["P2"].public_id)
    assert [(e.quadrant, e.text) for e in found.entries.filter(origin="evidence")] == [("opportunity", "More guests")]
    for effect in (-1.0, 11, "x"):
        with pytest.raises(Invalid):
            evidence.create_evidence(planner, claim="c", effect=effect, **given)


def test_an_effect_is_applied_visibly_and_taken_back(planner: Actor, act: Act, sign_in: SignIn) -> None:
    n = 80
    columns: dict[str, list[Any]] = {
        "account": [f"a{i}" for i in range(n)],
        "sales": [100 + 10 * (i % 17) for i in range(n)],
        "employees": [10 + (i % 17) for i in range(n)],
        "industry": ["Hotels" if i % 4 == 0 else "Offices" for i in range(n)],
    }
    study = answered(planner, "potential", {"sales": "sales"}, accounts=bring(planner, columns, "accounts.csv", kind="accounts"))
    given = {"source": "Board", "dated_on": planner.now.date(), "reason": "r"}
    one = evidence.create_evidence(planner, claim="More guests", industry="HOTELS", effect=0.5, **given)
    other = evidence.create_evidence(planner, claim="All grow", effect=0.1, **given)
    before = evidence_queries.effects_page(planner, study.public_id)["before"]
    use = evidence.apply_effect(planner, study.public_id, one.public_id)
    found = evidence_queries.effects_page(planner, study.public_id)
    by = {line["account"]: line for line in found["all"]}
    assert by["a0"]["after"] == pytest.approx(1.5 * by["a0"]["before"])
    assert by["a1"]["after"] == by["a1"]["before"]
    assert found["n_changed"] == n / 4
    evidence.apply_effect(planner, study.public_id, other.public_id)
    by = {line["account"]: line for line in evidence_queries.effects_page(planner, study.public_id)["all"]}
    assert by["a0"]["after"] == pytest.approx(1.5 * 1.1 * by["a0"]["before"])  # one on the other
    with pytest.raises(Conflict):
        evidence.apply_effect(planner, study.public_id, one.public_id)
    evidence.change_evidence(planner, one.public_id, version=one.version, effect=0.9)
    assert EffectUse.objects.get(pk=use.pk).effect == 0.5  # as it was when it was applied
    page = sign_in("planner").get(f"/market/evidence/effects/{study.public_id}/").content.decode()
    assert "More guests" in page
    for applied in EffectUse.objects.filter(ended_at=None):
        evidence.take_effect_back(planner, applied.public_id)
    found = evidence_queries.effects_page(planner, study.public_id)
    assert found["before"] == found["after"] == before
    assert len(found["past"]) == 2
    with pytest.raises(NotAllowed):
        evidence.apply_effect(act("manager"), study.public_id, one.public_id)


def test_an_offer_is_for_its_segment_its_limit_and_its_days(act: Act, planner: Actor) -> None:
    actor = at_the_time(act("planner").user)
    today, stamps = actor.now.date(), stamped(actor)
    offer = offers.create_offer(
        actor, name="Start", what="20 % off", segment="Retail", most_uses=1, starts_on=today - timedelta(days=1), ends_on=today
    )
    first, second, other, old = (
        m.Account.objects.create(name=name, segment=segment, **stamps)
        for name, segment in (("First", "Retail"), ("Second", "Retail"), ("Other", "Office"), ("Old", "Retail"))
    )
    _order(old, None, today - timedelta(days=90), 10, stamps)
    uses = [offers.make_offer(actor, offer.public_id, account.public_id) for account in (first, second)]
    for account, code in ((first, "offer_made"), (other, "offer_segment"), (old, "offer_bought")):
        with pytest.raises(Conflict) as told:
            offers.make_offer(actor, offer.public_id, account.public_id)
        assert told.value.code == code
    order = _order(first, None, today, 250, stamps)
    with pytest.raises(Invalid):
        offers.take_offer(actor, uses[1].public_id, version=1, order_id=order.public_id)
    taken = offers.take_offer(actor, uses[0].public_id, version=1, order_id=order.public_id)
    assert (taken.taken_on, float(taken.amount or 0)) == (today, 250)
    for use, code in ((uses[0], "offer_taken"), (uses[1], "offer_limit")):
        use.refresh_from_db()
        with pytest.raises(Conflict) as told:
            offers.take_offer(actor, use.public_id, version=use.version)
        assert told.value.code == code
    found = offer_queries.offer_page(actor, offer.public_id)
    assert (found["found"]["n"], found["found"]["taken"], found["found"]["rate"], found["left"]) == (2, 1, 0.5, 0)
    assert found["found"]["low"] == pytest.approx(0.0945, abs=1e-3)
    later = Actor(actor.user, actor.now + timedelta(days=1), "test")
    third = m.Account.objects.create(name="Third", segment="Retail", **stamps)
    with pytest.raises(Conflict) as told:
        offers.make_offer(later, offer.public_id, third.public_id)
    assert told.value.code == "offer_over"
    assert [a.name for a in offer_queries.open_to(actor, offer, "")] == ["Third"]
    assert OfferUse.objects.count() == 2


def test_hours_are_counted_once_in_the_week_of_their_day(act: Act, planner: Actor, organisation: dict[str, Any], sign_in: SignIn) -> None:
    """Monday to Sunday; planned and done, the way from home and back, absences; the next event changes it at once."""
    rep = Person.objects.get(user__role="rep")
    start = date(2026, 3, 2)
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    stamps: dict[str, Any] = {**stamped(planner), "person": rep}
    m.Activity.objects.create(kind="call", state="done", subject="a", done_at=at, duration_minutes=30, **stamps)
    m.Activity.objects.create(kind="task", state="planned", subject="b", due_on=start + timedelta(days=6), **stamps)
    m.Activity.objects.create(kind="note", state="done", subject="c", done_at=at, duration_minutes=600, **stamps)
    m.Activity.objects.create(kind="call", state="cancelled", subject="d", starts_at=at, duration_minutes=600, **stamps)
    m.Activity.objects.create(kind="call", state="done", subject="e", done_at=at + timedelta(days=7), duration_minutes=60, **stamps)
    visit = m.Activity.objects.create(
        kind="visit", state="planned", subject="f", starts_at=at + timedelta(hours=2), duration_minutes=120, lon=0.5, lat=1.0, **stamps
    )

    def week(n: int = 0) -> utilisation.Week:
        line = next(line for line in utilisation.lines(act("planner"), start) if line.person == rep)
        return line.weeks[utilisation.BEFORE + n]

    found = week()
    assert (found.done, found.planned, found.capacity) == (0.5, 2.5, 40.0)
    assert found.travel == pytest.approx(2 * 0.5 * 111.195 * 1.3 / 50, rel=1e-3)  # half a degree north of home, and back
    assert found.used == pytest.approx((3.0 + found.travel) / 40)
    assert (week(1).done, found.n_assumed, found.n_unplaced) == (1.0, 1, 0)
    visit.state, visit.done_at = "done", at + timedelta(hours=2)
    visit.save()
    assert (week().done, week().planned) == (2.5, 0.5)
    m.Absence.objects.create(person=rep, valid_from=start, valid_until=start + timedelta(days=2), **stamped(planner))
    assert week().capacity == 24.0
    page = sign_in("manager").get("/market/team/?week=2026-03-04").content.decode()
    assert rep.name in page
    page = sign_in("manager").get(f"/market/team/{rep.public_id}/?week=2026-03-04").content.decode()
    assert "Visit: f" in page
    assert ">30 *<" in page


def test_everybody_sees_the_hours_of_their_scope(act: Act, organisation: dict[str, Any]) -> None:
    today = act("planner").now.date()
    assert [len(utilisation.lines(act(role), utilisation.monday(today))) for role in ("planner", "manager", "rep", "viewer")] == [
        1,
        1,
        1,
        0,
    ]


@pytest.mark.parametrize("page", ["swot/", "company/", "evidence/", "offers/", "team/", "team/card"])
def test_empty_pages_teach(sign_in: SignIn, page: str) -> None:
    for role in ("planner", "rep"):
        answer = sign_in(role).get(f"/market/{page}")
        assert answer.status_code == 200


def test_the_interface_drafts_keeps_and_writes(market: dict[str, Any], sign_in: SignIn) -> None:
    client, key = sign_in("planner"), str(market["positions"]["P1"].public_id)
    made = client.post("/api/v1/swots", {"subject": "territory", "of": key}, content_type="application/json")
    assert made.status_code == 201, made.content
    address = f"/api/v1/swots/{made.json()['id']}"
    assert client.post(f"{address}/draft").status_code == 428
    found = client.post(f"{address}/draft", headers={"if-match": made["ETag"]})
    entry = next(one for one in found.json()["entries"] if one["fact"]["figure"] == "growth")
    assert entry["fact"]["reference"] == pytest.approx(0.05)
    assert client.post(f"/api/v1/swot-entries/{entry['id']}/task").json()["task"]
    kept = client.post(f"{address}/keep", {"note": "n"}, content_type="application/json", headers={"if-match": found["ETag"]})
    assert kept.json()["kept_at"]
    assert [one["number"] for one in client.get("/api/v1/swots").json()["items"]] == [2, 1]
    assert client.get("/api/v1/company-profile").json()["version"] == 0
    told = client.put("/api/v1/company-profile", {"strengths": ["a"]}, content_type="application/json", headers={"if-match": "0"})
    assert told.json()["strengths"] == ["a"]
    assert client.get("/api/v1/utilisation").status_code == 200
