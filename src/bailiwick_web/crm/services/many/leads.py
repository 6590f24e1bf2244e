"""Leads, many at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import save_all
from bailiwick_web.core.services import audit_all, entry, tell_all
from bailiwick_web.crm.models import Lead, PositionLimit
from bailiwick_web.crm.services import leads, routing
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all
from bailiwick_web.crm.services.many.writing import FEW, New, create_all, identify_all, parts, place_all


@transaction.atomic
def create_leads(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Lead]:
    """Add leads; each gets its territory and whoever is on duty there at once. Sellers may. Recorded, told.

    Where positions take only so many open leads, they are given out one by one, so that no limit is passed.
    """
    size = 1 if PositionLimit.objects.exists() else FEW
    return [lead for part in parts(news, size) for lead in _create(actor, part, origin)]


def _create(actor: Actor, news: Sequence[New], origin: str) -> list[Lead]:
    names = ("city", "region", "postal_code", "country")
    planned = [Lead(**{name: new.values.get(name) or "" for name in names}) for new in news]
    for lead, new in zip(planned, news, strict=True):
        lead.lon, lead.lat = new.values.get("lon"), new.values.get("lat")
    place_all(planned)
    spots = iter(planned)

    def derive(_actor: Actor, lead: Lead) -> None:
        spot = next(spots)
        lead.lon, lead.lat, lead.placed_by = spot.lon, spot.lat, spot.placed_by
        leads.weigh(actor, lead)

    made = create_all(actor, leads.LEAD, [new.values for new in news], origin=origin, derive=derive)
    identify_all(Lead, [(lead, new.ids) for lead, new in zip(made, news, strict=True)])
    _assign(actor, made)
    return made


@transaction.atomic
def change_leads(actor: Actor, changes: Sequence[Change]) -> list[Lead]:
    """Change what is given of leads; with another address they may go to another territory. Sellers may. Recorded, told.

    Where positions take only so many open leads, they are changed one by one, so that no limit is passed.
    """
    size = 1 if PositionLimit.objects.exists() else FEW
    return [lead for part in parts(changes, size) for lead in _change(actor, part)]


def _change(actor: Actor, changes: Sequence[Change]) -> list[Lead]:
    found = locked_all(actor, leads.LEAD, changes, "person", "territory")
    given = [leads.changeable(actor, lead, change.values) for lead, change in zip(found, changes, strict=True)]
    changed = change_all(actor, leads.LEAD, found, given, follow=_follow)
    identify_all(Lead, [(lead, change.ids) for lead, change in zip(found, changes, strict=True)])
    pairs = list(zip(found, changed, strict=True))
    answered = [lead for lead, names in pairs if leads.is_first_answer(lead, names)]
    for lead in answered:
        lead.responded_at = actor.now
    save_all(answered, ["responded_at"])
    _assign(actor, [lead for lead, names in pairs if names & leads.BELONGS_BY])
    return found


def _follow(actor: Actor, found: Sequence[Lead]) -> set[str]:
    place_all(found)
    return {"lon", "lat", "placed_by"}.union(*(leads.weigh(actor, lead) for lead in found))


def _assign(actor: Actor, made: Sequence[Lead]) -> None:
    """Set whose leads are, and save it. Recorded, told."""
    before = [lead.person for lead in made]
    routes = routing.route_all(actor, [leads.facts_of(lead) for lead in made])
    told = [leads.assign_to(actor, lead, route) for lead, route in zip(made, routes, strict=True)]
    save_all(made, leads.ASSIGNED)
    audit_all(
        entry(actor, "lead.routed", lead, field="person", before=was or "", after=lead.person or "", reason=route.reason.get("cause", ""))
        for lead, was, route in zip(made, before, routes, strict=True)
    )
    tell_all(actor, "lead.routed", told)
