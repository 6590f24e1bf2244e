"""Whatever somebody types in: pages show it as it is, lists hold, sums stay right, nothing is lost when two work on one record."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Staffing, User
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Case, Contact, Lead, Opportunity
from bailiwick_web.crm.services.money import set_rate
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]
NAMES = {
    "emoji": "☕️ Café 👩‍👩‍👧 & Söhne",
    "right to left": "مقهى الشرق – دبي",
    "direction marks": "\u202egnihton\u202c Ltd",
    "markup": "<b onmouseover=alert(1)>Bold</b> {{ 7|add:7 }}",
    "quotes": 'O\'Brien "The Bean" \\ %s',
    "formula": '=HYPERLINK("http://x")',
    "long": "Ä" * 300,
    "one word": "W" * 300,
}


@pytest.fixture
def planner(act: Act, scenario: Scenario) -> Actor:
    put_into_force(act, scenario)
    return act("planner")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_goes_through_every_form_page_and_file(planner: Actor, sign_in: SignIn, name: str) -> None:
    client = sign_in("planner")
    assert client.post("/customers/new", {"name": name, "state": "customer", "tags": name[:60]}).status_code == 302
    account = Account.objects.get()
    assert account.name == name
    client.post(f"/customers/{account.public_id}/contacts", {"first_name": name[:100], "last_name": name[:100], "role": "customer"})
    client.post("/leads/new", {"company": name, "name": name, "source": name[:100], "tags": ""})
    of_account = {"account": str(account.public_id)}
    client.post("/deals/new", {**of_account, "name": name, "amount": "5"})
    client.post("/cases/new", {**of_account, "subject": name, "about": "complaint", "priority": "high"})
    records = {
        "contacts": Contact.objects.get(),
        "leads": Lead.objects.get(),
        "deals": Opportunity.objects.get(),
        "cases": Case.objects.get(),
    }
    pages = ["/customers/", "/leads/", "/pipeline/", "/pipeline/?view=list", "/cases/", f"/customers/{account.public_id}/", "/duplicates/"]
    pages += [f"/{path}/{record.public_id}/" for path, record in records.items()]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "<b onmouseover" not in answer.content.decode(), page
    for kind in ("accounts", "leads", "deals", "cases"):
        text = b"".join(client.get(f"/exports/{kind}.csv?list=1").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        [row] = csv.DictReader(io.StringIO(text))
        shown = next(row[column] for column in ("Account Name", "Company", "Subject") if row.get(column))
        assert shown.removeprefix("'") == name
    assert client.get("/exports/contacts.vcf").status_code == 200


def test_too_long_a_name_is_refused_in_words_and_nothing_is_kept(planner: Actor, sign_in: SignIn) -> None:
    answer = sign_in("planner").post("/customers/new", {"name": "W" * 301, "state": "customer"})
    assert (answer.status_code, Account.objects.count()) == (422, 0)
    assert "300" in answer.content.decode()


def test_mixed_currencies_and_negative_amounts_add_up_in_the_currency_of_the_house(planner: Actor, sign_in: SignIn) -> None:
    client, today = sign_in("planner"), timezone.now().date()
    account = crm.customers.create_account(planner, name="Acme", location={"lon": 0.1, "lat": 0.1})
    set_rate(planner, currency="EUR", on=today - timedelta(days=1), rate=Decimal("1.5"))
    for name, amount, currency in (("A", "100", "EUR"), ("B", "10", "USD"), ("C", "-4", "USD")):
        crm.deals.create_opportunity(planner, account=account, name=name, amount=amount, currency=currency)
    page = client.get("/pipeline/").content.decode()
    assert "$156" in page, "150 + 10 − 4"
    assert "€100" in page
    assert "−$4" in page
    set_rate(planner, currency="EUR", on=today, rate=Decimal("9"))
    assert "$156" in client.get("/pipeline/").content.decode(), "an old sum never changes by a new rate"
    unknown = client.post("/deals/new", {"account": str(account.public_id), "name": "D", "amount": "5", "currency": "CHF"})
    assert unknown.status_code in {409, 422}
    assert "CHF" in unknown.content.decode()


def test_a_rep_without_a_territory_sees_their_own_and_every_page_stands(planner: Actor, users: dict[str, User], sign_in: SignIn) -> None:
    Staffing.objects.filter(person__user=users["rep"]).delete()
    crm.customers.create_account(planner, name="Not theirs", location={"lon": 0.1, "lat": 0.1})
    client = sign_in("rep")
    for page in (
        "/day/",
        "/tasks/",
        "/calendar/",
        "/customers/",
        "/pipeline/",
        "/leads/",
        "/cases/",
        "/surveys/",
        "/mentions/",
        "/web-visits/",
        "/reports/",
    ):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "Not theirs" not in answer.content.decode(), page
    assert client.post("/customers/new", {"name": "Mine", "state": "prospect"}).status_code == 302
    assert "Mine" in client.get("/customers/").content.decode()
    Person.objects.filter(user=users["rep"]).delete()
    for page in ("/day/", "/tasks/", "/calendar/", "/customers/?owner=me", "/leads/?whose=me", "/cases/?whose=me"):
        assert client.get(page).status_code == 200, page


def test_an_account_without_an_address_and_a_deal_past_its_day_say_so(planner: Actor, sign_in: SignIn) -> None:
    client = sign_in("planner")
    account = crm.customers.create_account(planner, name="Nowhere")
    deal = crm.deals.create_opportunity(
        planner, account=account, name="Old", amount="5", close_on=timezone.now().date() - timedelta(days=400)
    )
    page = client.get(f"/customers/{account.public_id}/").content.decode()
    assert "closing day has passed" in page
    assert "in no" in page.lower() or "nobody" in page.lower()
    assert "Nowhere" in client.get("/customers/?territory=-").content.decode()
    assert 'class="late"' in client.get("/pipeline/?view=list").content.decode()
    assert client.get(f"/deals/{deal.public_id}/").status_code == 200


def test_before_any_plan_counts_every_page_stands(act: Act, sign_in: SignIn) -> None:
    """Who brings customers in first, and plans later, sees them."""
    client = sign_in("planner")
    account = crm.customers.create_account(act("planner"), name="First")
    crm.deals.create_opportunity(act("planner"), account=account, name="Deal", amount="5")
    lead = crm.leads.create_lead(act("planner"), company="Lead")
    crm.cases.open_case(act("planner"), account=account, subject="Case")
    pages = ["customers", "pipeline", "leads", "cases", "day", "tasks", "calendar", "surveys", "mentions", "web-visits", "duplicates"]
    for page in (*pages, f"customers/{account.public_id}", f"leads/{lead.public_id}"):
        answer = client.get(f"/{page}/")
        assert answer.status_code == 200, page
    assert "no plan counts yet" in answer.content.decode()
    assert "First" in client.get("/customers/").content.decode()


def test_two_tabs_on_one_account_lose_nothing(planner: Actor, sign_in: SignIn) -> None:
    account = crm.customers.create_account(planner, name="Acme")
    client, address = sign_in("planner"), f"/customers/{account.public_id}/field"
    first: dict[str, Any] = {"field": "phone", "version": account.version, "value": "1"}
    assert client.post(address, first, headers={"HX-Request": "true"}).status_code == 200
    second = client.post(address, first | {"value": "2"}, headers={"HX-Request": "true"})
    assert "It is “1” now." in second.content.decode()
    account.refresh_from_db()
    assert (account.phone, account.version) == ("1", 2)
    answer = client.get(f"/customers/{account.public_id}/")
    assert answer["Cache-Control"] == "no-store", "the way back in the browser shows what is there now"
