"""A person is erased wherever somebody wrote of them: every column of text is declared, words go, what is about others stays."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crm_world import put_into_force
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from bailiwick_web.automation.models import Rule, Run
from bailiwick_web.core.access import Actor
from bailiwick_web.core.erasing import DECLARED, Found, look_ahead, texts_of
from bailiwick_web.core.models import AuditEntry, Job, Notice
from bailiwick_web.core.services import audit, stamped
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Contact, Opportunity
from bailiwick_web.exchange.webhooks.models import Attempt, Delivery, Endpoint
from bailiwick_web.insights.models import DataTable, Study, StudyPart
from bailiwick_web.insights.services.tables import receive_table
from bailiwick_web.planning.models import Challenge, Scenario
from bailiwick_web.reports.models import Report

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
MARK = "zqcanaryqz"
NAME, MAIL = f"Ånne {MARK}", f"{MARK}@example.com"
ROOT = Path(__file__).resolve().parents[2]


def test_every_column_of_text_says_what_becomes_of_it() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("bailiwick_web")]
    unsaid = {m._meta.label: texts_of(m) - DECLARED[m].all if m in DECLARED else texts_of(m) for m in ours}
    assert {label: sorted(names) for label, names in unsaid.items() if names} == {}
    strange = {m._meta.label: sorted(columns.all - {f.name for f in m._meta.concrete_fields}) for m, columns in DECLARED.items()}
    assert {label: names for label, names in strange.items() if names} == {}
    twice = [m._meta.label for m, c in DECLARED.items() if len(c.all) < sum(map(len, (c.goes, c.names, c.same, c.nobody, c.made)))]
    assert twice == []
    assert [m._meta.label for m, c in DECLARED.items() if c.made and c.follow is None] == []


@pytest.fixture
def world(act: Act, scenario: Scenario) -> dict[str, Any]:
    """Somebody, and what others wrote of them in every part of the application."""
    put_into_force(act, scenario)
    rep, planner = act("rep"), act("planner")
    account = crm.customers.create_account(rep, name="Acme", location={"lon": 0, "lat": 0}, description=f"Ask {NAME} ({MAIL})", email=MAIL)
    points = [{"channel": "email", "value": MAIL}, {"channel": "phone", "value": "+49 89 1234567"}]
    contact = crm.people.create_contact(rep, account=account, first_name="Ånne", last_name=MARK, points=points)
    namesake = crm.people.create_contact(rep, account=account, first_name="Ånne", last_name=MARK, job_title="the other one")
    home = crm.customers.create_account(rep, name=NAME, location={"lon": 0, "lat": 0})
    firm = crm.customers.create_account(rep, name=f"{NAME} Ltd", location={"lon": 0, "lat": 0})
    deal = crm.deals.create_opportunity(rep, account=account, name=f"Deal with {NAME}", next_step=f"call +49891234567 or {NAME.upper()}")
    crm.deals.change_opportunity(rep, deal.public_id, version=1, description=f"{NAME} is for it", tags=[MAIL])
    crm.work.log_visit(rep, account, subject=f"Met {NAME}", text=f"{MARK}, Ånne was there")
    crm.cases.open_case(rep, account=account, subject=f"{NAME} complains")
    template = crm.needs.create_template(planner, name="Talk")
    question = crm.needs.create_question(planner, template=template, text=f"What does {NAME} say?", kind="text")
    crm.needs.create_answer(rep, account=account, question=question, value=f"{NAME} decides", contact=contact)
    _elsewhere(planner, scenario)
    return {"contact": contact, "namesake": namesake, "home": home, "firm": firm, "deal": deal, "account": account}


def _elsewhere(planner: Actor, scenario: Scenario) -> None:
    assert planner.user is not None
    audit(planner, "scenario.changed", scenario, field="notes", before=NAME, after=f"Not {NAME}", reason=f"{MAIL} asked")
    Scenario.objects.filter(pk=scenario.pk).update(notes=f"{NAME} called")
    Challenge.objects.create(scenario=scenario, unit=scenario.plan.unit_set.units.first(), reason=NAME, by=planner.user, at=planner.now)
    Notice.objects.create(user=planner.user, kind="x", about="x", text=NAME, address="/", created_at=planner.now, mail_due_at=planner.now)
    Job.objects.create(kind="run", title=f"Import “{NAME}.csv”", params={NAME: [MAIL]}, error=NAME, created_at=planner.now)
    rule = Rule.objects.create(owner=planner.user, name="R", trigger="lead.created", **stamped(planner))
    ids = {"record_id": rule.public_id, "root": rule.public_id}
    Run.objects.create(rule=rule, kind="x", error=f"no consent of {MAIL}", created_at=planner.now, **ids)
    endpoint = Endpoint.objects.create(owner=planner.user, name="E", url="https://e.com", secret="s", **stamped(planner))
    on_its_way = {"message_id": rule.public_id, "due_at": planner.now, "created_at": planner.now}
    delivery = Delivery.objects.create(endpoint=endpoint, kind="x", body="{}", **on_its_way)
    Attempt.objects.create(delivery=delivery, at=planner.now, seconds=1, answer=f"unknown: {MAIL}")
    Report.objects.create(owner=planner.user, name="R", definition={"filters": [["contact", "is", NAME]]}, **stamped(planner))
    receive_table(planner, "t.csv", [f"who,sum\n{NAME},1\nOther,2\n{NAME},3\n".encode()], kind="measures")
    study = Study.objects.create(kind="x", name="S", facts={"top": NAME}, **stamped(planner))
    StudyPart.objects.create(study=study, kind="chart", name="c", content=zlib.compress(f'{{"data": ["{MAIL}"]}}'.encode()))


def every_row() -> Iterator[tuple[str, str]]:
    """Every row of every table that there is in the database, also those that are no model of ours."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(_text(cell) for cell in row).lower()


