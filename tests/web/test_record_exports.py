"""Records to take away: the scope of the screen, nothing that a spreadsheet would run, cards and calendars, and everything in again."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from crm_world import put_into_force
from django.conf import settings
from django.test import Client
from openpyxl import load_workbook
from reading_here import _read_here

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Contact, NeedAnswer, NeedQuestion, NeedsTemplate, Order
from bailiwick_web.exchange import services
from bailiwick_web.exchange.error_file import error_file
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_kinds import ONLY_OUT, RECORD_KINDS
from bailiwick_web.listening.models import Survey, SurveyResponse
from bailiwick_web.listening.services import surveys
from bailiwick_web.outreach.models import Campaign
from bailiwick_web.outreach.services import cadences, campaigns, gifts, materials
from bailiwick_web.planning.models import Scenario

__all__ = ["_read_here"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_read_here")]
Act = Callable[[str], Actor]
MARK = "zqcanaryqz"


@pytest.fixture
def world(act: Act, scenario: Scenario) -> Account:
    """Two accounts, one of the rep and one in the east, with what hangs on them."""
    put_into_force(act, scenario)
    planner = act("planner")
    account = crm.customers.create_account(planner, name="=1+1", code="00501", location={"lon": 0, "lat": 0, "city": "Münster"})
    crm.customers.create_account(planner, name="Far", location={"lon": 5, "lat": 0}, parent=account)
    points = [{"channel": "email", "value": "jo@acme.com"}, {"channel": "phone", "value": "+49 89 1"}]
    contact = crm.people.create_contact(planner, account=account, first_name="Jo", last_name="Doe, née; Roe", points=points)
    crm.work.create_activity(planner, account=account, contact=contact, kind="visit", subject="A, b", due_on="2026-03-01")
    crm.work.create_activity(
        planner, account=account, kind="call", subject="ü" * 60, starts_at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC), duration_minutes=45
    )
    crm.trading.create_order(
        planner,
        account=account,
        number="O-1",
        ordered_on=date(2026, 1, 31),
        lines=[{"text": "Wax", "quantity": 2, "price": "5"}, {"text": "Wax", "quantity": -1, "price": "5"}],
    )
    return account


def fetched(client: Client, address: str) -> bytes:
    answer = client.get(f"/exports/{address}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_tables_hold_what_one_sees_and_nothing_that_runs(world: Account, sign_in: Callable[[str], Client]) -> None:
    rows = list(csv.DictReader(io.StringIO(fetched(sign_in("rep"), "accounts.csv").decode())))
    assert [(row["Account Name"], row["Account Number"]) for row in rows] == [("'=1+1", "00501")]
    raw = list(csv.DictReader(io.StringIO(fetched(sign_in("planner"), "accounts.csv?raw=1&q=1").decode())))
    assert [row["Account Name"] for row in raw] == ["=1+1"]
    sheet = load_workbook(io.BytesIO(fetched(sign_in("planner"), "accounts.xlsx"))).active
    cells = [row[1:3] for row in sheet.iter_rows(min_row=2)]
    assert [(name.value, name.data_type, code.value) for name, code in cells] == [("=1+1", "s", "00501"), ("Far", "s", None)]
    assert sign_in("planner").get("/exports/accounts.vcf").status_code == 404
    assert sign_in("planner").get("/exports/users.csv").status_code == 404
    assert AuditEntry.objects.filter(action="records.exported").values_list("field", "after")[1] == ("accounts.csv", "q=1")
    assert "You see" in sign_in("rep").get("/exports/").content.decode()


def test_cards_and_a_calendar(world: Account, sign_in: Callable[[str], Client]) -> None:
    card = fetched(sign_in("rep"), "contacts.vcf").decode()
    for line in (
        "BEGIN:VCARD",
        "VERSION:4.0",
        r"N:Doe\, née\; Roe;Jo;;;",
        "ORG:=1+1",
        "EMAIL;TYPE=work:jo@acme.com",
        "ADR;TYPE=work:;;;Münster;;;",
    ):
        assert f"{line}\r\n" in card
    events = fetched(sign_in("rep"), "activities.ics").decode()
    assert all(len(line.encode()) <= 75 for line in events.split("\r\n"))
    for line in (
        "DTSTART;VALUE=DATE:20260301",
        "DTEND;VALUE=DATE:20260302",
        r"SUMMARY:A\, b",
        "DTSTART:20260329T013000Z",
        "DTEND:20260329T021500Z",
    ):
        assert f"{line}\r\n" in events
    assert "ü" * 60 in events.replace("\r\n ", "")


def test_everything_goes_out_and_comes_in_again(world: Account, act: Act, sign_in: Callable[[str], Client]) -> None:
    assert sign_in("planner").post("/exports/everything.zip").status_code == 403
    packed = b"".join(sign_in("administrator").post("/exports/everything.zip").streaming_content)  # type: ignore[attr-defined]
    assert set(zipfile.ZipFile(io.BytesIO(packed)).namelist()) >= {"accounts.csv", "order_lines.csv", "activities.csv"}
    batch = services.receive_together(act("planner"), [services.Upload("all.zip", [packed])])
    services.check(act("planner"), batch, options=batch.options)
    parts = [batch, *batch.followers.all()]
    assert {part.kind: (part.counts["created"], part.counts["updated"], part.counts["failed"]) for part in parts if part.counts} == {
        part.kind: (0, 0, 0) for part in parts if part.counts
    }
    assert {part.kind for part in parts if part.state == "checked"} >= {"accounts", "contacts", "orders", "order_lines", "activities"}
    Order.objects.all().delete()
    Contact.objects.all().delete()
    Account.objects.filter(parent__isnull=False).delete()
    Account.objects.all().delete()
    services.check(act("planner"), batch, options=batch.options)
    services.run_together(act("planner"), batch.public_id)
    order, far = Order.objects.get(), Account.objects.get(name="Far")
    assert (str(order.amount), order.lines.count(), str(order.account), str(far.parent)) == ("5.00", 2, "=1+1", "=1+1")


@pytest.fixture
def reached(world: Account, act: Act) -> Account:
    """How the first account was reached, what it was asked and what it answered."""
    planner, contact = act("planner"), Contact.objects.get()
    campaigns.create_campaign(planner, name="Fair", kind="event", cost="1600", starts_on="2026-02-01", note="In Köln")
    survey = surveys.create_survey(planner, name="Spring", kind="csat", question="How was it?", more=["Why?"])
    surveys.create_response(planner, survey=survey, contact=contact, score=4, text="Good")
    template = crm.needs.create_template(planner, name="First talk")
    options = [{"answer": "by hand", "need": "automation"}, {"answer": "not at all", "need": ""}]
    how = crm.needs.create_question(planner, template=template, text="How do you brew?", kind="choice", options=options)
    other = crm.needs.create_template(planner, name="Second talk")
    crm.needs.create_question(planner, template=other, text="How do you brew?", need="never")
    crm.needs.create_answer(planner, account=world, question=how, value="by hand", contact=contact, answered_on="2026-03-01")
    crm.catalogue.add(planner, crm.catalogue.PRODUCT, name="Robot", needs=["automation"])
    cadence = cadences.create_cadence(planner, name="New cafés", steps=[{"subject": "Call {name}", "channel": "call"}])
    cadences.create_enrolment(planner, cadence=cadence, contact=contact)
    gifts.log_gift(planner, contact, what="Tea", amount="5")
    material = materials.create_material(planner, "prices.txt", [b"x"], name="Prices", segments=["A"])
    materials.share(planner, material, world, contact=contact, by="visit")
    return world


def read(client: Client, kind: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(fetched(client, f"{kind}.csv").decode())))


def test_what_was_asked_and_done_to_reach_somebody_goes_out(reached: Account, sign_in: Callable[[str], Client]) -> None:
    client = sign_in("rep")
    assert [(row["Gift"], row["Contact"], row["Amount"], row["State"]) for row in read(client, "gifts")] == [
        ("Tea", "Jo Doe, née; Roe", "5.00", "given")
    ]
    assert [row["Steps"] for row in read(client, "cadences")] == ["'+0 call: Call {name}"]
    assert [(row["Cadence"], row["State"], row["Step"]) for row in read(client, "enrolments")] == [("New cafés", "running", "1")]
    assert [(row["Material"], row["File"], row["Segments"]) for row in read(client, "materials")] == [("Prices", "prices.txt", "A")]
    assert [(row["Material"], row["Version"], row["Company"]) for row in read(client, "shares")] == [("Prices", "1", "'=1+1")]
    assert [(row["Question"], row["Need Answer"], row["Points To"]) for row in read(client, "needs")] == [
        ("How do you brew?", "by hand", "automation")
    ]
    assert [row["Options"] for row in read(client, "questions")] == ["by hand → automation; not at all", ""]
    assert [row["Actual Cost"] for row in read(client, "campaigns")] == ["1600.00"]
    assert [row["Further Questions"] for row in read(client, "surveys")] == ["Why?"]
    assert read(client, "accounts")[0]["Needs"] == "automation"
    page = client.get("/exports/").content.decode()
    for label in ("Gifts", "Who follows a cadence", "Materials that were shared", "Answers about needs", "Campaigns"):
        assert label in page


def test_kinds_that_are_out_of_sight_stay_there(reached: Account, act: Act, sign_in: Callable[[str], Client]) -> None:
    planner = act("planner")
    far = Account.objects.get(name="Far")
    there = crm.people.create_contact(planner, account=far, name="Ed East")
    gifts.log_gift(planner, there, what="Secret", amount="5")
    crm.needs.create_answer(planner, account=far, question=NeedQuestion.objects.earliest("pk"), value="by hand")
    assert [row["Gift"] for row in read(sign_in("rep"), "gifts")] == ["Tea"]
    assert len(read(sign_in("rep"), "needs")) == 1
    assert len(read(sign_in("planner"), "needs")) == 2


def test_newer_kinds_go_out_with_everything_and_come_in_again(reached: Account, act: Act, sign_in: Callable[[str], Client]) -> None:
    planner = act("planner")
    packed = b"".join(sign_in("administrator").post("/exports/everything.zip").streaming_content)  # type: ignore[attr-defined]
    members = set(zipfile.ZipFile(io.BytesIO(packed)).namelist())
    assert members >= {"campaigns.csv", "surveys.csv", "responses.csv", "questions.csv", "needs.csv"}
    assert {name for name in members if "/" in name} == {f"only-out/{kind}.csv" for kind in ONLY_OUT}
    assert {name.removesuffix(".csv") for name in members if "/" not in name} <= set(RECORD_KINDS)
    for model in (NeedAnswer, NeedQuestion, NeedsTemplate, SurveyResponse, Survey, Campaign):
        model._default_manager.all().delete()
    Account.objects.update(needs=[])
    batch = services.receive_together(planner, [services.Upload("all.zip", [packed])])
    services.check(planner, batch, options=batch.options)
    parts = {part.kind: part for part in [batch, *batch.followers.all()]}
    assert {kind: part.counts["failed"] for kind, part in parts.items() if part.counts.get("failed")} == {}
    services.run_together(planner, batch.public_id)
    campaign, survey, response = Campaign.objects.get(), Survey.objects.get(), SurveyResponse.objects.get()
    assert (campaign.name, campaign.kind, str(campaign.cost), campaign.note) == ("Fair", "event", "1600.00", "In Köln")
    assert (survey.kind, survey.more, response.survey, response.score) == ("csat", ["Why?"], survey, 4)
    answer = NeedAnswer.objects.get()
    assert (answer.question.template.name, answer.value, str(answer.answered_on)) == ("First talk", "by hand", "2026-03-01")
    assert answer.contact == Contact.objects.get()
    assert Account.objects.get(pk=reached.pk).needs == ["automation"]
    services.revert(planner, batch.public_id)
    assert not any(
        model._default_manager.filter(deleted_at=None).exists() for model in (NeedAnswer, NeedQuestion, NeedsTemplate, Survey, Campaign)
    )


def found_in_files() -> Iterator[str]:
    for path in settings.UPLOAD_FOLDER.rglob("*"):
        if path.is_file() and (MARK.encode() in path.read_bytes().lower() or MARK in str(_table(path)).lower()):
            yield str(path)


def _table(path: Any) -> Any:
    import pyarrow.feather as feather

    return feather.read_table(path).to_pylist() if path.suffix == ".arrow" else ""


def test_erasure_reaches_the_files_of_imports(world: Account, act: Act) -> None:
    planner = act("planner")
    rest = "".join(f"Someone,Else{i},e{i}@x.com,00501\n" for i in range(3))
    text = (
        f"First Name,Last Name,Email,Company\n{MARK},Roe,{MARK}@x.com,00501\n{rest}{MARK},Roe,no address,00501\nWorse,One,nowhere,00501\n"
    )
    done = services.upload(planner, "contacts", f"{MARK}.csv", [text.encode("utf-16")])
    services.run_import(planner, done.public_id)
    waiting = services.upload(planner, "contacts", "again.csv", [text.encode()])
    other = services.upload(planner, "accounts", "accounts.csv", [b"Account Name\nOther\n"])
    contact = Contact.objects.get(first_name=MARK)
    assert len(list(found_in_files())) > 3
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked")
    assert list(found_in_files()) == []
    assert not [batch for batch in ImportBatch.objects.values() if MARK in str(batch).lower()]
    assert not AuditEntry.objects.filter(record_name__icontains=MARK).exists()
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, waiting.facts["error"]["code"], other.state) == ("refused", "erased", "checked")
    assert b"Worse" in (error_file(ImportBatch.objects.get(pk=done.pk), is_raw=False) or b"")
    assert Contact.objects.filter(deleted_at=None, last_name="Else0").exists()
