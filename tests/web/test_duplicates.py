"""Records that stand twice: searched for, hinted at while one is entered, judged; on pages and over the interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from crm_world import put_into_force
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Job
from bailiwick_web.core.refusals import Missing, NotAllowed, Stale, VersionNeeded
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.services import duplicates, merging
from bailiwick_web.crm.services.duplicates.reading import pairs
from bailiwick_web.crm.services.duplicates.searching import Found, keep
from bailiwick_web.crm.services.writing import by_external_id
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


def account(actor: Actor, name: str, lon: float = 0.1, **given: Any) -> m.Account:
    place = {"lon": lon, "lat": 0.1, "city": given.pop("city", "Ulm"), "postal_code": given.pop("postal_code", "89073")}
    return crm.customers.create_account(actor, name=name, location=place, **given)


def contact(actor: Actor, first: str, last: str, email: str = "", of: m.Account | None = None) -> m.Contact:
    points = [{"channel": "email", "value": email}] if email else []
    return crm.people.create_contact(actor, first_name=first, last_name=last, points=points, account=of)


@pytest.fixture
def twice(planner: Actor) -> tuple[m.Account, m.Account]:
    account(planner, "Nut & Bolt", phone="030 7654321", city="Kiel", postal_code="24103")
    account(planner, "Zimmer Reisen", city="Bonn", postal_code="53111")
    return account(planner, "Acme GmbH", phone="030 1234567"), account(planner, "ACME Inc.", phone="+49 30 1234567", website="acme.example")


def suggested(kind: str = "account") -> list[tuple[int, int]]:
    return list(m.DuplicatePair.objects.filter(record_type=kind, state="open").order_by("pk").values_list("one_key", "other_key"))


def test_the_search_is_a_job_that_finds_pairs_with_their_evidence(planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    job = duplicates.ask(planner, "account")
    assert duplicates.ask(planner, "account") == job, "one at a time"
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"kind": "account", "n_records": 4, "n_pairs": 1, "n_new": 1})
    pair = m.DuplicatePair.objects.get()
    assert (pair.one_key, pair.other_key) == (twice[0].pk, twice[1].pk)
    assert pair.probability > 0.5
    assert {"name", "phone"} <= {title for title, _how, _weight in pair.evidence}
    assert "Acme" not in json.dumps(pair.evidence), "the evidence says how fields agree, not what stands in them"


def test_what_was_judged_stays_judged_and_what_is_no_pair_any_more_goes(planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    duplicates.search(planner, "account")
    pair = m.DuplicatePair.objects.get()
    with pytest.raises(VersionNeeded):
        duplicates.dismiss(planner, pair.public_id, version=None)
    duplicates.dismiss(planner, pair.public_id, version=1)
    with pytest.raises(Stale):
        duplicates.reopen(planner, pair.public_id, version=1)
    assert duplicates.search(planner, "account")["n_new"] == 0
    assert suggested() == []
    duplicates.reopen(planner, pair.public_id, version=2)
    assert suggested() == [(twice[0].pk, twice[1].pk)]
    now = m.Account.objects.get(pk=twice[1].pk)
    crm.customers.change_account(planner, now.public_id, version=now.version, name="Bäckerei Huber", phone="")
    duplicates.search(planner, "account")
    assert suggested() == []
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"duplicate.dismissed", "duplicate.reopened"}


def test_contacts_are_searched_too(planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    one, other = (
        contact(planner, "Jo", "Miller", "jo@acme.example", twice[0]),
        contact(planner, "Joanna", "Miller", "jo@acme.example", twice[0]),
    )
    contact(planner, "Max", "Chan", "max@nut.example")
    contact(planner, "Eva", "Roth", "eva@zimmer.example")
    duplicates.search(planner, "contact")
    assert suggested("contact") == [(one.pk, other.pk)]


def test_one_sees_pairs_of_records_that_one_sees_both(act: Act, planner: Actor, scenario: Scenario, organisation: Any) -> None:
    put_into_force(act, scenario)
    planner = act("planner")
    west, other = account(planner, "Acme GmbH", 0.0, phone="030 1234567"), account(planner, "ACME", 0.0, phone="030 1234567")
    east = account(planner, "Acme", 4.0, phone="030 1234567")
    keys = sorted((west.pk, other.pk, east.pk))
    keep(planner, "account", set(), [Found(one, two, 0.9, []) for one, two in combinations(keys, 2)])
    assert [(p.one_key, p.other_key) for p in pairs(act("rep"))] == [(west.pk, other.pk)]
    hidden = m.DuplicatePair.objects.exclude(one_key=west.pk, other_key=other.pk).first()
    assert hidden is not None
    with pytest.raises(Missing):
        duplicates.dismiss(act("rep"), hidden.public_id, version=1)
    with pytest.raises(NotAllowed):
        duplicates.ask(act("viewer"), "account")
    assert duplicates.search(act("rep"), "account")["n_records"] == 2
    found = duplicates.alike(act("rep"), "account", {"name": "Acme", "phone": "030 1234567"})
    assert {a.record for a in found} == {west, other}


def test_what_is_entered_is_compared_at_once(planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    found = duplicates.alike(planner, "account", {"name": "acme holding", "place": "Ulm", "postcode": "89073"})
    assert {a.record for a in found} == set(twice)
    assert duplicates.alike(planner, "account", {"name": "Somebody Else", "place": "Ulm"}) == []
    assert duplicates.alike(planner, "account", {}) == []
    jo = contact(planner, "Jo", "Miller", "Jo@acme.example")
    assert [a.record for a in duplicates.alike(planner, "contact", {"full_name": "J. Miller", "email": "jo@ACME.example"})] == [jo]


def test_new_records_are_compared_by_the_clock(planner: Actor, users: Any) -> None:
    duplicates.look_at_new(planner)
    later = Actor(users["planner"], planner.now + timedelta(minutes=1), "test")
    one = account(later, "Acme GmbH", phone="030 1234567")
    other = account(later, "ACME", phone="030 1234567")
    assert duplicates.look_at_new(later) == 1
    assert suggested() == [(one.pk, other.pk)]
    assert m.DuplicatePair.objects.get().found == "entry"
    assert duplicates.look_at_new(Actor(users["planner"], later.now + timedelta(minutes=1), "test")) == 0


def test_pages(sign_in: SignIn, planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    client = sign_in("planner")
    assert b"Are there duplicates?" in client.get(reverse("duplicates")).content
    client.post(reverse("search_duplicates"), {"kind": "account"})
    page = client.get(reverse("duplicates")).content
    assert b'id="progress"' in page
    jobs.perform(Job.objects.get(kind=duplicates.SEARCH).pk)
    progress = client.get(reverse("duplicates_progress"))
    assert progress.headers["HX-Refresh"] == "true"
    page = client.get(reverse("duplicates") + "?q=acme").content.decode()
    assert "Acme GmbH" in page
    assert "Phone the same" in page
    assert "No pair fits" in client.get(reverse("duplicates") + "?q=zimmer").content.decode()
    pair = m.DuplicatePair.objects.get()
    address = f"{reverse('merge_records')}?kind=account&kept={twice[0].public_id}&gone={twice[1].public_id}"
    compared = client.get(address).content.decode()
    assert "What speaks for it" in compared
    answer = client.post(
        reverse("judge_duplicate", args=[pair.public_id]), {"act": "dismiss", "version": 1}, headers={"HX-Request": "true"}
    )
    assert "undoable" in json.loads(answer.headers["HX-Trigger"])
    assert "Acme GmbH" in client.get(reverse("duplicates") + "?state=dismissed").content.decode()
    hint = client.post(reverse("alike"), {"kind": "account", "name": "Acme", "city": "Ulm"}).content.decode()
    assert "Is it here already?" in hint
    lead = client.post(reverse("alike"), {"kind": "lead", "company": "Acme", "city": "Ulm"}).content.decode()
    assert "ACME Inc." in lead


def test_a_merge_from_the_page_leads_on_and_can_be_undone(sign_in: SignIn, planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    client, (kept, gone) = sign_in("planner"), twice
    sent = {"kind": "account", "kept": kept.public_id, "gone": gone.public_id, "kept_version": kept.version, "gone_version": gone.version}
    answer = client.post(reverse("merge_records"), sent | {"choose-name": "gone"})
    assert answer.status_code == 302
    assert client.get(reverse("customer", args=[gone.public_id])).headers["Location"] == reverse("customer", args=[kept.public_id])
    page = client.get(reverse("customer", args=[kept.public_id])).content.decode()
    assert "Merged into it" in page
    assert "<h1>ACME Inc.</h1>" in page
    merge = m.Merge.objects.get()
    assert "ACME Inc." in client.get(reverse("duplicates") + "?state=merged").content.decode()
    answer = client.post(reverse("undo_merge", args=[merge.public_id]), {"version": 1})
    assert answer.headers["Location"] == reverse("customer", args=[gone.public_id])
    assert client.get(reverse("customer", args=[gone.public_id])).status_code == 200
    assert client.get(reverse("pick_account_to_merge", args=[kept.public_id]) + "?q=acme").status_code == 200


def test_over_the_interface(sign_in: SignIn, planner: Actor, twice: tuple[m.Account, m.Account]) -> None:
    client, (kept, gone) = sign_in("planner"), twice
    body: Any = {"content_type": "application/json"}
    assert client.post("/api/v1/duplicates/search", {"record_type": "account"}, **body).status_code == 202
    assert client.post("/api/v1/duplicates/search", {"record_type": "deal"}, **body).status_code == 422
    jobs.perform(Job.objects.get(kind=duplicates.SEARCH).pk)
    listed = client.get("/api/v1/duplicates?least=0.5&q=acme").json()["items"]
    assert {listed[0]["one"], listed[0]["other"]} == {str(kept.public_id), str(gone.public_id)}
    checked = client.post("/api/v1/accounts/check", {"name": "Acme", "city": "Ulm"}, **body).json()
    assert {found["id"] for found in checked} == {str(kept.public_id), str(gone.public_id)}
    merge = f"/api/v1/accounts/{kept.public_id}/merge"
    wanted = {"other": str(gone.public_id), "other_version": gone.version, "choices": {"name": "gone"}}
    assert client.post(merge, wanted, **body).status_code == 428
    assert client.post(merge, wanted | {"other_version": 7}, headers={"If-Match": f'"{kept.version}"'}, **body).status_code == 412
    headers = {"If-Match": f'"{kept.version}"', "Idempotency-Key": "once"}
    made, again = (client.post(merge, wanted, headers=headers, **body) for _ in range(2))
    assert (made.status_code, again.json(), again.headers["Idempotency-Replayed"]) == (201, made.json(), "true")
    assert m.Merge.objects.count() == 1
    moved = client.get(f"/api/v1/accounts/{gone.public_id}")
    assert (moved.status_code, moved.headers["Location"]) == (307, f"/api/v1/accounts/{kept.public_id}")
    assert client.get(f"/api/v1/accounts/{kept.public_id}").json()["name"] == "ACME Inc."
    one = f"/api/v1/merges/{made.json()['id']}"
    assert client.get("/api/v1/merges?record_type=account").json()["items"][0]["id"] == made.json()["id"]
    tag = client.get(one).headers["ETag"]
    assert client.post(f"{one}/undo", headers={"If-Match": '"9"'}).status_code == 412
    undone = client.post(f"{one}/undo", headers={"If-Match": tag})
    assert (undone.status_code, undone.json()["left"]) == (200, [])
    assert client.get(f"/api/v1/accounts/{gone.public_id}").json()["id"] == str(gone.public_id)
    judged = client.post(f"/api/v1/duplicates/{listed[0]['id']}/dismiss", headers={"If-Match": '"1"'})
    assert (judged.status_code, judged.json()["state"]) == (200, "dismissed")
    assert client.post(f"/api/v1/duplicates/{listed[0]['id']}/reopen", headers={"If-Match": judged.headers["ETag"]}).status_code == 200


def test_an_import_finds_the_survivor_by_the_identifier_of_what_was_merged(planner: Actor) -> None:
    one = crm.customers.create_account(planner, name="A", external_ids={"salesforce": "001A"})
    two = crm.customers.create_account(planner, name="B", external_ids={"salesforce": "001B"})
    merging.merge(planner, "account", one.public_id, two.public_id, version=one.version, gone_version=two.version)
    assert by_external_id(m.Account, "salesforce", ["001A", "001B"]) == {"001A": one.pk, "001B": one.pk}


def test_the_marks_of_others_are_in_no_answer(act: Act, sign_in: SignIn, scenario: Scenario, organisation: Any) -> None:
    """A pair of one record within the scope and one outside tells nothing of the other, nor that there is one."""
    put_into_force(act, scenario)
    planner = Actor(act("planner").user, timezone.now(), "test")
    mine = account(planner, "Acme GmbH", 0.0, phone="030 1234567")
    theirs = account(planner, "CANARY Acme", 4.0, phone="030 1234567")
    m.DuplicatePair.objects.create(
        record_type="account",
        one_key=mine.pk,
        other_key=theirs.pk,
        probability=0.9,
        evidence=[["name", "the same", 9.0]],
        found_at=planner.now,
    )
    client = sign_in("rep")
    merge_page = f"{reverse('merge_records')}?kind=account&kept={mine.public_id}&gone={theirs.public_id}"
    for address in (
        reverse("duplicates"),
        reverse("duplicates") + "?q=canary",
        reverse("pick_account_to_merge", args=[mine.public_id]),
        merge_page,
    ):
        assert b"CANARY" not in client.get(address).content
    assert client.get(merge_page).status_code == 404
    assert client.get("/api/v1/duplicates").json()["items"] == []
    checked = client.post("/api/v1/accounts/check", {"name": "CANARY Acme", "phone": "030 1234567"}, content_type="application/json")
    assert [found["id"] for found in checked.json()] in ([], [str(mine.public_id)])
    wanted = {"other": str(theirs.public_id), "other_version": theirs.version}
    answer = client.post(
        f"/api/v1/accounts/{mine.public_id}/merge", wanted, headers={"If-Match": f'"{mine.version}"'}, content_type="application/json"
    )
    assert answer.status_code == 404
