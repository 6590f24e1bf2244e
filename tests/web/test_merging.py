"""Two records become one, and two again: every relation goes along, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, OutboxEvent, User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale, VersionNeeded
from bailiwick_web.crm import models as m
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.services import binning, merging
from bailiwick_web.crm.services.merging.rules import RULES, relations
from bailiwick_web.listening.services import mentions, surveys, visits
from bailiwick_web.market.models import OfferUse
from bailiwick_web.market.services import offers
from bailiwick_web.outreach.services import cadences, gifts, materials

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
BOOKKEEPING = {"version", "changed_at", "changed_by_id"}


def state(*, without: tuple[str, ...] = ("crm.merge",)) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the app, field by field, without what says how often it was written."""
    found = {}
    for model in apps.get_app_config("crm").get_models(include_auto_created=True):
        if model._meta.label_lower not in without:
            names = [f.attname for f in model._meta.concrete_fields if f.attname not in BOOKKEEPING]
            manager: Any = model._default_manager
            found[model._meta.label_lower] = sorted((tuple(map(str, row)) for row in manager.values_list(*names)), key=str)
    return found


def full_account(actor: Actor, name: str, **given: Any) -> m.Account:
    """An account with one row in every relation that there is."""
    account = crm.customers.create_account(
        actor, name=name, external_ids={f"erp-{name}": "1"}, location={"city": name, "lon": 0.1, "lat": 0.1}, tags=["shared", name], **given
    )
    points = [{"channel": "email", "value": "shared@example.org"}, {"channel": "phone", "value": f"+49 89 {account.pk}"}]
    contact = crm.people.create_contact(actor, account=account, last_name=name, is_main=True, points=points)
    crm.people.record_consent(actor, contact, purpose=surveys.PURPOSE, channel="email", is_given=True, how="form", wording="yes")
    crm.people.add_note(actor, contact, text="likes tea")
    deal = crm.deals.create_opportunity(actor, account=account, contact=contact, name=f"Deal of {name}")
    rival = crm.catalogue.add(actor, crm.catalogue.COMPETITOR, name=f"Rival of {name}")
    m.OpportunityCompetitor.objects.create(opportunity=deal, competitor=rival)
    crm.trading.create_order(actor, account=account, contact=contact, ordered_on="2026-01-01", amount=5)
    crm.work.log_visit(actor, account, contact=contact)
    crm.series.create_series(actor, account=account, contact=contact, subject="Call", starts_on="2030-01-01")
    crm.cases.open_case(actor, account=account, contact=contact, subject="Case")
    crm.attachments.attach(actor, account, "file.txt", [name.encode()], contact=contact)
    crm.customers.create_account(actor, name=f"Below {name}", parent=account)
    lead = crm.leads.create_lead(actor, company=f"Lead {name}", referrer=contact, referrer_account=account)
    crm.leads.convert_lead(actor, lead.public_id, version=lead.version, account=account, contact=contact)
    m.Handover.objects.create(account=account, layer="base", at=actor.now, done_at=actor.now)
    survey = surveys.create_survey(actor, name=f"Survey of {name}", kind="nps", question="Would you recommend us?")
    surveys.invite(actor, survey, [contact])
    surveys.create_response(actor, survey=survey, account=account, contact=contact, score=9)
    visits.create_visit(actor, account=account, contact=contact, page="/prices")
    mentions.create_mention(actor, account=account, text=f"{name} is on the way")
    cadence = cadences.create_cadence(actor, name=f"Cadence of {name}", steps=[{"subject": "Call", "channel": "call"}])
    cadences.create_enrolment(actor, cadence=cadence, contact=contact)
    gifts.log_gift(actor, contact, what="Tea", amount="5")
    material = materials.create_material(actor, "prices.txt", [b"x"], name=f"Prices for {name}")
    materials.share(actor, material, account, contact=contact, by="visit")
    question = crm.needs.create_question(actor, template=crm.needs.create_template(actor, name=name), text="By hand?", need=name)
    crm.needs.create_answer(actor, account=account, contact=contact, question=question, value="yes")
    newcomer = crm.customers.create_account(actor, name=f"New with {name}")
    offer = offers.create_offer(actor, name=f"Offer for {name}", what="w", starts_on="2000-01-01", ends_on="2100-01-01")
    offers.make_offer(actor, offer.public_id, newcomer.public_id)
    OfferUse.objects.filter(account=newcomer).update(account=account)  # it was new then
    return m.Account.objects.get(pk=account.pk)


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def merged(actor: Actor, kept: Any, gone: Any, **choices: str) -> m.Merge:
    kept, gone = fresh(kept), fresh(gone)
    kind = kept._meta.model_name
    return merging.merge(
        actor, kind, kept.public_id, gone.public_id, version=kept.version, gone_version=gone.version, choices=choices or None
    )