def _text(cell: Any) -> str:
    if isinstance(cell, memoryview | bytes):
        content = bytes(cell)
        return (zlib.decompress(content) if content[:1] == b"\x78" else content).decode("utf-8", "replace")
    return str(cell)


def holders() -> set[str]:
    return {table for table, row in every_row() if MARK in row}


def test_words_of_somebody_go_from_everywhere_and_what_is_about_others_stays(act: Act, world: dict[str, Any]) -> None:
    assert len(holders()) > 15, holders()
    contact, deal = world["contact"], world["deal"]
    before = Opportunity.objects.get(pk=deal.pk).version
    n_entries = AuditEntry.objects.count()
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason=f"{NAME} asked on 1 November")
    assert AuditEntry.objects.count() == n_entries + 1, "no entry of the history goes, only words"
    assert AuditEntry.objects.get(action="contact.erased").reason == "– asked on 1 November"
    # the namesake is somebody else, and a firm is called as it is; both say their name in these tables and nowhere else
    left = {"crm_contact", "crm_personalvalue", "crm_account"}
    assert holders() <= left, holders()
    namesake = Contact.objects.get(pk=world["namesake"].pk)
    assert (namesake.last_name, namesake.job_title, namesake.version) == (MARK, "the other one", 1)
    assert (Account.objects.get(pk=world["home"].pk).name, Account.objects.get(pk=world["firm"].pk).name) == ("–", f"{NAME} Ltd")
    deal.refresh_from_db()
    assert (deal.name, deal.next_step, deal.description, deal.tags) == ("Deal with –", "call – or –", "– is for it", ["–"])
    assert (deal.version, deal.search_text.split()[:2]) == (before + 1, ["deal", "with"])
    account = Account.objects.get(pk=world["account"].pk)
    assert (account.description, account.email) == ("Ask – (–)", "–")


