"""Leads: who they are, whose they are, how good a chance, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm import placing
from bailiwick_web.crm.deriving import Facts
from bailiwick_web.crm.models import Account, Contact, Criterion, Lead, Opportunity
from bailiwick_web.crm.services import routing, timeline, writing
from bailiwick_web.crm.services.customers import WHERE, create_account, placed_anew
from bailiwick_web.crm.services.deals import create_opportunity
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.services.people import create_contact

Status = Lead.Status
PARTS = tuple(Criterion.Part.values)
HOT = ("wants", "uses", "event")
"""The three questions: do they want it, will they use it well, is there an event that sets a time?"""
BELONGS_BY = frozenset({*WHERE, "lon", "lat", "company", "industry", "industry_code", "employees", "website", "tags", "fields"})


def _bant(field: str, value: Any) -> dict[str, Any]:
    """Part → grade, evidence and the day of it."""
    given = c.mapping(field, value)
    checked = {}
    for part, graded in given.items():
        c.choice(PARTS)(field, part)
        plain = c.mapping(field, graded)
        if strange := sorted(set(plain) - {"grade", "evidence", "on"}):
            raise Invalid(
                _("A grade has “grade”, “evidence” and “on”, found %(found)s.") % {"found": ", ".join(strange)}, code="field", field=field
            )
        grade, on = c.whole(0, 3)(field, plain.get("grade")), c.day(field, plain.get("on"))
        evidence = c.text(2_000)(field, plain.get("evidence"))
        if grade and (not evidence or on is None):
            raise Invalid(_("A grade above 0 needs its evidence and the day of it."), code="no_evidence", field=field)
        checked[part] = {"grade": grade or 0, "evidence": evidence, "on": on.isoformat() if on else None}
    return checked


def _hot(field: str, value: Any) -> dict[str, Any]:
    """The three questions, each answered or open, and when the event is."""
    given = c.mapping(field, value)
    if strange := sorted(set(given) - {*HOT, "due"}):
        raise Invalid(_("There is no question “%(question)s”.") % {"question": strange[0]}, code="field", field=field)
    checked: dict[str, Any] = {}
    for question in HOT:
        if question in given:
            plain = c.mapping(field, given[question])
            checked[question] = {"answer": c.yes_no(field, plain.get("answer")), "note": c.text(2_000)(field, plain.get("note"))}
    due = c.day(field, given.get("due"))
    return checked | ({"due": due.isoformat()} if due else {})


def _derive(actor: Actor, lead: Lead) -> Iterable[str]:
    if lead.lon is not None and lead.lat is not None and lead.placed_by in {"", placing.GIVEN}:
        lead.placed_by = placing.GIVEN
    else:
        spot = placing.place(placing.Address(*(getattr(lead, part) for part in WHERE)))
        lead.lon, lead.lat, lead.placed_by = spot.lon, spot.lat, spot.placed_by
    return ("lon", "lat", "placed_by", *weigh(actor, lead))


def weigh(actor: Actor, lead: Lead) -> Iterable[str]:
    """Set what follows from the words and the answers of a lead, without its place."""
    if not lead.company and not lead.name:
        raise Invalid(_("A lead needs the name of a person or of a company."), code="missing", field="company")
    lead.is_hot = all(lead.hot.get(question, {}).get("answer") for question in HOT)
    lead.hot_due_on = c.day("hot", lead.hot.get("due"))
    lead.is_qualified, lead.fails = judge(lead, actor)
    return ("is_hot", "hot_due_on", "is_qualified", "fails")


def judge(lead: Lead, actor: Actor) -> tuple[bool | None, list[str]]:
    """Whether a lead is qualified, and which criteria fail; None as long as nothing is graded.

    Without criteria of your own every part of BANT needs grade 1.
    """
    if not lead.bant:
        return None, []
    own = list(Criterion.objects.filter(is_active=True)) or [Criterion(part=part, least_grade=1) for part in PARTS]
    fails = [criterion.part for criterion in own if not _meets(lead, criterion, actor)]
    return not fails, fails


def _meets(lead: Lead, criterion: Criterion, actor: Actor) -> bool:
    found = lead.bant.get(criterion.part, {})
    if found.get("grade", 0) < criterion.least_grade:
        return False
    on = c.day("on", found.get("on"))
    return criterion.most_days_old is None or (on is not None and (actor.now.date() - on).days <= criterion.most_days_old)


LEAD = writing.Spec(
    Lead,
    {
        "name": c.text(300),
        "company": c.text(300),
        "job_title": c.text(200),
        "email": c.text(254),
        "phone": c.text(60),
        "website": c.text(300),
        "industry_code": c.text(20),
        "industry": c.text(200),
        "employees": c.whole(),
        "street": c.text(300),
        "city": c.text(200),
        "region": c.text(120),
        "postal_code": c.text(20),
        "country": c.text(80),
        "lon": c.degrees(180),
        "lat": c.degrees(90),
        "status": c.choice([value for value in Status.values if value != Status.CONVERTED]),
        "source": c.text(120),
        "campaign": c.text(200),
        "referrer": c.reference,
        "referrer_account": c.reference,
        "estimated_amount": c.money,
        "currency": c.currency,
        "bant": _bant,
        "hot": _hot,
        "description": c.text(20_000),
        "tags": c.tags,
        "fields": free_fields("lead"),
    },
    personal=frozenset(
        [
            "name",
            "company",
            "job_title",
            "email",
            "phone",
            "website",
            "street",
            "city",
            "postal_code",
            "lon",
            "lat",
            "bant",
            "hot",
            "description",
            "tags",
            "fields",
        ]
    ),
    search=("name", "company", "email", "phone", "city"),
    derive=_derive,
)


@transaction.atomic
def create_lead(actor: Actor, *, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any) -> Lead:
    """Add a lead; it gets its territory and whoever is on duty there at once, with the reason. Sellers may. Recorded, told."""
    lead = writing.create(actor, LEAD, given, origin=origin)
    writing.identify(lead, external_ids or {})
    assign(actor, lead)
    lead.save(update_fields=ASSIGNED)
    return lead


ASSIGNED = ("territory", "position", "person", "routing", "routed_at", "respond_by")


def assign(actor: Actor, lead: Lead) -> None:
    """Set whose a lead is; the caller saves it. Recorded, told."""
    found = routing.route(actor, facts_of(lead))
    before = lead.person
    told = assign_to(actor, lead, found)
    audit(actor, "lead.routed", lead, field="person", before=before or "", after=lead.person or "", reason=found.reason.get("cause", ""))
    tell(actor, "lead.routed", **told)


def assign_to(actor: Actor, lead: Lead, found: routing.Route) -> dict[str, Any]:
    """Set whose a lead is by a route that was found; what is told of it."""
    lead.territory, lead.position_id, lead.person = found.territory, found.position_id, found.duty.person
    lead.routing, lead.routed_at = found.reason, actor.now
    if lead.respond_by is None:
        lead.respond_by = actor.now + timedelta(minutes=settings.LEAD_RESPONSE_MINUTES)
    after = {"person": str(lead.person.public_id) if lead.person else None, "territory": lead.territory.code if lead.territory else None}
    return {"id": str(lead.public_id), **after}


def facts_of(lead: Lead) -> Facts:
    """What decides whose a lead is."""
    names = ("industry", "industry_code", "website", "source", *WHERE)
    values = {name: getattr(lead, name) for name in names} | {"name": lead.company, "state": Account.State.PROSPECT.value}
    values |= {"employees": "" if lead.employees is None else str(lead.employees), "tags": ", ".join(lead.tags)}
    values |= {key: str(value) for key, value in lead.fields.items()}
    return Facts(0, (), lead.lon, lead.lat, lead.postal_code, values)


@transaction.atomic
def change_lead(actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any) -> Lead:
    """Change what is given of a lead; with another address it may go to another territory. Sellers may. Recorded, told."""
    lead = writing.locked(actor, LEAD, public_id, version)
    changed = writing.change(actor, LEAD, lead, changeable(actor, lead, given))
    writing.identify(lead, external_ids or {})
    if is_first_answer(lead, changed):
        lead.responded_at = actor.now
        lead.save(update_fields=["responded_at"])
    if changed & BELONGS_BY:
        assign(actor, lead)
        lead.save(update_fields=ASSIGNED)
    return lead


def changeable(actor: Actor, lead: Lead, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a lead, as it is kept; refused if it was converted, or is not as qualified as it is said to be."""
    _need_open(lead)
    if given.get("status") == Status.QUALIFIED:
        _need_qualified(actor, lead, given)
    return placed_anew(lead, given)