@pytest.fixture
def pair(planner: Actor, organisation: dict[str, Any]) -> tuple[m.Account, m.Account]:
    position = organisation["positions"][0]
    found = full_account(planner, "Acme", employees=5), full_account(planner, "ACME Inc", website="https://acme.example", code="7")
    for account in found:
        m.AccountNaming.objects.create(
            account=account,
            position=position,
            reason="r",
            valid_from=planner.now,
            created_at=planner.now,
            changed_at=planner.now,
        )
    return found


@pytest.mark.parametrize("model", [m.Account, m.Contact])
def test_every_relation_has_a_rule(model: type[Model]) -> None:
    """A new foreign key to an account or a contact needs one: ``services/merging/rules.py``."""
    assert merging.undeclared(model) == []
    there = {relation.key for each in (m.Account, m.Contact) for relation in relations(each)}
    assert set(RULES) - there == set(), "rules of foreign keys that there are not"


def test_what_does_not_go_along_is_said_here() -> None:
    """Whoever lets a relation stay with the record that is gone, or some of its rows, says it twice."""
    derived = {"crm.account.family", "crm.accountterritory.account", "insights.accountscore.account", "insights.accountsegment.account"}
    of_itself = {"crm.account.merged_into", "crm.contact.merged_into", "crm.handover.account", "insights.healthsaid.account"}
    assert {key for key, rule in RULES.items() if rule.how == "stays"} == derived | of_itself
    once = {"crm.accountnaming.account", "crm.contactpoint.contact", "listening.surveyinvitation.contact", "market.offeruse.account"}
    once |= {"crm.needanswer.account"}
    assert {key for key, rule in RULES.items() if rule.how == "unless_there"} == once


def test_a_relation_without_a_rule_is_noticed_and_stops_a_merge(monkeypatch: pytest.MonkeyPatch, planner: Actor, pair: Any) -> None:
    monkeypatch.delitem(RULES, "crm.case.account")
    assert merging.undeclared(m.Account) == ["crm.case.account"]
    with pytest.raises(KeyError):
        merged(planner, *pair)


def test_every_relation_of_an_account_goes_along(planner: Actor, pair: tuple[m.Account, m.Account]) -> None:
    kept, gone = pair
    before = {r.key: r.rows(account=gone).count() for r in relations(m.Account) if r.name == "account"}
    empty = [key for key, n in before.items() if not n and RULES[key].how != "stays"]
    assert empty == [], "the world of this test has no row for these"
    made = merged(planner, *pair)
    for relation in relations(m.Account):
        left = relation.rows(**{relation.name: gone}).count()
        if relation.rule.how == "moves":
            assert left == 0, relation.key
    assert set(made.changes["moved"]) >= {key for key, rule in RULES.items() if rule.how == "moves" and key.endswith(".account")}
    assert kept.contacts.count() == 2
    assert kept.locations.filter(is_main=True).count() == 1
    assert kept.children.count() == 2
    assert m.ExternalId.objects.filter(record_type="account", record_key=kept.pk).count() == 2
    assert m.AccountNaming.objects.filter(account=kept).count() == 1, "one open naming of a layer: the survivor's own"
    kept = fresh(kept)
    assert (kept.name, kept.employees, kept.website, kept.code) == ("Acme", 5, "https://acme.example", "7")
    assert kept.domain == "acme.example"
    assert kept.tags == ["shared", "Acme", "ACME Inc"]
    assert fresh(gone).merged_into == kept
    assert fresh(gone).deleted_at is not None
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["account.merged", "account.merged_into"]
    assert OutboxEvent.objects.filter(kind="account.merged").get().payload["gone"] == str(gone.public_id)


def test_contacts_that_share_an_address_are_merged(planner: Actor, pair: tuple[m.Account, m.Account]) -> None:
    """Two followers of the same thing broke this elsewhere: both have the same e-mail address here."""
    kept, gone = (account.contacts.get() for account in pair)
    m.ContactPoint.objects.filter(contact=gone, channel="email").update(bounced_at=planner.now)
    made = merged(planner, kept, gone, name="gone")
    assert sorted(kept.points.values_list("channel", flat=True)) == ["email", "phone", "phone"]
    assert kept.points.get(channel="email").bounced_at == planner.now, "that it bounces is known of the one that stays, too"
    assert [len(made.changes["stayed"][key]) for key in made.changes["stayed"]] == [1]
    assert kept.consents.count() == 2
    assert kept.personal_notes.count() == 2
    assert fresh(kept).name == "ACME Inc"
    for relation in relations(m.Contact):
        if relation.rule.how == "moves":
            assert not relation.rows(**{relation.name: gone}).exists(), relation.key


