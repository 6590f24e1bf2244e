"""Know the market: what a review found wrong once, and what happens when two do the same at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from crm_world import at_the_time, put_into_force
from django.test import Client
from insight_world import answered, bring

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict, Missing, Stale
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.market.models import Offer, Swot, SwotEntry
from bailiwick_web.market.queries import offers as offer_queries
from bailiwick_web.market.services import evidence, offers, profile, swots
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
YEAR = timedelta(days=365)


def ordered(account: m.Account, on: date, amount: float, stamps: dict[str, Any], **more: Any) -> m.Order:
    return m.Order.objects.create(
        account=account, ordered_on=on, currency="EUR", rate=1, amount=amount, house_amount=amount, **more, **stamps
    )


@pytest.fixture
def planner_now(act: Act) -> Actor:
    return at_the_time(act("planner").user)


@pytest.fixture
def growing(act: Act, scenario: Scenario, planner_now: Actor) -> dict[str, Position]:
    """Four territories, two of them in West, with an account each: one falls to a half, the others grow by 4, 5 and 6 %.

    The first order is two years and more old: growth needs them.
    """
    put_into_force(act, scenario)
    stamps, today = stamped(planner_now), planner_now.now.date()
    positions = {p.code: p for p in Position.objects.all()}
    for code, amount in {"P1": 50, "P2": 104, "P3": 105, "P4": 106}.items():
        account = m.Account.objects.create(name=code, **stamps)
        for days, sold in ((500, 100), (100, amount)):
            ordered(account, today - timedelta(days=days), sold, stamps, position=positions[code])
    ordered(m.Account.objects.create(name="First", **stamps), today - timedelta(days=731), 0, stamps, position=positions["P4"])
    return positions


def drafted(actor: Actor, subject: str, of: Any = None) -> Swot:
    swot = swots.begin(actor, subject, of)
    return swots.draft(actor, swot.public_id, version=swot.version)


def test_who_opens_a_draft_is_told_of_no_territory_out_of_their_scope(
    planner_now: Actor, growing: dict[str, Position], sign_in: SignIn
) -> None:
    swot = drafted(planner_now, "territory", growing["P1"].public_id)
    entry = swot.entries.get(fact__figure="growth")

    def told(role: str) -> tuple[str, Any]:
        client = sign_in(role)
        whole = client.get(f"/api/v1/swots/{swot.public_id}").json()
        return client.get(f"/market/swot/lines/{entry.public_id}/").content.decode(), whole["entries"][0]["fact"].get("others")

    page, values = told("planner")
    assert values == [pytest.approx(0.04), pytest.approx(0.05), pytest.approx(0.06)]
    assert "4.0 %; 5.0 %; 6.0 %" in page
    assert "the median of 3 others is +5.0 %" in page
    page, values = told("manager")
    assert values == [pytest.approx(0.04)]  # of West; the others are of East
    assert "others of whom you do not see all; those you see: 4.0 %" in page
    page_of_rep, values = told("rep")
    assert values is None
    for found in (page, page_of_rep):
        assert "50.0 %; compared with others of whom you do not see all." in found
        assert "+5.0 %" not in found
        assert "6.0 %" not in found
        assert "3 others" not in found
    SwotEntry.objects.filter(pk=entry.pk).update(fact=entry.fact | {"others": [0.04, 0.05, 0.06]})  # as drafts were kept before
    assert told("planner")[1] == [0.04, 0.05, 0.06]
    assert told("manager")[1] is None


def test_no_way_to_a_line_tells_the_median_of_territories_that_a_reader_does_not_see(
    planner_now: Actor, growing: dict[str, Position], sign_in: SignIn
) -> None:
    swot = drafted(planner_now, "territory", growing["P1"].public_id)
    task = swots.make_task(planner_now, swot.entries.get(fact__figure="growth").public_id)
    assert "+5.0 %" not in task.subject  # the rep reads it
    assert "of whom you do not see all" in task.subject
    for role, is_told in (("planner", True), ("manager", False), ("rep", False)):
        client = sign_in(role)
        answers = [client.get(f"/market/swot/{swot.public_id}/{end}").getvalue().decode() for end in ("", "file.csv")]
        fact = client.get(f"/api/v1/swots/{swot.public_id}").json()["entries"][0]
        assert all(("+5.0 %" in text) is is_told for text in (*answers, fact["text"])), role
        assert ("reference" in fact["fact"], "peers" in fact["fact"]) == (is_told, is_told)
        assert ("0.05" in answers[1]) is is_told


def test_growth_on_a_year_that_orders_cover_in_part_is_not_drafted_and_told(
    planner_now: Actor, growing: dict[str, Position], sign_in: SignIn
) -> None:
    m.Order.objects.filter(ordered_on__lt=planner_now.now.date() - timedelta(days=600)).delete()
    swot = drafted(planner_now, "territory", growing["P1"].public_id)
    assert not swot.entries.filter(fact__figure__in=["growth", "churn"]).exists()
    answer = sign_in("planner").post(f"/market/swot/{swot.public_id}/act", {"act": "draft", "version": swot.version}, follow=True)
    assert "need orders of two whole years" in answer.content.decode()


@pytest.fixture
def offer(planner_now: Actor) -> Offer:
    today = planner_now.now.date()
    return offers.create_offer(
        planner_now, name="Start", what="20 % off", starts_on=today - timedelta(days=90), ends_on=today + timedelta(days=90)
    )


def test_who_bought_since_the_offer_began_is_no_new_customer(planner_now: Actor, offer: Offer) -> None:
    stamps, today = stamped(planner_now), planner_now.now.date()
    new, old = (m.Account.objects.create(name=name, **stamps) for name in ("New", "Old"))
    ordered(old, today - timedelta(days=30), 10, stamps)  # the offer runs since 90 days
    ordered(new, today, 10, stamps)  # on the day itself it is that of the offer
    assert offer_queries.open_to(planner_now, offer, "") == [new]
    with pytest.raises(Conflict) as told:
        offers.make_offer(planner_now, offer.public_id, old.public_id)
    assert told.value.code == "offer_bought"
    offers.make_offer(planner_now, offer.public_id, new.public_id)


def test_a_cancelled_order_takes_no_offer(planner_now: Actor, offer: Offer, sign_in: SignIn) -> None:
    stamps, today = stamped(planner_now), planner_now.now.date()
    account = m.Account.objects.create(name="New", **stamps)
    use = offers.make_offer(planner_now, offer.public_id, account.public_id)
    early = ordered(account, today - timedelta(days=1), 300, stamps)
    gone = ordered(account, today, 999, stamps, state=m.Order.State.CANCELLED)
    for order, code in ((gone, "state"), (early, "offer_bought")):
        with pytest.raises(Conflict) as told:
            offers.take_offer(planner_now, use.public_id, version=1, order_id=order.public_id)
        assert told.value.code == code
    kept = ordered(account, today, 200, stamps)
    answer = sign_in("planner").post(f"/market/offers/uses/{use.public_id}/take", {"version": 1})
    assert answer.status_code == 302, answer.content
    use.refresh_from_db()
    assert use.order == kept
    assert float(use.amount or 0) == 200


def meanwhile(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, other: Callable[[], Any]) -> None:
    """Let somebody else do something once, just before a function of a module is called; a refusal takes theirs back here, too."""
    plain, waiting = getattr(module, name), [other]

    def interrupted(*given: Any, **named: Any) -> Any:
        if waiting:
            waiting.pop()()
        return plain(*given, **named)

    monkeypatch.setattr(module, name, interrupted)


def test_a_double_click_makes_one_task(planner_now: Actor, growing: dict[str, Position], monkeypatch: pytest.MonkeyPatch) -> None:
    swot = swots.begin(planner_now, "territory", growing["P1"].public_id)
    entry = swots.add_entry(planner_now, swot.public_id, quadrant="threat", text="A new rival")
    meanwhile(monkeypatch, swots, "_writable", lambda: swots.make_task(planner_now, entry.public_id))
    task = swots.make_task(planner_now, entry.public_id)
    assert m.Activity.objects.filter(origin=swots.ORIGIN).get() == task
    version = SwotEntry.objects.get(pk=entry.pk).version
    meanwhile(monkeypatch, swots, "_writable", lambda: swots.remove_entry(planner_now, entry.public_id, version=version))
    with pytest.raises(Missing):
        swots.remove_entry(planner_now, entry.public_id, version=version)


def test_an_offer_made_twice_at_once_is_refused(planner_now: Actor, offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    account = m.Account.objects.create(name="New", **stamped(planner_now))
    meanwhile(monkeypatch, offers, "stamped", lambda: offers.make_offer(planner_now, offer.public_id, account.public_id))
    with pytest.raises(Conflict) as told:
        offers.make_offer(planner_now, offer.public_id, account.public_id)
    assert told.value.code == "offer_made"


def test_a_grid_begun_twice_at_once_is_one(planner_now: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, swots, "stamped", lambda: swots.begin(planner_now, "company"))
    assert swots.begin(planner_now, "company") == Swot.objects.get()


def test_a_profile_said_twice_at_once_is_refused_as_stale(planner_now: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, profile, "stamped", lambda: profile.say_profile(planner_now, version=0, core_value="Fresh coffee"))
    with pytest.raises(Stale):
        profile.say_profile(planner_now, version=0, core_value="Cheap coffee")


def test_evidence_applied_twice_at_once_is_refused(planner_now: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    n = 80
    rows: dict[str, list[Any]] = {
        "account": [f"a{i}" for i in range(n)],
        "sales": [100 + 10 * (i % 17) for i in range(n)],
        "employees": [10 + i % 17 for i in range(n)],
        "industry": ["Hotels" if i % 4 == 0 else "Offices" for i in range(n)],
    }
    study = answered(planner_now, "potential", {"sales": "sales"}, accounts=bring(planner_now, rows, "accounts.csv", kind="accounts"))
    one = evidence.create_evidence(
        planner_now, claim="More guests", source="Board", dated_on=planner_now.now.date(), effect=0.1, reason="Nights booked"
    )
    meanwhile(monkeypatch, evidence, "stamped", lambda: evidence.apply_effect(planner_now, study.public_id, one.public_id))
    with pytest.raises(Conflict, match="applied already"):
        evidence.apply_effect(planner_now, study.public_id, one.public_id)


def test_a_year_that_orders_cover_in_part_is_no_year_before(planner_now: Actor, growing: dict[str, Position]) -> None:
    """26 months of orders leave two months of the year before the last: growth of a third once stood beside one of 500 %."""
    stamps, today = stamped(planner_now), planner_now.now.date()
    account = m.Account.objects.create(name="Whole", **stamps)
    for days, sold in ((780, 20), (500, 500), (100, 835)):
        ordered(account, today - timedelta(days=days), sold, stamps, position=growing["P1"])

    def growth() -> list[str]:
        return [entry.text for entry in drafted(planner_now, "company").entries.filter(fact__figure="growth")]

    assert growth() == []
    ordered(account, today - 3 * YEAR + timedelta(days=1), 480, stamps, position=growing["P1"])
    assert growth() == ["Growth of revenue in twelve months: +33.3 %; compared with itself, the year before it was +80.0 %."]


def test_a_year_of_three_deals_is_no_year_before(planner_now: Actor, growing: dict[str, Position]) -> None:
    kinds = {s.kind: s for s in crm.catalogue.default_pipeline(planner_now).stages.all()}
    account = m.Account.objects.get(name="P1")

    def close(n_won: int, n_lost: int, days: int) -> None:
        for kind in ["won"] * n_won + ["lost"] * n_lost:
            m.Opportunity.objects.create(
                account=account, name="Deal", pipeline=kinds[kind].pipeline, stage=kinds[kind], stage_since=planner_now.now,
                closed_at=planner_now.now - timedelta(days=days), position=growing["P1"], amount=10, house_amount=10,
                **stamped(planner_now),
            )  # fmt: skip

    close(10, 10, 30)
    close(3, 0, 500)
    assert not drafted(planner_now, "company").entries.filter(fact__figure="win_rate").exists()
    close(9, 0, 500)
    assert drafted(planner_now, "company").entries.get(fact__figure="win_rate").quadrant == "weakness"