def is_first_answer(lead: Lead, changed: set[str]) -> bool:
    """Whether a change of a lead is the first thing that somebody did about it."""
    return lead.responded_at is None and "status" in changed and lead.status != Status.NEW


def _need_open(lead: Lead) -> None:
    if lead.status == Status.CONVERTED:
        raise Conflict(_("This lead was converted; change the account, the contact or the deal."), code="converted")


def _need_qualified(actor: Actor, lead: Lead, given: Mapping[str, Any]) -> None:
    planned = Lead(bant=_bant("bant", given["bant"]) if "bant" in given else lead.bant)
    is_qualified, fails = judge(planned, actor)
    if not is_qualified:
        labels = ", ".join(str(Criterion.Part(part).label) for part in fails or PARTS)
        raise Conflict(
            _("Not qualified yet; what fails: %(criteria)s.") % {"criteria": labels}, code="not_qualified", fails=fails or list(PARTS)
        )


@transaction.atomic
def give_lead(actor: Actor, public_id: UUID, *, version: int | None, person: Person, reason: str) -> Lead:
    """Give a lead to somebody by hand, with the reason. Sellers may. Recorded, told."""
    lead = writing.locked(actor, LEAD, public_id, version)
    _need_open(lead)
    if not reason.strip():
        raise Invalid(_("Say why, for the history."), code="no_reason")
    before, lead.person = lead.person, person
    lead.routing = {**lead.routing, "detours": ["manual"], "note": reason.strip()[:500]}
    touch(actor, lead, "person", "routing")
    audit(actor, "lead.routed", lead, field="person", before=before or "", after=person, reason=reason)
    tell(actor, "lead.routed", id=str(lead.public_id), person=str(person.public_id))
    return lead