@pytest.mark.parametrize("kind", ["account", "contact"])
def test_undo_restores_everything(planner: Actor, pair: tuple[m.Account, m.Account], kind: str) -> None:
    records = pair if kind == "account" else tuple(account.contacts.get() for account in pair)
    before, n_audit = state(without=("crm.merge", "crm.personalvalue")), AuditEntry.objects.count()
    made = merged(planner, *records)
    assert state(without=("crm.merge", "crm.personalvalue")) != before
    n_merged = AuditEntry.objects.count() - n_audit
    undone = merging.undo(planner, made.public_id, version=1)
    assert state(without=("crm.merge", "crm.personalvalue")) == before
    assert undone.left == []
    assert undone.changes == {}, "a merge that was undone keeps nothing of the records"
    assert AuditEntry.objects.count() - n_audit - n_merged == n_merged, "as much is written down of the way back"
    with pytest.raises(Conflict):
        merging.undo(planner, made.public_id, version=2)


def test_what_was_changed_since_is_kept_and_said(planner: Actor, pair: tuple[m.Account, m.Account]) -> None:
    kept, gone = pair
    made = merged(planner, kept, gone)
    now = fresh(kept)
    crm.customers.change_account(planner, kept.public_id, version=now.version, website="https://new.example")
    case = m.Case.objects.get(pk=made.changes["moved"]["crm.case.account"][0])
    case.delete()
    new = crm.work.log_visit(planner, fresh(kept))
    undone = merging.undo(planner, made.public_id, version=1)
    assert {entry["what"] for entry in undone.left} == {"website", "crm.case.account"}
    assert fresh(kept).website == "https://new.example"
    assert fresh(gone).website == "https://acme.example"
    assert fresh(new).account == kept


def test_merges_into_one_record_are_undone_in_any_order(planner: Actor) -> None:
    one, two, three = (
        crm.people.create_contact(
            planner, last_name=name, job_title=title, points=[{"channel": "email", "value": "x@example.org"}][: i > 0]
        )
        for i, (name, title) in enumerate([("A", ""), ("B", "Buyer"), ("C", "Clerk")])
    )
    before = state(without=("crm.merge", "crm.personalvalue"))
    first = merged(planner, one, two)
    second = merged(planner, one, three, job_title="gone")
    assert (fresh(one).job_title, one.points.count(), three.points.count()) == ("Clerk", 1, 1)
    merging.undo(planner, first.public_id, version=1)
    assert (fresh(one).job_title, one.points.count(), three.points.count()) == ("Clerk", 1, 0), "the third one brings its own now"
    merging.undo(planner, second.public_id, version=1)
    assert state(without=("crm.merge", "crm.personalvalue")) == before


def test_what_is_gone_for_good_is_nothing_left(planner: Actor) -> None:
    # the entry of a contact's merge went along with its account, and went for good when that merge was undone
    people, accounts = [], []
    for name in "AB":
        accounts.append(crm.customers.create_account(planner, name=name))
        people.append(crm.people.create_contact(planner, account=accounts[-1], last_name=name))
    met = merging.merge(planner, "contact", people[0].public_id, people[1].public_id, version=1, gone_version=1)
    kept, gone = m.Account.objects.get(pk=accounts[1].pk), m.Account.objects.get(pk=accounts[0].pk)
    made = merging.merge(planner, "account", kept.public_id, gone.public_id, version=kept.version, gone_version=gone.version)
    merging.undo(planner, met.public_id, version=1)
    assert merging.undo(planner, made.public_id, version=1).left == []


def test_the_last_link_of_a_chain_is_undone_first(planner: Actor, pair: tuple[m.Account, m.Account]) -> None:
    third = full_account(planner, "Third")
    inner = merged(planner, pair[0], pair[1])
    outer = merged(planner, third, pair[0])
    assert merging.survivor(planner, m.Account, pair[1].public_id) == third
    assert {record.pk for record in merging.cluster(third)} == {third.pk, pair[0].pk, pair[1].pk}
    with pytest.raises(Conflict, match="Undo that first"):
        merging.undo(planner, inner.public_id, version=1)
    merging.undo(planner, outer.public_id, version=1)
    merging.undo(planner, inner.public_id, version=1)
    assert merging.survivor(planner, m.Account, pair[1].public_id) is None


