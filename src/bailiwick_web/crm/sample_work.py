"""What makes the pages of the demonstration alive: leads, competitors, and appointments of today; generated and labelled so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm.sample import FIRST, LAST, ORIGIN, Draw
from bailiwick_web.crm.services import leads as lead_services
from bailiwick_web.crm.services.many import New, create_leads
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.crm.services.routing import BASE, Duties
from bailiwick_web.crm.visibility import present

N_LEADS, N_CONVERTED = 140, 6
SOURCES = ("website", "fair", "referral", "list", "webinar")
COMPANIES = ("Corner", "Harbour", "Station", "Garden", "Old Mill", "Sunrise", "Riverside", "Market", "Bridge", "Lighthouse")
SORTS = ("Café", "Bakery", "Hotel", "Canteen", "Bistro", "Offices", "Books & Coffee")
RIVALS = (
    ("Bean Brothers", "Price, fast delivery", "Few origins"),
    ("Nordic Roast", "Single origins", "Minimum quantities"),
    ("MegaCup", "Machines for free", "Long contracts"),
)
PARTS = ("budget", "authority", "need", "timing")
EVIDENCE = {
    "budget": "Named 12,000 a year",
    "authority": "Owner decides",
    "need": "Machine is leased out",
    "timing": "Contract ends in spring",
}
AGED = {"new": (0, 6), "working": (3, 40), "nurturing": (20, 90), "qualified": (10, 60), "disqualified": (15, 90)}


@transaction.atomic
def load_work(actor: Actor, *, seed: int = 11) -> int:
    """Leads that the plan gives to reps, competitors and where they are strong, appointments of today; number of leads."""
    draw = Draw(actor, np.random.Generator(np.random.PCG64(seed)))
    made = _leads(draw)
    _competitors(draw)
    _today(draw)
    return len(made)


def _leads(draw: Draw) -> list[m.Lead]:
    places = list(m.Location.objects.filter(origin=ORIGIN, lon__isnull=False).order_by("pk")[::29][:N_LEADS])
    made = create_leads(draw.actor, [New(_lead(draw, i, place)) for i, place in enumerate(places)], origin=ORIGIN)
    for i, lead in enumerate(made):
        _age(draw, lead, i)
    names = ("created_at", "respond_by", "responded_at", "status", "bant", "hot", "is_hot", "hot_due_on", "is_qualified", "fails")
    m.Lead.objects.bulk_update(made, names, batch_size=500)
    for lead in [lead for lead in made if lead.status == m.Lead.Status.QUALIFIED and lead.person][:N_CONVERTED]:
        lead_services.convert_lead(draw.actor, lead.public_id, version=lead.version, deal_name=f"{lead.company}: first order")
    return made


def _lead(draw: Draw, i: int, place: m.Location) -> dict[str, Any]:
    first, last = draw.one(FIRST), draw.one(LAST)
    company = f"{COMPANIES[i % len(COMPANIES)]} {SORTS[i % len(SORTS)]} {last}"
    near = {"lon": float(place.lon or 0) + draw.rng.normal(0, 0.01), "lat": float(place.lat or 0) + draw.rng.normal(0, 0.01)}
    more = {"city": place.city, "region": place.region, "country": place.country, "employees": int(draw.rng.lognormal(2.5, 0.9)) + 1}
    address = f"{first}@{company.split()[0]}-{i}.example.com".lower()
    return {
        "company": company,
        "name": f"{first} {last}",
        "email": address,
        "phone": f"+1 {201 + i} 555 01{i % 100:02}" if i % 5 else "",  # numbers that nobody has
        "source": draw.one(SOURCES),
        "estimated_amount": Decimal(int(draw.rng.lognormal(8.5, 0.7)) // 100 * 100),
        "currency": house_currency(),
        **near,
        **more,
    }


def _age(draw: Draw, lead: m.Lead, i: int) -> None:
    """How far a lead is, since when, with the grades that fit."""
    status = ("new", "working", "qualified", "nurturing", "working", "disqualified", "new")[i % 7]
    least, most = AGED[status]
    lead.created_at = draw.actor.now - timedelta(hours=float(draw.rng.uniform(24 * least, 24 * most)))
    if lead.respond_by is not None:
        lead.respond_by = lead.created_at + timedelta(days=1)
    lead.status = status
    if status == "new":
        return
    lead.responded_at = lead.created_at + timedelta(hours=float(draw.rng.uniform(1, 30)))
    on = lead.responded_at.date().isoformat()
    grades = {"qualified": (2, 2, 3, 1), "disqualified": (0, 1, 1, 0)}.get(status, (1, 0, 2, 0))
    lead.bant = {p: {"grade": g, "evidence": EVIDENCE[p] if g else "", "on": on if g else None} for p, g in zip(PARTS, grades, strict=True)}
    if status == "qualified" and i % 2 == 0:
        lead.hot = {question: {"answer": True, "note": ""} for question in lead_services.HOT}
        lead.hot["due"] = (draw.actor.now.date() + timedelta(days=int(draw.rng.integers(5, 60)))).isoformat()
    tuple(lead_services.weigh(draw.actor, lead))


def _competitors(draw: Draw) -> None:
    """Three rivals, each strong in other territories; who lost a deal to a rival says to which."""
    stamps = draw.stamps(200)
    rivals = [m.Competitor.objects.create(name=name, strengths=good, weaknesses=bad, **stamps) for name, good, bad in RIVALS]
    held = m.AccountTerritory.objects.filter(present(draw.actor.now), layer=BASE, territory__isnull=False)
    codes = sorted(set(held.order_by().values_list("territory__code", flat=True)))
    rows = []
    for i, code in enumerate(codes):
        for j, rival in enumerate(rivals):
            about = {"competitor": rival, "layer": BASE, "territory_code": code, "source": "survey of the reps"}
            strength = int(np.clip(draw.rng.integers(0, 4) + (i % len(rivals) == j), 0, 5))
            rows.append(m.CompetitorPresence(strength=strength, on=draw.actor.now.date() - timedelta(days=30), **about, **stamps))
    m.CompetitorPresence.objects.bulk_create(rows)
    lost = list(m.Opportunity.objects.filter(origin=ORIGIN, stage__kind=m.Stage.Kind.LOST, reasons__label="Competitor"))
    for deal in lost:
        deal.lost_to = draw.one(rivals)
    m.Opportunity.objects.bulk_update(lost, ["lost_to"])
    still = m.Opportunity.objects.filter(origin=ORIGIN, stage__kind=m.Stage.Kind.OPEN).order_by("pk")[::3]
    rivalry = [m.OpportunityCompetitor(opportunity=deal, competitor=draw.one(rivals)) for deal in still]
    m.OpportunityCompetitor.objects.bulk_create(rivalry)


def _today(draw: Draw) -> None:
    """A call, a visit and a meeting of today for whoever is on duty at each position."""
    now = draw.actor.now
    rows = m.AccountTerritory.objects.filter(present(now), layer=BASE, position__isnull=False).select_related("account", "position")
    of: dict[int, list[m.AccountTerritory]] = {}
    for row in rows.order_by("account_id").iterator():
        if row.position_id is not None and len(of.setdefault(row.position_id, [])) < 3:
            of[row.position_id].append(row)
    duties = Duties(set(of), now.date())
    m.Activity.objects.bulk_create(
        activity for rows_ in of.values() for activity in _appointments(draw, rows_, duties, stamped(draw.actor) | {"origin": ORIGIN})
    )


def _appointments(draw: Draw, rows: Sequence[m.AccountTerritory], duties: Duties, stamps: dict[str, Any]) -> list[m.Activity]:
    plans = (("call", "Ask about the last delivery", 14), ("visit", "Tasting of the new roast", 16), ("meeting", "Plan of the year", 19))
    today = draw.actor.now.date()
    return [
        m.Activity(
            account=row.account,
            kind=kind,
            subject=subject,
            starts_at=datetime.combine(today, time(hour), UTC),
            duration_minutes=30,
            position=row.position,
            person=duties.of(row.position_id).person,
            **stamps,
        )
        for row, (kind, subject, hour) in zip(rows, plans, strict=False)
    ]
