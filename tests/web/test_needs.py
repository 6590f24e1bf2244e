"""Needs assessment: questions, answers that are dated and change with history, needs as tags, and the products that fit because of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client
from django.urls import reverse
from reading_here import _read_here

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed, Stale
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.queries.needs import assessments, fits
from bailiwick_web.crm.services.needs import Given
from bailiwick_web.exchange import services as exchange
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.planning.models import Scenario

__all__ = ["_read_here"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_read_here")]
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
HX = {"HX-Request": "true"}
OPTIONS = [{"answer": "By hand", "need": "automation"}, {"answer": "With a machine", "need": ""}]


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """A template of four questions, two products that answer needs and one that does not, an account of the rep and one of the east."""
    put_into_force(act, scenario)
    planner = act("planner")
    template = crm.needs.create_template(planner, name="First talk")
    made: dict[str, Any] = {"template": template}
    asked = {
        "how": {"text": "How do you brew?", "kind": "choice", "options": OPTIONS},
        "late": {"text": "Does the delivery come late?", "kind": "yes-no", "need": "fast delivery"},
        "taste": {"text": "How much does taste matter?", "kind": "scale", "need": "better taste", "least": 4},
        "else": {"text": "What else?", "kind": "text"},
    }
    for place, (name, given) in enumerate(asked.items()):
        made[name] = crm.needs.create_question(planner, template=template, place=place, **given)
    for name, needs in (("Robot", ["Automation", "better taste"]), ("Courier", ["fast delivery"]), ("Sugar", [])):
        made[name] = crm.catalogue.add(planner, crm.catalogue.PRODUCT, name=name, needs=needs)
    made["account"] = crm.customers.create_account(planner, name="Near", location={"lon": 0.1, "lat": 0.1})
    made["far"] = crm.customers.create_account(planner, name="Far", location={"lon": 5, "lat": 0})
    return made


def needs_of(account: m.Account) -> list[str]:
    account.refresh_from_db()
    return account.needs


def answered(world: dict[str, Any], actor: Actor, **said: Any) -> list[m.NeedAnswer]:
    there = {a.question_id: a.version for a in m.NeedAnswer.objects.filter(account=world["account"], deleted_at=None)}
    given = [Given(world[name], value, there.get(world[name].pk)) for name, value in said.items()]
    return crm.needs.answer_all(actor, world["account"], given)


def test_answers_point_to_needs_and_needs_to_products(world: dict[str, Any], act: Act) -> None:
    rep, account = act("rep"), world["account"]
    assert fits(rep, account).new == []
    crm.customers.change_account(rep, account.public_id, version=1, needs=["by hand written"])
    answered(world, rep, how="by HAND", late="nein", taste="5", **{"else": "Nothing"})
    assert needs_of(account) == ["by hand written", "automation", "better taste"]
    found = fits(rep, account)
    assert [(fit.product.name, fit.needs) for fit in found.new] == [("Robot", ["automation", "better taste"])]
    assert (found.bought, found.unanswered) == ([], ["by hand written"])
    (sheet,) = assessments(rep, account)
    assert [one.answer.value for one in sheet.asked if one.answer] == ["By hand", "no", "5", "Nothing"]
    assert OutboxEvent.objects.filter(kind="needanswer.created").count() == 4


def test_an_answer_changes_with_its_history_and_the_need_goes_with_it(world: dict[str, Any], act: Act) -> None:
    rep, account = act("rep"), world["account"]
    answered(world, rep, how="By hand", late="yes")
    assert needs_of(account) == ["automation", "fast delivery"]
    assert answered(world, rep, how="By hand", late="yes") == [], "the same again changes nothing"
    (changed,) = answered(world, rep, how="With a machine")
    assert (changed.version, needs_of(account)) == (2, ["fast delivery"])
    told = AuditEntry.objects.get(record_id=str(changed.public_id), action="needanswer.changed", field="value")
    assert (told.before, told.after, told.actor) == ("By hand", "With a machine", rep.user)
    with pytest.raises(Stale):
        crm.needs.answer_all(rep, account, [Given(world["how"], "By hand", 1)])
    answered(world, rep, late="")
    assert (needs_of(account), m.NeedAnswer.objects.filter(deleted_at=None).count()) == ([], 1)
    again = m.NeedAnswer.objects.get(question=world["late"])
    crm.needs.restore_answer(rep, again.public_id, version=again.version)
    assert needs_of(account) == ["fast delivery"]


def test_what_a_question_points_to_can_change_afterwards(world: dict[str, Any], act: Act) -> None:
    answered(world, act("rep"), late="yes", taste="3")
    late, taste = world["late"], world["taste"]
    crm.needs.change_question(act("planner"), late.public_id, version=1, need="punctual delivery")
    crm.needs.change_question(act("planner"), taste.public_id, version=1, least=3)
    assert needs_of(world["account"]) == ["punctual delivery", "better taste"]
    with pytest.raises(Conflict, match="answered already"):
        crm.needs.change_question(act("planner"), late.public_id, version=2, kind="scale")
    with pytest.raises(NotAllowed):
        crm.needs.change_question(act("rep"), late.public_id, version=2, need="mine")


def test_only_what_a_question_allows_is_an_answer(world: dict[str, Any], act: Act) -> None:
    for name, wrong in (("how", "Cold"), ("late", "perhaps"), ("taste", "6"), ("taste", "high")):
        with pytest.raises(Invalid, match="expected"):
            answered(world, act("rep"), **{name: wrong})
    with pytest.raises(Invalid, match="answers to choose from"):
        crm.needs.create_question(act("planner"), template=world["template"], text="Which?", kind="choice")
    crm.needs.create_answer(act("rep"), account=world["account"], question=world["late"], value="yes")
    with pytest.raises(Conflict, match="change that one"):
        crm.needs.create_answer(act("rep"), account=world["account"], question=world["late"], value="no")


def test_what_they_bought_stands_beside_what_fits(world: dict[str, Any], act: Act) -> None:
    rep, account = act("rep"), world["account"]
    answered(world, rep, how="By hand", late="yes")
    account.refresh_from_db()
    deal = crm.deals.create_opportunity(rep, account=account, name="Deal", lines=[{"product": world["Courier"], "price": 5}])
    first = crm.trading.create_order(
        rep, account=account, ordered_on="2026-01-05", lines=[{"product": world["Robot"], "quantity": 2, "price": 9}]
    )
    found = fits(rep, account, deal)
    assert [(fit.product.name, fit.in_deals, fit.in_deal) for fit in found.new] == [("Courier", True, True)]
    assert [(fit.product.name, fit.bought_on) for fit in found.bought] == [("Robot", date(2026, 1, 5))]
    crm.trading.create_order(rep, account=account, ordered_on="2026-02-05", lines=[{"product": world["Robot"], "quantity": -2, "price": 9}])
    assert fits(rep, account).bought == [], "all of it came back"
    assert first.lines.count() == 1


def test_the_pages_ask_keep_and_show_what_fits(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    client, account = sign_in("rep"), world["account"]
    address = reverse("customer_needs", args=[account.public_id])
    page = client.get(address).content.decode()
    for text in ("How do you brew?", "By hand", "Does the delivery come late?", "0 of 4 questions answered."):
        assert text in page
    names = {name: f"q-{world[name].public_id}" for name in ("how", "late", "taste", "else")}
    contact = crm.people.create_contact(act("rep"), account=account, name="Jo Doe")
    data = {"template": str(world["template"].public_id), names["how"]: "By hand", names["late"]: "yes", "answered_on": "2026-03-01"}
    data["contact"] = str(contact.public_id)
    assert client.post(reverse("answer_needs", args=[account.public_id]), data, headers=HX).status_code == 204
    answer = m.NeedAnswer.objects.get(question=world["how"])
    assert (answer.value, answer.answered_on, answer.contact) == ("By hand", date(2026, 3, 1), contact)
    page = client.get(address).content.decode()
    assert "2 of 4 questions answered." in page
    assert "Jo Doe · A rep" in page, "who said it, and who kept it"
    assert f'name="v-{world["how"].public_id}" value="1"' in page
    card = client.get(reverse("needs_of_customer", args=[account.public_id])).content.decode()
    for text in ("automation", "Robot", "fits because of automation", "2 of 4 questions answered."):
        assert text in card
    stale = {**data, names["how"]: "With a machine", f"v-{world['how'].public_id}": "7", f"v-{world['late'].public_id}": "1"}
    assert client.post(reverse("answer_needs", args=[account.public_id]), stale, headers=HX).status_code == 412
    assert (
        reverse("needs_of_customer", args=[account.public_id]) in client.get(reverse("customer", args=[account.public_id])).content.decode()
    )
    assert client.get(reverse("customer_needs", args=[world["far"].public_id])).status_code == 404
    viewer = sign_in("viewer").post(reverse("answer_needs", args=[account.public_id]), data)
    assert viewer.status_code == 403


def test_a_card_shows_some_and_says_how_many_more(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    answered(world, act("rep"), late="yes")
    for i in range(9):
        crm.catalogue.add(act("planner"), crm.catalogue.PRODUCT, name=f"Bike {i}", needs=["Fast Delivery"])
    card = sign_in("rep").get(reverse("needs_of_customer", args=[world["account"].public_id])).content.decode()
    assert (card.count("fits because of"), "2 more products fit." in card) == (8, True)
    page = sign_in("rep").get(reverse("customer_needs", args=[world["account"].public_id])).content.decode()
    assert page.count("fits because of") == 10


def test_the_page_of_a_deal_shows_the_same(world: dict[str, Any], act: Act, sign_in: SignIn) -> None:
    answered(world, act("rep"), late="yes")
    deal = crm.deals.create_opportunity(act("rep"), account=world["account"], name="D", lines=[{"product": world["Courier"], "price": 5}])
    card = sign_in("rep").get(reverse("needs_of_deal", args=[deal.public_id])).content.decode()
    assert "in this deal" in card
    assert reverse("needs_of_deal", args=[deal.public_id]) in sign_in("rep").get(reverse("deal", args=[deal.public_id])).content.decode()


def test_without_questions_the_pages_say_what_to_do(act: Act, scenario: Scenario, sign_in: SignIn) -> None:
    put_into_force(act, scenario)
    account = crm.customers.create_account(act("planner"), name="Near", location={"lon": 0.1, "lat": 0.1})
    page = sign_in("planner").get(reverse("customer_needs", args=[account.public_id])).content.decode()
    assert "No questions yet" in page
    assert reverse("catalogue_list", args=["needs-templates"]) in page
    card = sign_in("rep").get(reverse("needs_of_customer", args=[account.public_id])).content.decode()
    assert "planners write them" in card


def test_questions_are_written_in_the_catalogue(world: dict[str, Any], sign_in: SignIn) -> None:
    client = sign_in("planner")
    new = {
        "template": str(world["template"].public_id),
        "text": "Who grinds?",
        "kind": "choice",
        "options": "we do → grinder\nnobody = coffee that is ground\nthe roaster",
        "least": "4",
        "place": "7",
        "is_active": "on",
    }
    assert client.post(reverse("add_to_catalogue", args=["need-questions"]), new, headers=HX).status_code == 204
    made = m.NeedQuestion.objects.get(text="Who grinds?")
    assert [(one["answer"], one["need"]) for one in made.options] == [
        ("we do", "grinder"),
        ("nobody", "coffee that is ground"),
        ("the roaster", ""),
    ]
    entry = reverse("catalogue_entry", args=["need-questions", made.public_id])
    assert "we do → grinder" in client.get(entry).content.decode()
    assert "grinder, coffee that is ground" in client.get(reverse("catalogue_list", args=["need-questions"])).content.decode()
    changed = {**new, "act": "change", "version": 1, "text": "Who grinds it?"}
    assert client.post(reverse("change_catalogue", args=["need-questions", made.public_id]), changed, headers=HX).status_code == 204
    assert m.NeedQuestion.objects.get(pk=made.pk).text == "Who grinds it?"


def test_over_the_interface(world: dict[str, Any], sign_in: SignIn) -> None:
    client, account = sign_in("rep"), world["account"]
    new = {"account": str(account.public_id), "question": str(world["late"].public_id), "value": "Yes", "external_ids": {"erp": "7"}}
    made = client.post("/api/v1/need-answers", new, content_type="application/json")
    assert (made.status_code, made.json()["value"], made.json()["need"]) == (201, "yes", "fast delivery")
    fit = client.get(f"/api/v1/accounts/{account.public_id}/product-fit").json()
    assert (fit["needs"], [one["name"] for one in fit["fits"]]) == (["fast delivery"], ["Courier"])
    one = f"/api/v1/need-answers/{made.json()['id']}"
    changed = client.patch(one, {"value": "no"}, content_type="application/json", headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["need"], needs_of(account)) == (200, "", [])
    listed = client.get(f"/api/v1/need-answers?account={account.public_id}&external_id=7").json()["items"]
    assert [item["question_text"] for item in listed] == ["Does the delivery come late?"]
    found = client.get("/api/v1/products?need=Automation").json()["items"]
    assert [product["name"] for product in found] == ["Robot"]


def test_a_merge_keeps_what_the_survivor_said(world: dict[str, Any], act: Act) -> None:
    planner = act("planner")
    kept, gone = world["account"], crm.customers.create_account(planner, name="Near again", location={"lon": 0.1, "lat": 0.1})
    answered(world, planner, late="no")
    crm.needs.answer_all(planner, gone, [Given(world["late"], "yes"), Given(world["how"], "By hand")])
    kept.refresh_from_db()
    gone.refresh_from_db()
    crm.merging.merge(planner, "account", kept.public_id, gone.public_id, version=kept.version, gone_version=gone.version)
    there = {a.question_id: a.value for a in m.NeedAnswer.objects.filter(account=kept, deleted_at=None)}
    assert there == {world["late"].pk: "no", world["how"].pk: "By hand"}


def upload(actor: Actor, kind: str, text: str) -> ImportBatch:
    batch = exchange.upload(actor, kind, f"{kind}.csv", [text.encode()])
    return exchange.run_import(actor, batch.public_id)


def test_questions_and_answers_come_in_from_files_and_are_taken_back(world: dict[str, Any], act: Act) -> None:
    planner, account = act("planner"), world["account"]
    questions = "Needs Assessment,Question,Answer Type,Options,Need\nSecond talk,Which cups?,choice,glass → glass cups; paper,\n"
    done = upload(planner, "questions", questions)
    assert done.counts["created"] == 1
    made = m.NeedQuestion.objects.get(text="Which cups?")
    assert (made.template.name, made.options[0]) == ("Second talk", {"answer": "glass", "need": "glass cups"})
    answers = "Account,Question,Need Answer,Answered On\nNear,Which cups?,glass,2026-02-01\nNear,Which cups?,tin,2026-02-01\nFar,What?,x,\n"
    done = upload(planner, "needs", answers)
    assert (done.counts["created"], done.counts["failed"]) == (1, 2)
    assert needs_of(account) == ["glass cups"]
    done = upload(planner, "needs", "Account,Question,Need Answer\nNear,Second talk: Which cups?,paper\n")
    assert (done.counts["updated"], needs_of(account)) == (1, [])
    exchange.revert(planner, done.public_id)
    assert needs_of(account) == ["glass cups"]
    products = upload(planner, "products", 'Product Name,Answers Needs\nGlass,"glass cups, beauty"\n')
    assert products.counts["created"] == 1
    assert [fit.product.name for fit in fits(planner, account).new] == ["Glass"]