def test_parents_make_no_circle(planner: Actor) -> None:
    top = crm.customers.create_account(planner, name="Top")
    middle = crm.customers.create_account(planner, name="Middle", parent=top)
    low = crm.customers.create_account(planner, name="Low", parent=middle)
    before = state()
    for kept, gone in ((low, top), (top, low), (low, middle), (middle, top), (top, middle)):
        made = merged(planner, kept, gone)
        for account in m.Account.objects.filter(deleted_at=None):
            above, seen = account.parent, {account.pk}
            while above is not None:
                assert above.pk not in seen
                seen.add(above.pk)
                above = above.parent
        merging.undo(planner, made.public_id, version=1)
        assert state() == before


def test_both_versions_and_both_rights_are_needed(act: Act, planner: Actor, pair: tuple[m.Account, m.Account]) -> None:
    kept, gone = pair
    for versions, error in (
        ((None, gone.version), VersionNeeded),
        ((kept.version, None), VersionNeeded),
        ((9, 1), Stale),
        ((kept.version, 9), Stale),
    ):
        with pytest.raises(error):
            merging.merge(planner, "account", kept.public_id, gone.public_id, version=versions[0], gone_version=versions[1])
    with pytest.raises(Invalid):
        merging.merge(planner, "account", kept.public_id, kept.public_id, version=1, gone_version=1)
    with pytest.raises(Invalid):
        merged(planner, kept, gone, name="both")
    with pytest.raises(NotAllowed):
        merged(act("viewer"), kept, gone)
    with pytest.raises(Missing):
        merged(act("rep"), kept, gone)


def test_a_merge_is_final_after_ninety_days(planner: Actor, pair: tuple[m.Account, m.Account]) -> None:
    made = merged(planner, *pair)
    m.Merge.objects.filter(pk=made.pk).update(at=planner.now - timedelta(days=91))
    with pytest.raises(Conflict):
        merging.undo(planner, made.public_id, version=1)
    assert merging.expire(planner) == 1
    assert m.Merge.objects.get(pk=made.pk).changes == {}
    with pytest.raises(Conflict):
        crm.customers.restore_account(planner, pair[1].public_id, version=fresh(pair[1]).version)


def test_the_bin_lets_the_address_of_what_was_merged_lead_on(planner: Actor, users: dict[str, User]) -> None:
    one, two = (crm.people.create_contact(planner, last_name=name) for name in "AB")
    crm.people.record_consent(planner, two, purpose="x", channel="email", is_given=False, how="call")
    merged(planner, one, two)
    later = Actor(users["planner"], timezone.now() + timedelta(days=91), "test")
    assert binning.empty(later) == 1
    assert not m.Contact.objects.filter(pk=two.pk).exists()
    assert merging.survivor(planner, m.Contact, two.public_id) == one
    assert one.timeline.filter(kind="consent.withdrawn").exists()


def test_erasing_a_person_reaches_what_was_merged_and_how_it_could_be_undone(act: Act, planner: Actor) -> None:
    mark = "zqcanaryqz"
    one, two, three = (
        crm.people.create_contact(
            planner,
            first_name=mark,
            last_name=f"{mark} {i}",
            job_title=mark,
            points=[{"channel": "email", "value": f"{mark}{i // 2}@x.com"}],
        )
        for i in range(3)
    )
    inner, outer = merged(planner, two, three, name="gone"), merged(planner, one, two)
    pair = {"record_type": "contact", "one_key": one.pk, "other_key": two.pk, "probability": 1, "found_at": planner.now}
    m.DuplicatePair.objects.create(evidence=[["e-mail", "the same", 13.0]], **pair)
    administrator = act("administrator")
    assert len(crm.privacy.dossier(administrator, fresh(one))["merged"]) == 2
    with pytest.raises(Conflict, match=str(one.public_id)):
        crm.privacy.erase(administrator, two.public_id, version=fresh(two).version, reason="asked")
    crm.privacy.erase(administrator, one.public_id, version=fresh(one).version, reason="asked")
    found = {model.__name__ for model in apps.get_models() for row in model._default_manager.values() if mark in str(row).lower()}
    assert found == set()
    assert {c.erased_at is not None for c in m.Contact.objects.all()} == {True}
    for merge in (outer, inner):
        with pytest.raises(Conflict):
            merging.undo(administrator, merge.public_id, version=1)
    assert merging.survivor(administrator, m.Contact, three.public_id) is None