def archive_lead(actor: Actor, public_id: UUID, *, version: int | None) -> Lead:
    """Put a lead into the bin. Sellers may. Recorded, told."""
    return writing.archive(actor, LEAD, public_id, version=version)


def restore_lead(actor: Actor, public_id: UUID, *, version: int | None) -> Lead:
    """Take a lead out of the bin. Sellers may. Recorded, told."""
    return writing.restore(actor, LEAD, public_id, version=version)


@dataclass(frozen=True)
class Converted:
    """What a lead became."""

    lead: Lead
    account: Account
    contact: Contact | None
    opportunity: Opportunity | None


@transaction.atomic
def convert_lead(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    account: Account | None = None,
    contact: Contact | None = None,
    with_deal: bool = True,
    deal_name: str = "",
) -> Converted:
    """Make an account, a contact and a deal of a lead, or add to an account that is there; the lead keeps its identifier.

    Sellers may. Recorded, told, on the timeline.
    """
    lead = writing.locked(actor, LEAD, public_id, version)
    _need_open(lead)
    origin = f"lead:{lead.public_id}"
    if contact is not None and account is not None and contact.account_id not in {None, account.pk}:
        raise Invalid(_("“%(contact)s” belongs to another account.") % {"contact": contact}, code="field", field="contact")
    account = account or (contact.account if contact is not None else None) or _account_of(actor, lead, origin)
    if contact is None and lead.name:
        contact = _contact_of(actor, lead, account, origin)
    deal = None
    if with_deal:
        deal = create_opportunity(
            actor,
            account=account,
            contact=contact,
            name=deal_name.strip() or account.name,
            amount=lead.estimated_amount,
            currency=lead.currency,
            source=lead.source,
            origin=origin,
        )
    lead.account, lead.contact, lead.opportunity = account, contact, deal
    lead.status, lead.converted_at = Status.CONVERTED, actor.now
    lead.responded_at = lead.responded_at or actor.now
    lead.activities.filter(account=None).update(account=account, contact=contact)
    touch(actor, lead, "account", "contact", "opportunity", "status", "converted_at", "responded_at")
    audit(actor, "lead.converted", lead, field="account", after=account.public_id)
    timeline.happened(
        actor, "converted", lead, account=account, contact=contact, at=actor.now, title=lead.source or str(_("Lead")), source=lead.source
    )
    tell(actor, "lead.converted", id=str(lead.public_id), account=str(account.public_id))
    return Converted(lead, account, contact, deal)


def _account_of(actor: Actor, lead: Lead, origin: str) -> Account:
    place = {name: getattr(lead, name) for name in ("street", *WHERE)}
    if lead.placed_by == placing.GIVEN:
        place |= {"lon": lead.lon, "lat": lead.lat}
    same = ("website", "industry", "industry_code", "employees", "phone", "email", "tags")
    fields = {name: getattr(lead, name) for name in same}
    if not lead.company:  # a person who buys for themselves
        fields |= {"email": "", "phone": ""}
    return create_account(actor, name=lead.company or lead.name, location=place if any(place.values()) else None, origin=origin, **fields)


def _contact_of(actor: Actor, lead: Lead, account: Account, origin: str) -> Contact:
    points = [{"channel": channel, "value": value} for channel, value in (("email", lead.email), ("phone", lead.phone)) if value]
    return create_contact(
        actor, account=account, name=lead.name, job_title=lead.job_title, role="prospect", is_main=True, points=points, origin=origin
    )
