"""Pages of customers: what they show, to whom, what they keep, and what they say when somebody else was faster."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, User
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services import customers, deals, leads, people, trading, work
from bailiwick_web.crm.services.belonging import settle
from bailiwick_web.crm.services.cases import open_case
from bailiwick_web.planning.models import Publication, Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
Act = Callable[[str], Actor]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def market(act: Act, scenario: Scenario) -> dict[str, m.Account]:
    """What counts now, and an account in the west (of the rep) and one in the east."""
    Scenario.objects.filter(pk=scenario.pk).update(state="published")
    Publication.objects.create(plan=scenario.plan, scenario=scenario, valid_from=timezone.now(), published_at=timezone.now())
    planner = act("planner")
    more = {
        "website": "https://www.westwind.example",
        "employees": 12,
        "annual_revenue": "900000",
        "tags": ["espresso"],
        "needs": ["beans"],
    }
    known = {"state": "customer", "segment": "Cafés", "phone": "+1 617 555", "email": "post@westwind.example", **more}
    west = customers.create_account(planner, name="Westwind Cafés", location={"lon": 0.1, "lat": 0.1}, **known)
    east = customers.create_account(planner, name="Ostend GmbH", segment="Hotels", location={"lon": 3.9, "lat": 1.0})
    return {"west": west, "east": east}


def trigger(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])
    return found


def page_of(client: Client, account: m.Account) -> str:
    return client.get(f"/customers/{account.public_id}/").content.decode()


def test_the_list_shows_what_is_in_the_scope_and_tells_whose_it_is(sign_in: SignIn, market: dict[str, m.Account]) -> None:
    page = sign_in("rep").get("/customers/").content.decode()
    assert "Westwind Cafés" in page
    assert "Ostend" not in page
    assert "A rep" in page
    assert "Rep P1" in page
    assert "1 customer" in page
    assert "Ostend GmbH" in sign_in("planner").get("/customers/").content.decode()
    assert "No customers yet" in sign_in("viewer").get("/customers/").content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=WESTWIND+cafes", {"west"}),
        ("state=prospect", {"east"}),
        ("segment=Hotels", {"east"}),
        ("territory=P1", {"west"}),
        ("territory=-", set()),
        ("owner=nonsense", set()),
        ("state=nonsense&sort=nonsense&after=nonsense", {"west", "east"}),
        ("sort=-last_activity_at", {"west", "east"}),
        ("sort=health", {"west", "east"}),
    ],
)
def test_filters_and_order_live_in_the_address(sign_in: SignIn, market: dict[str, m.Account], asked: str, found: set[str]) -> None:
    page = sign_in("planner").get(f"/customers/?{asked}").content.decode().partition('id="found"')[2]
    assert {key for key, account in market.items() if account.name in page} == found


def test_the_list_goes_on_after_the_last_row_in_every_order(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    planner = act("planner")
    shops = m.Account.objects.bulk_create(
        m.Account(
            name=f"Shop {i // 3:03d}",
            health=None if i % 4 == 0 else i % 5,
            last_activity_at=planner.now - timedelta(hours=i // 4) if i % 2 else None,
            **stamped(planner),
        )
        for i in range(118)
    )
    settle(planner, [shop.pk for shop in shops])
    for sort in ("name", "health", "-last_activity_at", "-created_at"):
        client, seen, address = sign_in("planner"), [], f"/customers/?sort={sort}"
        while address:
            page = client.get(address).content.decode().partition('id="found"')[2]
            seen += re.findall(r'href="/customers/([\w-]{36})/"', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = "/customers/" + following[1].replace("&amp;", "&") if following else ""
        assert (len(seen), len(set(seen))) == (120, 120), sort


def test_the_file_holds_the_list_of_the_screen_and_no_formula(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    customers.create_account(act("planner"), name="=cmd|' /C calc'!A0", segment="Cafés")
    answer = sign_in("planner").get("/customers.csv?segment=Cafés")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert {row["Name"] for row in rows} == {"Westwind Cafés", "'=cmd|' /C calc'!A0"}
    assert {row["Territory"] for row in rows} == {"Rep P1", ""}
    mine = list(sign_in("rep").get("/customers.csv").streaming_content)  # type: ignore[attr-defined]
    assert b"Ostend" not in b"".join(mine)


def test_the_page_tells_whose_it_is_why_and_everything_that_happened(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    rep, west = act("rep"), market["west"]
    contact = people.create_contact(rep, account=west, last_name="Adeyemi", points=[{"channel": "email", "value": "a@example.org"}])
    deals.create_opportunity(rep, account=west, name="Espresso machines", amount="5000")
    trading.create_order(rep, account=west, number="A-17", ordered_on=date(2026, 1, 5), amount="120.50")
    open_case(rep, account=west, subject="Grinder is loud", contact=contact)
    work.create_activity(rep, account=west, kind="task", subject="Send the offer", due_on=rep.now.date() - timedelta(days=2))
    page = page_of(sign_in("rep"), west)
    for text in (
        "Rep P1",
        "A rep",
        "came with the data",
        "Adeyemi",
        "mailto:a@example.org",
        "Espresso machines",
        "A-17",
        "Grinder is loud",
    ):
        assert text in page, text
    assert "Do “Send the offer”" in page
    assert "it is overdue" in page
    assert sign_in("rep").get(f"/customers/{market['east'].public_id}/").status_code == 404
    shown = sign_in("rep").get(f"/customers/{west.public_id}/?show=order").content.decode().partition('id="timeline"')[2]
    assert "A-17" in shown.partition("</ol>")[0]
    assert "Grinder" not in shown.partition("</ol>")[0]


def test_the_timeline_is_read_page_by_page(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    rep = act("rep")
    for i in range(70):
        work.log_visit(rep, market["west"], subject=f"Visit {i:02d}", done_at=rep.now - timedelta(days=i))
    client, address, seen = sign_in("rep"), f"/customers/{market['west'].public_id}/", []
    for _page in range(3):
        text = client.get(address).content.decode()
        seen += re.findall(r"<strong>\s*(Visit \d\d)", text)
        following = re.search(r'hx-get="(/customers/[^"]+timeline[^"]+)"', text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Visit {i:02d}" for i in range(70)]
    assert address == ""


def test_a_visit_is_kept_without_typing_and_can_be_taken_back(sign_in: SignIn, market: dict[str, m.Account]) -> None:
    client, address = sign_in("rep"), f"/customers/{market['west'].public_id}/log"
    told = trigger(client.post(address, {"kind": "visit"}, headers=HTMX))
    assert "Visit" in told["undoable"]["message"]
    assert m.TimelineEvent.objects.filter(kind="activity.visit").count() == 1
    undo = told["undoable"]
    client.post(undo["address"], {"act": undo["act"], "version": undo["version"]}, headers=HTMX)
    assert m.TimelineEvent.objects.filter(kind="activity.visit").count() == 0
    assert client.post(address, {"kind": "note"}, headers=HTMX).status_code == 422
    client.post(address, {"kind": "note", "text": "They want a second machine.\nIn spring."}, headers=HTMX)
    assert m.Activity.objects.get(kind="note").subject == "They want a second machine."
    assert sign_in("viewer").post(address, {"kind": "visit"}).status_code == 403


def test_a_field_is_changed_where_it_stands(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    west, client = market["west"], sign_in("rep")
    address = f"/customers/{west.public_id}/field?field=segment"
    form = client.get(address).content.decode()
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    done = client.post(address, {"value": "Chains", "version": version[1]})
    assert "Chains" in done.content.decode()
    stale = client.post(address, {"value": "Mine", "version": version[1]}).content.decode()
    assert "A rep changed this" in stale
    assert "It is “Chains” now." in stale
    assert 'value="Mine"' in stale
    fresh = re.search(r'name="version" value="(\d+)"', stale)
    assert fresh is not None
    client.post(address, {"value": "Mine", "version": fresh[1]})
    assert m.Account.objects.get(pk=west.pk).segment == "Mine"
    assert client.get(f"/customers/{west.public_id}/field?field=nonsense").status_code == 404
    assert client.post(f"/customers/{market['east'].public_id}/field?field=segment", {"value": "x", "version": "1"}).status_code == 404


def test_free_fields_stand_beside_the_others(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    from bailiwick_web.crm.services.fields import define_field

    define_field(act("planner"), record_type="account", key="machine", label="Machine", kind="choice", choices=["Faema", "Rancilio"])
    client, west = sign_in("rep"), market["west"]
    assert "Machine" in page_of(client, west)
    address = f"/customers/{west.public_id}/field?field=x-machine"
    assert "Rancilio" in client.get(address).content.decode()
    assert "Faema" in client.post(address, {"value": "Faema", "version": west.version}).content.decode()
    assert m.Account.objects.get(pk=west.pk).fields == {"machine": "Faema"}


def test_a_new_customer_gets_its_territory_and_people(sign_in: SignIn, market: dict[str, m.Account]) -> None:
    client = sign_in("rep")
    answer = client.post("/customers/new", {"name": "Bar Nove", "state": "prospect", "city": "Boston", "region": "MA"})
    made = m.Account.objects.get(name="Bar Nove")
    assert answer["Location"] == f"/customers/{made.public_id}/"
    assert made.locations.get().city == "Boston"
    client.post(f"/customers/{made.public_id}/contacts", {"last_name": "Nove", "role": "customer", "phone": "+49 30 1"}, headers=HTMX)
    contact = made.contacts.get()
    assert contact.points.get().normal == "+49301"
    assert "Nove" in client.get(f"/contacts/{contact.public_id}/").content.decode()
    change = f"/contacts/{contact.public_id}/change"
    client.post(
        change, {"act": "consent", "purpose": "marketing", "channel": "email", "said": "yes", "how": "phone", "wording": "Yes please"}
    )
    client.post(change, {"act": "note", "kind": "interest", "text": "Sails", "is_private": "on"})
    client.post(change, {"act": "add-point", "channel": "email", "value": "nove@example.org", "version": contact.version})
    page = client.get(f"/contacts/{contact.public_id}/").content.decode()
    for text in ("Yes please", "Sails", "nove@example.org"):
        assert text in page, text
    assert "Sails" not in sign_in("planner").get(f"/contacts/{contact.public_id}/").content.decode()


def test_a_customer_goes_into_the_bin_and_comes_back(sign_in: SignIn, market: dict[str, m.Account]) -> None:
    client, west = sign_in("rep"), market["west"]
    address = f"/customers/{west.public_id}/act"
    undo = trigger(client.post(address, {"act": "archive", "version": west.version}, headers=HTMX))["undoable"]
    assert client.get(f"/customers/{west.public_id}/").status_code == 404
    client.post(address, {"act": undo["act"], "version": undo["version"]})
    assert client.get(f"/customers/{west.public_id}/").status_code == 200


def test_files_come_back_as_downloads(sign_in: SignIn, market: dict[str, m.Account], settings: Any, tmp_path: Any) -> None:
    settings.DATA_FOLDER = tmp_path
    client = sign_in("rep")
    file = io.BytesIO(b"<script>alert(1)</script>")
    file.name = "offer.html"
    client.post(f"/customers/{market['west'].public_id}/files", {"file": file}, headers=HTMX)
    kept = m.Attachment.objects.get()
    answer = client.get(f"/files/{kept.public_id}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    client.post(f"/files/{kept.public_id}/drop", {"version": kept.version}, headers=HTMX)
    assert client.get(f"/files/{kept.public_id}/").status_code == 404


def test_a_deal_goes_over_the_board_and_closes_with_a_reason(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    client, west = sign_in("rep"), market["west"]
    assert "No deal yet" in client.get("/pipeline/").content.decode()
    assert "Westwind" in client.get("/deals/new?q=westw").content.decode()
    made = client.post("/deals/new", {"account": west.public_id, "name": "Machines", "amount": "9000", "close_on": "2030-01-01"})
    deal = m.Opportunity.objects.get()
    assert made["Location"] == f"/deals/{deal.public_id}/"
    board = client.get("/pipeline/").content.decode()
    assert "Machines" in board
    assert "$9,000" in board
    assert "Machines" in client.get("/pipeline/?view=list").content.decode()
    second, lost = deal.pipeline.stages.filter(kind="open")[1], deal.pipeline.stages.get(kind="lost")
    move = f"/deals/{deal.public_id}/move"
    told = trigger(client.post(move, {"stage": second.public_id, "version": deal.version}, headers=HTMX))
    assert told["undoable"]["stage"] == str(deal.stage.public_id)
    stale = client.post(move, {"stage": lost.public_id, "version": deal.version, "note": "x"}, headers=HTMX)
    assert (stale.status_code, trigger(stale)["stale"]["version"]) == (412, told["undoable"]["version"])
    without = client.post(move, {"stage": lost.public_id, "version": told["undoable"]["version"]}, headers=HTMX)
    assert without.status_code == 422
    client.post(move, {"stage": lost.public_id, "version": told["undoable"]["version"], "note": "Too dear"}, headers=HTMX)
    page = client.get(f"/deals/{deal.public_id}/").content.decode()
    assert "Too dear" in page
    assert f"{second} → {lost}" in page
    line = {
        "act": "add-line",
        "text": "Service",
        "quantity": "2",
        "price": "100",
        "discount": "10",
        "version": told["undoable"]["version"] + 1,
    }
    client.post(f"/deals/{deal.public_id}/change", line)
    assert m.OpportunityLine.objects.get().amount == 180


def test_a_lead_is_graded_qualified_and_converted(sign_in: SignIn, market: dict[str, m.Account]) -> None:
    client = sign_in("rep")
    client.post("/leads/new", {"company": "Neue Rösterei", "name": "Jo Lang", "email": "jo@roesterei.example", "source": "fair"})
    lead = m.Lead.objects.get()
    address = f"/leads/{lead.public_id}/"
    assert "Neue Rösterei" in client.get("/leads/").content.decode()
    early = client.post(f"{address}change", {"act": "status", "status": "qualified", "version": lead.version}, headers=HTMX)
    assert early.status_code == 409
    grades = {"act": "grade", "version": lead.version}
    for part in ("budget", "authority", "need", "timing"):
        grades |= {part: "2", f"{part}-evidence": "said so on the phone"}
    client.post(f"{address}change", grades)
    hot = {"act": "hot", "version": lead.version + 1, "wants": "yes", "uses": "yes", "event": "yes", "due": "2030-05-01"}
    client.post(f"{address}change", hot)
    client.post(f"{address}change", {"act": "status", "status": "qualified", "version": lead.version + 2})
    lead.refresh_from_db()
    assert (lead.status, lead.is_hot, lead.is_qualified) == ("qualified", True, True)
    assert "meets every criterion" in client.get(address).content.decode()
    done = client.post(f"{address}convert", {"version": lead.version, "with_deal": "on", "deal_name": "First order"})
    assert done["Location"] == f"/deals/{m.Opportunity.objects.get().public_id}/"
    assert "It became" in client.get(address).content.decode()


def test_my_day_tells_what_is_due_and_who_waits(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    rep, client = act("rep"), sign_in("rep")
    today = rep.now.date()
    for subject, days in (("Yesterday's call", -1), ("Today's call", 0), ("Friday's call", 4), ("Next year's call", 400)):
        work.create_activity(rep, account=market["west"], kind="call", subject=subject, due_on=today + timedelta(days=days))
    leads.create_lead(rep, company="Somebody", postal_code="")
    page = client.get("/day/").content.decode()
    for text in ("Overdue", "Yesterday&#x27;s call", "Today&#x27;s call", "Friday&#x27;s call"):
        assert text in page, text
    assert "Next year" not in page
    assert "Westwind" not in page.partition("Not heard from you")[2]  # something is planned there
    assert "Next year" in client.get("/tasks/").content.decode()
    assert "Today" in client.get("/calendar/").content.decode()
    assert "call" in client.get(f"/calendar/?span=month&on={today + timedelta(days=400)}").content.decode()
    assert client.get("/calendar/?on=nonsense").status_code == 200
    assert "You hold no job in the organisation" in sign_in("planner").get("/day/").content.decode()


def test_a_task_is_done_undone_and_put_off(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    rep, client = act("rep"), sign_in("rep")
    client.post(
        "/activities/plan", {"kind": "task", "subject": "Write the offer", "due_on": rep.now.date(), "account": market["west"].public_id}
    )
    task = m.Activity.objects.get()
    assert task.person == Person.objects.get(user=rep.user)
    address = f"/activities/{task.public_id}/act"
    told = trigger(client.post(address, {"act": "done", "version": task.version}, headers=HTMX))["undoable"]
    assert "Write the offer" in client.get("/tasks/?state=done").content.decode()
    client.post(address, {"act": told["act"], "version": told["version"]}, headers=HTMX)
    task.refresh_from_db()
    assert (task.state, task.done_at) == ("planned", None)
    assert m.TimelineEvent.objects.filter(record_id=task.public_id).count() == 0
    client.post(address, {"act": "tomorrow", "version": task.version}, headers=HTMX)
    task.refresh_from_db()
    assert task.due_on == rep.now.date() + timedelta(days=1)
    gone = trigger(client.post(address, {"act": "archive", "version": task.version}, headers=HTMX))["undoable"]
    client.post(address, {"act": gone["act"], "version": gone["version"]}, headers=HTMX)
    assert m.Activity.objects.get().deleted_at is None


def test_a_complaint_goes_from_the_queue_to_its_end(sign_in: SignIn, market: dict[str, m.Account]) -> None:
    client = sign_in("rep")
    assert "No case is open" in client.get("/cases/").content.decode()
    new = {"account": market["west"].public_id, "subject": "Beans are stale", "about": "complaint", "priority": "high", "text": "Twice"}
    client.post("/cases/new", new)
    case = m.Case.objects.get()
    m.Case.objects.filter(pk=case.pk).update(solve_by=timezone.now() - timedelta(hours=3))
    assert "Beans are stale" in client.get("/cases/?state=late").content.decode()
    step = f"/cases/{case.public_id}/change"
    for i, (state, status) in enumerate([("open", 302), ("closed", 409), ("waiting", 302), ("solved", 422)]):
        answer = client.post(step, {"act": "step", "state": state, "version": m.Case.objects.get().version})
        assert answer.status_code == status, i
    client.post(step, {"act": "step", "state": "solved", "solution": "New beans", "version": m.Case.objects.get().version})
    client.post(step, {"act": "step", "state": "closed", "version": m.Case.objects.get().version})
    assert "New beans" in client.get(f"/cases/{case.public_id}/").content.decode()
    assert "Beans are stale" in client.get("/cases/?state=over").content.decode()
    assert "Case closed" in page_of(client, market["west"])


def test_what_one_may_not_write_has_no_buttons(sign_in: SignIn, act: Act, market: dict[str, m.Account], users: dict[str, User]) -> None:
    User.objects.filter(pk=users["viewer"].pk).update(more_roles=[])
    viewer = Person.objects.create(
        name="V", user=users["viewer"], created_at=timezone.now(), changed_at=timezone.now(), created_by=None, changed_by=None
    )
    m.Account.objects.filter(pk=market["west"].pk).update(owner=viewer)
    page = page_of(sign_in("viewer"), market["west"])
    assert "Westwind" in page
    for text in ("do-visit", "edit-name", "contact-dialog", 'value="archive"'):
        assert text not in page, text


def test_pages_ask_as_often_for_many_rows_as_for_few(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    addresses = ["/customers/", f"/customers/{market['west'].public_id}/", "/pipeline/", "/pipeline/?view=list", "/leads/", "/tasks/"]
    addresses += ["/day/", "/calendar/", "/cases/"]
    client = sign_in("rep")

    def fill(n: int) -> dict[str, int]:
        rep = act("rep")
        for i in range(n):
            account = customers.create_account(rep, name=f"More {i}", location={"lon": 0.2, "lat": 0.2})
            for of in (account, market["west"]):
                contact = people.create_contact(rep, account=of, last_name="C", points=[{"channel": "email", "value": f"c{i}@example.org"}])
                deals.create_opportunity(rep, account=of, name="D", amount="10", contact=contact)
                open_case(rep, account=of, subject="Q", contact=contact)
                work.create_activity(rep, account=of, kind="task", subject="T", due_on=rep.now.date(), contact=contact)
                work.log_visit(rep, of, contact=contact)
            leads.create_lead(rep, company=f"L{i}")
        found = {}
        for address in addresses:
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            found[address] = len(queries)
        return found

    few, many = fill(2), fill(5)
    assert {a: (few[a], many[a]) for a in addresses if many[a] > few[a]} == {}
    assert {a: n for a, n in many.items() if n > MOST_QUERIES.get(a.partition("?")[0].split("-")[0], 26)} == {}


MOST_QUERIES = {"/customers/": 16, "/pipeline/": 16, "/leads/": 12, "/tasks/": 12, "/calendar/": 12, "/cases/": 12, "/day/": 20}


def test_the_map_needs_nobody_outside(sign_in: SignIn, act: Act, market: dict[str, m.Account]) -> None:
    page = sign_in("rep").get(f"/customers/{market['west'].public_id}/map").content.decode()
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org", "")
