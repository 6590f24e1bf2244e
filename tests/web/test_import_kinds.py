"""Every kind of record in: leads, products, orders with returns, activities, cases, addresses; several files at once; and the way back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from reading_here import _read_here

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import (
    Account,
    Activity,
    Case,
    Contact,
    Lead,
    Location,
    Opportunity,
    Order,
    OrderLine,
    Product,
    ProductLine,
    TimelineEvent,
)
from bailiwick_web.exchange import services
from bailiwick_web.exchange.error_file import error_file, examples
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.data_loader import mapping_of

__all__ = ["_read_here"]
pytestmark = pytest.mark.django_db
here = pytest.mark.usefixtures("_read_here")

ACCOUNTS = "Account ID,Account Name,Website,Parent Account\n001A,Acme,acme.com,\n001B,Bolt,bolt.org,Acme\n"
CONTACTS = "Contact ID,First Name,Last Name,Email,Account ID\n003A,Jo,Doe,jo@acme.com,001A\n003B,Max,Roe,max@bolt.org,\n"
DEALS = "Opportunity ID,Opportunity Name,AccountId,StageName,Amount,Close Date\n006A,Big,001A,Closed Won,100,2021-01-31\n"
PRODUCTS = "Product Code,Product Name,Product Family,List Price\nP-1,Widget,Hardware,9.50\n007,Service,Services,$100\n"
ORDERS = "Order Number,Account Name,Order Date,Total Amount,Order Status\nO-1,Acme,1/31/2021,85.00,Activated\n"
LINES = (
    "Order Number,Line Number,Account Name,Order Date,Product Code,Quantity,Unit Price\n"
    "O-1,1,Acme,1/31/2021,P-1,10,\n"
    "O-1,2,Acme,1/31/2021,P-1,-1,10\n"
    "O-2,1,Bolt,2/1/2021,007,1,\n"
    "O-2,1,Bolt,2/1/2021,007,2,\n"
    "O-3,1,Bolt,2/1/2021,P-9,2,\n"
    "O-2,2,Acme,2/1/2021,007,2,\n"
)
ACTIVITIES = (
    "Activity ID,Subject,Activity Type,Status,WhoId,WhatId,Due Date,Start\n"
    '00T1,Call Jo,Call,Completed,003A,006A,2021-02-03,"16 Apr, 2021 09:30:00"\n'
    "00T2,Write,Email,Not Started,003A,001A,2021-02-04,\n"
    "00T3,Lost,Task,Open,003Z,,2021-02-05,\n"
)
CASES = (
    "Case Number,Subject,Account ID,Contact Email,Priority,Status,Date/Time Opened,Date/Time Closed\n"
    "0001,It squeaks,001A,jo@acme.com,High,Closed,2021-03-01 08:00,2021-03-02 09:00\n"
    "0002,Late,001B,,Medium,New,2021-03-03T10:00:00+02:00,\n"
)
FAMILY = {
    "activities.csv": ACTIVITIES,
    "contacts.csv": CONTACTS,
    "lines.csv": LINES,
    "accounts.csv": ACCOUNTS,
    "deals.csv": DEALS,
    "products.csv": PRODUCTS,
    "orders.csv": ORDERS,
    "cases.csv": CASES,
}


def imported(actor: Actor, kind: str, text: str, name: str = "export.csv", **options: object) -> ImportBatch:
    batch = services.upload(actor, kind, name, [text.encode()], options=dict(options))
    assert batch.state == "checked", batch.facts.get("error")
    return services.run_import(actor, batch.public_id)


def together(actor: Actor, files: dict[str, str]) -> ImportBatch:
    batch = services.receive_together(actor, [services.Upload(name, [text.encode()]) for name, text in files.items()])
    return services.check(actor, batch, options=batch.options)


def parts_of(batch: ImportBatch) -> dict[str, ImportBatch]:
    main = ImportBatch.objects.get(pk=batch.pk)
    return {part.kind: part for part in (main, *main.followers.all())}


@here
def test_eight_files_find_each_other_and_go_back_together(planner: Actor) -> None:
    batch = together(planner, FAMILY)
    parts = parts_of(batch)
    assert {kind: part.counts["created"] for kind, part in parts.items()} == {
        "accounts": 2,
        "contacts": 2,
        "deals": 1,
        "products": 2,
        "orders": 1,
        "order_lines": 3,
        "activities": 2,
        "cases": 2,
    }
    assert all(sum(part.counts.values()) == part.n_read for part in parts.values())
    assert {(e["row"], e["code"]) for e in examples(parts["order_lines"], 9)} == {
        *((5, "duplicate_row"), (6, "no_product"), (7, "order_differs")),
    }
    assert parts["contacts"].facts["refs"] == [["no_account", "domain", 1], ["no_account", "id", 1]]
    assert parts["order_lines"].facts["how"] == {"list price": 2}
    assert not Account.objects.exists()
    services.run_together(planner, batch.public_id)
    assert {kind: part.counts for kind, part in parts_of(batch).items()} == {kind: part.counts for kind, part in parts.items()}
    first = Order.objects.get(number="O-1")
    assert (first.amount, first.ordered_on, [line.amount for line in first.lines.all()]) == (
        *(Decimal("85.00"), date(2021, 1, 31)),
        [Decimal("95.00"), Decimal("-10.00")],
    )
    assert Order.objects.get(number="O-2").lines.get().product == Product.objects.get(code="007")
    call = Activity.objects.get(subject="Call Jo")
    assert (call.kind, call.state, call.due_on, call.starts_at, call.contact, call.opportunity, str(call.account)) == (
        *("call", "done", date(2021, 2, 3), datetime(2021, 4, 16, 9, 30, tzinfo=UTC)),
        *(Contact.objects.get(last_name="Doe"), Opportunity.objects.get(), "Acme"),
    )
    old, new = Case.objects.order_by("pk")
    assert (old.state, old.closed_at, old.contact, new.state, new.opened_at) == (
        *("closed", datetime(2021, 3, 2, 9, tzinfo=UTC), call.contact, "new", datetime(2021, 3, 3, 8, tzinfo=UTC)),
    )
    again = parts_of(together(planner, FAMILY))
    assert {kind: (part.counts["created"], part.counts["updated"]) for kind, part in again.items()} == dict.fromkeys(parts, (0, 0))
    services.revert(planner, batch.public_id)
    for model in (Account, Contact, Opportunity, Product, ProductLine, Order, Activity, Case):
        assert not model.objects.filter(deleted_at=None).exists(), model
    assert parts_of(together(planner, {"accounts.csv": ACCOUNTS}))["accounts"].counts["created"] == 2


@here
def test_lines_that_do_not_add_up_to_their_order_are_refused(planner: Actor) -> None:
    wrong = {
        **{name: FAMILY[name] for name in ("accounts.csv", "products.csv", "lines.csv")},
        "orders.csv": ORDERS.replace("85.00", "86.00"),
    }
    lines = parts_of(together(planner, wrong))["order_lines"]
    assert {(e["row"], e["code"]) for e in examples(lines, 9)} >= {(2, "sum"), (3, "sum")}


@here
def test_a_mended_file_of_rejected_lines_brings_the_rest(planner: Actor) -> None:
    services.run_together(planner, together(planner, {n: FAMILY[n] for n in ("accounts.csv", "products.csv", "lines.csv")}).public_id)
    batch = ImportBatch.objects.get(kind="order_lines")
    mended = (error_file(batch, is_raw=False) or b"").decode().replace("P-9", "P-1")
    rest = imported(planner, "order_lines", mended, "rejected.csv")
    assert (rest.counts["created"], rest.counts["updated"], rest.counts["failed"]) == (1, 1, 1)  # the line that stood twice is known now
    assert Order.objects.get(number="O-3").amount == Decimal("19.00")


@here
def test_lines_that_came_later_go_and_leave_the_order_as_it_was(planner: Actor) -> None:
    few = {name: FAMILY[name] for name in ("accounts.csv", "products.csv")}
    services.run_together(planner, together(planner, {**few, "lines.csv": "\n".join(LINES.split("\n")[:2])}).public_id)
    later = imported(planner, "order_lines", LINES)
    order = Order.objects.get(number="O-1")
    assert (order.amount, order.lines.count(), later.counts["created"], later.counts["unchanged"]) == (Decimal("85.00"), 2, 2, 1)
    services.revert(planner, later.public_id)
    order.refresh_from_db()
    assert (order.amount, order.lines.count()) == (Decimal("95.00"), 1)


@here
def test_leads_and_addresses(planner: Actor) -> None:
    text = (
        "Lead ID,First Name,Last Name,Company,Email,Lead Status,Zip,Country\n"
        "00Q1,Ann,Lee,Lee Ltd,ann@lee.com,Open - Not Contacted,02138,US\n"
        "00Q2,Bo,Ray,,bo@ray.com,Closed - Converted,,\n"
        "00Q3,,,,x@y.com,New,,\n"
    )
    batch = imported(planner, "leads", text)
    assert (batch.counts["created"], batch.facts["rejected"]) == (1, {"converted": 1, "missing": 1})
    lead = Lead.objects.get()
    assert (lead.name, lead.status, lead.postal_code, lead.routing["cause"]) == ("Ann Lee", "new", "02138", "gap:no_plan")
    changed = imported(planner, "leads", text.replace("Lee Ltd", "Lee Inc"))
    lead.refresh_from_db()
    assert (changed.counts["updated"], lead.company) == (1, "Lee Inc")
    services.revert(planner, changed.public_id)
    lead.refresh_from_db()
    assert lead.company == "Lee Ltd"
    imported(planner, "accounts", ACCOUNTS)
    places = imported(
        planner, "addresses", "Account Name,Address Type,Street,City,Zip\nAcme,Billing,1 Main St,Boston,02138\nAcme,,2 Oak,Ulm,\n"
    )
    assert [(p.kind, p.is_main, p.city) for p in Location.objects.order_by("pk")] == [("billing", True, "Boston"), ("site", False, "Ulm")]
    services.revert(planner, places.public_id)
    assert not Location.objects.filter(deleted_at=None).exists()


@here
def test_product_lines_one_above_the_other_and_ids_of_other_columns(planner: Actor) -> None:
    imported(planner, "categories", "ProductCategoryID,Name\n1,Bikes\n2,Parts\n")
    below = imported(planner, "categories", "ProductSubcategoryID,ProductCategoryID,Name\n1,1,Mountain Bikes\n2,2,Brakes\n3,9,Ghosts\n")
    assert (below.counts["created"], below.facts["rejected"]) == (2, {"no_category": 1})
    assert str(ProductLine.objects.get(name="Brakes").parent) == "Parts"
    imported(planner, "products", "ProductID,Name,ProductNumber,ProductSubcategoryID\n1,Brake,BR-1,2\n")
    assert str(Product.objects.get().line) == "Brakes"
    with pytest.raises(Conflict, match="stand on"):
        services.revert(planner, below.public_id)


@here
def test_many_are_written_like_one(planner: Actor) -> None:
    """The same history, events and timeline, whether records come one by one or in a file."""
    from bailiwick_web.crm.services import customers, people, trading

    services.run_together(planner, together(planner, {n: FAMILY[n] for n in ("accounts.csv", "contacts.csv", "orders.csv")}).public_id)
    told = _told()
    one = customers.create_account(planner, name="Acme", website="acme.com", external_ids={"x": "1"})
    people.create_contact(
        planner, account=one, first_name="Jo", last_name="Doe", points=[{"channel": "email", "value": "jo@x.com"}], external_ids={"x": "1"}
    )
    trading.create_order(planner, account=one, number="O-9", ordered_on=date(2021, 1, 31), amount="85.00", state="open")
    alone = _told()
    for kind in ("account.created", "contact.created", "contact.changed", "order.created"):
        assert told[kind][0] == (alone[kind][-1]), kind


def _told() -> dict[str, list[object]]:
    """What stands in history, outbox and timeline, by action, without identifiers."""
    found: dict[str, list[object]] = {}
    for e in AuditEntry.objects.order_by("pk"):
        after = e.after.replace("O-9", "O-1").split("personal:")[0]
        found.setdefault(e.action, []).append((e.record_type, e.field, e.before, after, e.actor, e.request_id))
    assert OutboxEvent.objects.filter(kind="order.created").count() == TimelineEvent.objects.filter(kind="order").count()
    return found


def test_the_wizard_takes_files_and_archives(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    client = sign_in("planner")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("accounts.csv", "contacts.csv"):
            archive.writestr(name, FAMILY[name])
    files = [SimpleUploadedFile("all.zip", packed.getvalue()), SimpleUploadedFile("deals.csv", DEALS.encode())]
    answer = client.post("/imports/new", {"kind": "records", "file": files}, follow=True)
    page = answer.content.decode()
    assert "All 5 rows" in page
    assert "2 × accounts found by" not in page  # that is told on the page of the contacts
    batch = ImportBatch.objects.get(main=None)
    assert {part.kind for part in batch.followers.all()} == {"contacts", "deals"}
    contacts = batch.followers.get(kind="contacts")
    assert "found by identifier" in client.get(f"/imports/{contacts.public_id}/").content.decode()
    client.post(f"/imports/{batch.public_id}/run")
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (2, 2, 1)
    client.post(f"/imports/{batch.public_id}/revert")
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    assert not Contact.objects.filter(deleted_at=None).exists()


def test_a_mapping_of_the_data_loader_and_another_kind(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    mapping = b"#Mapping values\n#Thu\nFirma=Name\nMail\\ 1=Email\nOrt=BillingCity\nEgal=\n"
    assert mapping_of(mapping).names == {"Firma": "Name", "Mail 1": "Email", "Ort": "BillingCity"}
    client = sign_in("planner")
    files = [SimpleUploadedFile("map.sdl", mapping), SimpleUploadedFile("x.csv", b"Firma,Mail 1,Ort,Egal\nAcme,a@acme.com,Ulm,1\n")]
    client.post("/imports/new", {"kind": "records", "file": files})
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.facts["fields"]) == ("accounts", {"name": "Firma", "email": "Mail 1", "city": "Ort"})
    client.post(f"/imports/{batch.public_id}/check", {"rows_are": "leads", "act": "look"})
    batch.refresh_from_db()
    assert (batch.kind, batch.facts["fields"]["company"], batch.state) == ("leads", "Firma", "checked")


def test_the_data_loader_sets_constants_and_empties_fields(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    """A constant is in every row, where no column says it; ``#N/A`` empties a field, an empty cell leaves it."""
    mapping = b"Name=Name\nSite=Website\nNote=Description\nStaff=NumberOfEmployees\n"
    mapping += b'"Prospect"=Type\n"Unheard\\ of"=Zodiac__c\n"Old"=Description\n'
    assert mapping_of(mapping).constants == {"Type": "Prospect", "Zodiac__c": "Unheard of", "Description": "Old"}
    client = sign_in("planner")

    def brought(rows: str) -> str:
        files = [SimpleUploadedFile("map.sdl", mapping), SimpleUploadedFile("x.csv", f"Name,Site,Note,Staff\n{rows}".encode())]
        address = client.post("/imports/new", {"kind": "accounts", "file": files})["Location"]
        page = client.get(address).content.decode()
        assert client.post(f"{address}run").status_code == 302
        batch = ImportBatch.objects.latest("pk")
        assert batch.job is not None
        jobs.perform(batch.job.pk)
        return page

    page = brought("Acme,acme.com,Likes tea,12\n")
    assert "is “Prospect”, as the mapping says" in page
    account = Account.objects.get()
    assert (account.state, account.description, account.employees) == ("prospect", "Likes tea", 12)
    brought("Acme,acme.com,,\n")
    account.refresh_from_db()
    assert (account.description, account.employees) == ("Likes tea", 12)
    brought("Acme,acme.com,#N/A,#N/A\n")
    account.refresh_from_db()
    assert (account.description, account.employees) == ("", None)
    page = brought("#N/A,acme.com,,\n")
    assert "name: expected a text" in page
    assert Account.objects.count() == 1


@here
def test_half_of_an_import_never_stays(planner: Actor) -> None:
    """A part that fails while it is written takes the others with it: rows, what they name, and what was made along."""
    batch = together(planner, {n: FAMILY[n] for n in ("accounts.csv", "products.csv", "lines.csv")})
    lines = ImportBatch.objects.get(kind="order_lines")
    lines.state = "refused"
    lines.save()
    services.run_together(planner, batch.public_id)
    assert (Account.objects.count(), OrderLine.objects.count()) == (2, 0)