def test_what_is_written_between_the_look_and_the_erasure_goes_too(
    act: Act, world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, looks = world["contact"], []

    def look_and_be_overtaken(words: Sequence[str], now: datetime) -> Found | None:
        looks.append(look_ahead(words, now))
        late = Actor(act("rep").user, now - timedelta(minutes=20), "late")  # who began before the look, and wrote after it
        there = Account.objects.get(pk=world["account"].pk)
        account = crm.customers.change_account(late, there.public_id, version=there.version, description=f"{NAME} was here")
        crm.work.create_activity(late, account=account, kind="call", subject=f"Call {NAME}")
        Job.objects.update(progress={"who": NAME})  # nothing says when it was changed
        return looks[0]

    monkeypatch.setattr(crm.privacy, "look_ahead", look_and_be_overtaken)
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked")
    assert holders() <= {"crm_contact", "crm_personalvalue", "crm_account"}, holders()
    assert Account.objects.get(pk=world["account"].pk).description == "– was here"
    assert Job.objects.exists()
    if connection.vendor == "sqlite":
        assert looks[0] is not None
        assert list(looks[0].keys[Opportunity]) == [world["deal"].pk], "the long search was done before, not in the transaction"
    else:
        assert looks == [None]


def test_tables_and_answers_of_insights_keep_their_other_rows(act: Act, world: dict[str, Any]) -> None:
    from bailiwick_web.insights.reading import rows_of

    contact = world["contact"]
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked")
    (table,) = DataTable.objects.all()
    assert rows_of(table).to_pydict() == {"who": ["–", "Other", "–"], "sum": ["1", "2", "3"]}
    assert [path for path in Path(settings.UPLOAD_FOLDER).rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()] == []


def test_short_words_and_first_names_hit_nobody_else(act: Act, world: dict[str, Any]) -> None:
    rep = act("rep")
    short = crm.people.create_contact(
        rep, account=world["account"], name="Berlin", points=[{"channel": "phone", "value": "12345"}], external_ids={"erp": "100"}
    )
    deal = crm.deals.create_opportunity(rep, account=world["account"], name="Berlin 12345, 100 pieces")
    crm.privacy.erase(act("administrator"), short.public_id, version=short.version, reason="asked")
    assert Opportunity.objects.get(pk=deal.pk).name == "Berlin 12345, 100 pieces"


def test_the_page_of_a_contact_tells_what_is_kept_and_erases(sign_in: Callable[[str], Client], world: dict[str, Any]) -> None:
    contact = world["contact"]
    address = reverse("contact", args=[contact.public_id])
    assert "Erase this person" not in sign_in("rep").get(address).content.decode()
    client = sign_in("administrator")
    assert "Erase this person" in client.get(address).content.decode()
    dossier = client.post(reverse("contact_dossier", args=[contact.public_id]))
    assert (dossier.status_code, dossier.json()["contact"]["last_name"]) == (200, MARK)
    erase = reverse("erase_contact", args=[contact.public_id])
    assert client.post(erase, {"version": contact.version, "reason": " "}).status_code == 422
    assert client.post(erase, {"version": contact.version + 1, "reason": "asked"}).status_code == 412
    answer = client.post(erase, {"version": contact.version, "reason": "asked"}, follow=True)
    assert (answer.status_code, "The person is erased" in answer.content.decode()) == (200, True)
    assert client.get(address).status_code == 404


def test_what_an_import_kept_goes_once_it_is_final(planner: Actor) -> None:
    from bailiwick_web.crm.models import PersonalValue
    from bailiwick_web.exchange import services
    from bailiwick_web.exchange.models import ImportRow
    from bailiwick_web.exchange.reading import folder_of
    from bailiwick_web.exchange.services.retention import forget_final

    head = "Contact ID,First Name,Last Name,Title\n"
    for title in ("Boss", "Head"):
        batch = services.upload(planner, "contacts", "c.csv", [f"{head}1,Jo,Doe,{title}\n".encode()])
        services.run_import(planner, batch.public_id)
    kept = ImportRow.objects.exclude(before=None).get()
    values = PersonalValue.objects.filter(public_id=kept.before["personal"])
    assert (forget_final(planner.now + timedelta(days=89)), values.exists(), folder_of(batch).is_dir()) == (0, True, True)
    assert forget_final(planner.now + timedelta(days=91)) == 2
    kept.refresh_from_db()
    assert (kept.before, values.exists(), folder_of(batch).is_dir(), batch.rows.count()) == (None, False, False, 1)
    assert forget_final(planner.now + timedelta(days=91)) == 0


IN_A_FILE = f"""
import sqlite3, sys
from pathlib import Path
from bailiwick_web.serving import prepare
prepare(with_demo=False)
from django.conf import settings
from django.utils import timezone
from bailiwick_web.core.access import Actor
from bailiwick_web.core.logs import empty_log, empty_regularly
from bailiwick_web.core.models import User
from bailiwick_web.crm import services as crm
from bailiwick_web.exchange import services as exchange

def holders():
    marks = [mark.encode(encoding) for mark in ("{MARK}", "{MARK.upper()}") for encoding in ("utf-8", "utf-16-le")]
    files = [path for path in Path(settings.DATA_FOLDER).rglob("*") if path.is_file()]
    return sorted(path.name for path in files if any(mark in path.read_bytes() for mark in marks))

actor = Actor(User.objects.create_user("a@example.org", "A", role="administrator"), timezone.now(), "test")
account = crm.customers.create_account(actor, name="Acme")
contact = crm.people.create_contact(actor, account=account, first_name="Jo", last_name="{MARK}", external_ids={{"erp": "{MARK}"}},
    points=[{{"channel": "email", "value": "{MARK}@example.com"}}], description="{MARK} " * 1500, tags=["{MARK}"])
for i in range(30):  # pages are freed and filled again, so that copies lie in free ones and in the log
    crm.work.log_visit(actor, account, contact=contact, subject="{MARK}", text="{MARK} " * 500)
    crm.people.change_contact(actor, contact.public_id, version=1 + i, description="{MARK} " * (50 * i))
crm.attachments.attach(actor, account, "{MARK}.txt", [b"{MARK}"], contact=contact)
text = "First Name,Last Name,Email\\nJo,{MARK},{MARK}@example.com\\nMax,Roe,not an address\\nJo,{MARK},{MARK} nothing\\n"
batch = exchange.upload(actor, "contacts", "{MARK}.csv", [text.encode()])
exchange.upload(actor, "contacts", "open.csv", [text.encode()])
exchange.run_import(actor, batch.public_id)
contact.refresh_from_db()
print("before", *holders())
reader = sqlite3.connect(Path(settings.DATA_FOLDER) / "bailiwick.sqlite3")
reader.execute("PRAGMA busy_timeout = 0")
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM crm_contact").fetchone()
from django.db import connection
connection.cursor().execute("PRAGMA busy_timeout = 100")
crm.privacy.erase(actor, contact.public_id, version=contact.version, reason="asked")
print("while somebody reads", *holders())
reader.rollback()
assert empty_regularly(timezone.now()) and empty_log()
print("after", *holders())
"""


def test_not_a_byte_is_left_in_the_files_of_an_sqlite_database(tmp_path: Path) -> None:
    env = {**os.environ, "BAILIWICK_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    env = {name: value for name, value in env.items() if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    done = subprocess.run([sys.executable, "-c", IN_A_FILE], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line.split(" ") for line in done.stdout.splitlines()]
    told = {line[0]: line[1:] for line in lines if line[0] in {"before", "after"}}
    assert len(told["before"]) > 4, told
    assert "bailiwick.sqlite3" in told["before"]
    assert told["after"] == [], told
    assert "while somebody reads bailiwick.sqlite3" in done.stdout, "somebody who reads keeps the log from being emptied"
