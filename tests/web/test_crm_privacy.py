"""A person: consent before every send, notes for their author alone, and erasure from every copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from crm_world import put_into_force
from django.apps import apps
from django.conf import settings
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.models import Account, Contact
from bailiwick_web.crm.visibility import notes
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
MARK = "zqcanaryqz"


@pytest.fixture
def account(act: Act, scenario: Scenario) -> Account:
    put_into_force(act, scenario)
    return crm.customers.create_account(act("rep"), name="Acme", location={"lon": 0, "lat": 0})


def test_nothing_is_sent_without_consent(act: Act, account: Account) -> None:
    address = "jo@acme.com"
    contact = crm.people.create_contact(act("rep"), account=account, name="Jo", points=[{"channel": "email", "value": address}])
    send = {"purpose": "Marketing", "channel": "email", "address": "JO@acme.com"}

    def refused() -> str:
        fresh = Contact.objects.get(pk=contact.pk)
        try:
            crm.people.need_permission(fresh, **send)
        except Conflict as error:
            return error.code
        return ""

    assert refused() == "no_consent"
    said = {"purpose": "marketing", "channel": "email", "how": "form"}
    with pytest.raises(Invalid, match="words"):
        crm.people.record_consent(act("rep"), contact, is_given=True, **said)
    crm.people.record_consent(act("rep"), contact, is_given=True, wording="Yes, write to me.", **said)
    assert refused() == ""
    crm.people.record_consent(act("rep"), contact, is_given=False, **said)
    assert refused() == "no_consent"
    crm.people.record_consent(act("rep"), contact, is_given=True, wording="Again.", **said)
    # what was said earlier and is recorded later does not count against it
    crm.people.record_consent(act("rep"), contact, is_given=False, at=act("rep").now - timedelta(days=3), **said)
    assert refused() == ""
    crm.people.change_contact(act("rep"), contact.public_id, version=contact.version, preferences={"email": {"wanted": False}})
    assert refused() == "not_wanted"
    contact.refresh_from_db()
    crm.people.change_contact(act("rep"), contact.public_id, version=contact.version, preferences={})
    contact.points.update(bounced_at=act("rep").now)
    assert refused() == "bad_address"
    contact.points.update(bounced_at=None)
    crm.blocking.suppress(act("rep"), "email", address, "complained")
    assert refused() == "suppressed"


def test_a_private_note_is_for_its_author_alone(act: Act, account: Account) -> None:
    contact = crm.people.create_contact(act("rep"), account=account, name="Jo")
    private = crm.people.add_note(act("rep"), contact, text="likes jazz")
    shared = crm.people.add_note(act("rep"), contact, text="likes tea", is_private=False)
    assert set(notes(act("rep"))) == {private, shared}
    assert set(notes(act("manager"))) == set(notes(act("administrator"))) == {shared}
    with pytest.raises(Conflict):
        crm.people.change_note(act("manager"), shared.public_id, version=1, is_private=True)


def filled(act: Act, account: Account) -> Contact:
    """A contact with the mark in everything that can hold one."""
    crm.fields.define_field(act("planner"), record_type="contact", key="pet", label="Pet")
    names = ("salutation", "first_name", "last_name", "job_title", "department", "language", "description")
    contact = crm.people.create_contact(
        act("rep"),
        account=account,
        **dict.fromkeys(names, MARK),
        tags=[MARK],
        fields={"pet": MARK},
        preferences={"email": {"note": MARK}},
        points=[{"channel": "email", "value": f"{MARK}@x.com"}, {"channel": "social", "value": MARK}],
        external_ids={"erp": MARK},
    )
    rep = act("rep")
    for i, name in enumerate(names):
        crm.people.change_contact(rep, contact.public_id, version=1 + i, **{name: f"{MARK} {i}"})
    crm.people.record_consent(rep, contact, purpose="x", channel="email", is_given=True, how=MARK, wording=MARK)
    crm.people.add_note(rep, contact, text=MARK)
    words: dict[str, Any] = {"account": account, "contact": contact}
    crm.work.log_visit(rep, account, contact=contact, subject=MARK, text=MARK, outcome=MARK, place=MARK)
    series = crm.series.create_series(rep, **words, subject=MARK, text=MARK, starts_on="2030-01-01")
    crm.series.change_series(rep, series.public_id, version=1, subject=f"{MARK} again")
    case = crm.cases.open_case(rep, **words, subject=MARK, text=MARK)
    crm.cases.move_case(rep, case.public_id, version=1, state="solved", solution=MARK)
    lead = crm.leads.create_lead(rep, name=MARK, company=MARK, email=f"{MARK}@x.com", lon=0, lat=0, description=MARK)
    crm.leads.change_lead(rep, lead.public_id, version=1, job_title=MARK)
    crm.attachments.attach(rep, account, f"{MARK}.txt", [MARK.encode()], contact=contact)
    contact.refresh_from_db()
    return contact


def found_in_rows() -> Iterator[str]:
    """Where the mark stands: every column of every table."""
    for model in apps.get_models():
        for row in model._default_manager.values():
            if MARK in str(row).lower():
                yield model.__name__


def found_in_files() -> Iterator[str]:
    for path in (settings.DATA_FOLDER / "attachments").glob("*"):
        if MARK.encode() in path.read_bytes():
            yield str(path)


def test_an_erased_person_is_found_nowhere(act: Act, account: Account, sign_in: Callable[[str], Client]) -> None:
    contact = filled(act, account)
    client = sign_in("rep")
    headers = {"Idempotency-Key": "once"}
    made = client.post(f"/api/v1/contacts/{contact.public_id}/notes", {"text": MARK}, content_type="application/json", headers=headers)
    assert made.status_code == 201
    assert len(set(found_in_rows())) > 10, "the marks are not there, so that they are gone shows nothing"
    assert list(found_in_files())
    with pytest.raises(NotAllowed):
        crm.privacy.erase(act("planner"), contact.public_id, version=contact.version, reason="asked")
    crm.privacy.erase(act("administrator"), contact.public_id, version=contact.version, reason="asked on 1 November")
    assert sorted(set(found_in_rows())) == []
    assert list(found_in_files()) == []
    contact.refresh_from_db()
    assert (contact.name, contact.erased_at is not None) == ("–", True)
    assert crm.blocking.is_suppressed("email", f"{MARK}@x.com")
    assert account.activities.filter(state="done").count() == 1  # that there was a visit stays, and counts


def test_the_dossier_holds_what_is_kept(act: Act, account: Account) -> None:
    contact = filled(act, account)
    dossier = crm.privacy.dossier(act("administrator"), contact)
    assert {name for name, part in dossier.items() if MARK in str(part)} >= {
        *("contact", "points", "consents", "personal_notes", "activities", "series", "cases", "leads", "files", "timeline"),
        *("external_ids", "history"),
    }
