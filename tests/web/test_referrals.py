"""The tree of recommendations loses nobody, counts no money twice, and tells of no deal beyond the scope."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Lead, Opportunity, Stage
from bailiwick_web.crm.queries.pages_desk import account_called, recommended
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.queries.referrals import Branch, tree
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
WEST: dict[str, Any] = {"lon": 0.1, "lat": 0.1}
EAST: dict[str, Any] = {"lon": 5.0, "lat": 0.1}


@pytest.fixture
def planner(act: Act, scenario: Scenario) -> Actor:
    put_into_force(act, scenario)
    return act("planner")


def account(actor: Actor, name: str, **where: float) -> Account:
    return crm.customers.create_account(actor, name=name, state="customer", location=where or WEST)


def led(actor: Actor, by: Account, to: Account, amount: int | None = None) -> Lead:
    """A lead that an account recommended and that became another; won if there is an amount."""
    lead = crm.leads.create_lead(actor, company=f"{to.name} by {by.name}", referrer_account=by, estimated_amount=amount, **WEST)
    made = crm.leads.convert_lead(actor, lead.public_id, version=lead.version, account=to)
    if amount is not None:
        win(actor, made.opportunity)
    return made.lead


def win(actor: Actor, deal: Opportunity | None) -> None:
    assert deal is not None
    won = Stage.objects.get(kind="won", pipeline=deal.pipeline)
    crm.deals.move_to_stage(actor, deal.public_id, version=deal.version, stage=won)


def shape(branches: list[Branch]) -> Any:
    return [(b.name, shape(b.branches)) if b.branches else b.name for b in branches]


def test_who_was_recommended_by_somebody_unseen_begins_a_branch(planner: Actor, act: Act) -> None:
    hidden, mine, friend = account(planner, "Hidden", **EAST), account(planner, "Mine"), account(planner, "Friend")
    other, third = account(planner, "Other"), account(planner, "Third")
    led(planner, hidden, mine, 9)
    led(planner, mine, friend, 5)
    led(planner, other, third, 1)
    found = tree(act("rep"))
    assert shape(found) == [("Mine", ["Friend by Mine"]), ("Other", ["Third by Other"])]
    assert [branch.brought for branch in found] == [Decimal(5), Decimal(1)]
    assert [branch.name for branch in tree(planner)] == ["Hidden", "Other"]


def test_two_who_recommended_each_other_stay_where_there_are_other_branches(planner: Actor) -> None:
    one, two, tail, root, leaf = (account(planner, name) for name in ("One", "Two", "Tail", "Root", "Leaf"))
    led(planner, tail, leaf, 4)
    led(planner, one, two, 10)
    led(planner, two, one, 20)
    led(planner, two, tail)
    led(planner, root, leaf, 1)
    found = tree(planner)
    assert [branch.name for branch in found] == ["One", "Root"]
    assert shape(found)[0] == ("One", [("Two by One", ["One by Two", ("Tail by Two", ["Leaf by Tail"])])])
    assert [branch.brought for branch in found] == [Decimal(34), Decimal(1)], "who recommends the leaf, too, has only their own lead"


def test_two_leads_that_became_one_customer_have_their_branches_once(planner: Actor) -> None:
    root, customer, last = account(planner, "Root"), account(planner, "Customer"), account(planner, "Last")
    led(planner, root, customer, 10)
    led(planner, root, customer, 20)
    led(planner, customer, last, 100)
    [branch] = tree(planner)
    assert (branch.n, branch.n_won, branch.brought) == (3, 3, Decimal(130))
    assert sorted(sub.n for sub in branch.branches) == [0, 1]
    other = account(planner, "Other root")
    led(planner, other, customer)
    assert [(b.name, b.brought) for b in tree(planner)] == [("Root", Decimal(130)), ("Other root", Decimal(100))], "once for each root"


def test_no_deal_beyond_the_scope_is_told(planner: Actor, act: Act, sign_in: SignIn) -> None:
    rep, mine = act("rep"), account(planner, "Mine")
    lead = crm.leads.create_lead(rep, company="Mine in the east", referrer_account=mine, estimated_amount=700, **EAST)
    made = crm.leads.convert_lead(planner, lead.public_id, version=lead.version)
    win(planner, made.opportunity)
    assert (visible(rep, Lead).count(), visible(rep, Opportunity).count()) == (1, 0)
    [branch] = tree(rep)
    assert (branch.n, branch.n_won, branch.brought) == (1, 0, Decimal(0))
    assert recommended(rep, mine)["amount"] == 0
    assert (recommended(rep, mine)["n"], recommended(rep, mine)["n_won"]) == (1, 0)
    assert (recommended(planner, mine)["n_won"], tree(planner)[0].brought) == (1, Decimal(700))
    client = sign_in("rep")
    for page in ("/referrals/", f"/customers/{mine.public_id}/"):
        assert "$700" not in client.get(page).content.decode()
    [told] = client.get("/api/v1/referrals").json()
    assert (Decimal(told["brought"]), told["branches"][0]["is_won"]) == (Decimal(0), False)
    assert Decimal(told["branches"][0]["amount"]) == 0


@pytest.mark.parametrize("text", ["ÖL & Söhne", "öl & söhne", "Öl  & SÖHNE ", "ol & sohne", "k-7ä", "K-7Ä"])
def test_a_customer_is_found_by_number_or_name_whatever_the_case(planner: Actor, text: str) -> None:
    """The same on every database: SQLite folds no letters beyond ASCII."""
    found = crm.customers.create_account(planner, name="Öl & Söhne", code="K-7Ä", location=WEST)
    crm.customers.create_account(planner, name="Öl & Söhne Nord", code="K-7", location=WEST)
    assert account_called(planner, text) == found


def test_several_customers_of_one_name_are_told_apart_by_number(planner: Actor) -> None:
    for code in ("A", "B"):
        crm.customers.create_account(planner, name="Straße", code=code, location=WEST)
    with pytest.raises(Invalid, match="several"):
        account_called(planner, "STRASSE")
    assert account_called(planner, "b").code == "B"
    with pytest.raises(Invalid, match="no customer"):
        account_called(planner, " ")
