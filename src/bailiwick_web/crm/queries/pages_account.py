"""The page of one account: whose it is and why, the next best step, its people, places, deals, orders, cases and files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries import whose
from bailiwick_web.crm.queries.duplicates import merged_into
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import notes

MOST_SHOWN = 50
QUIET_DAYS = {"A": 30, "B": 60}
"""After so many days without contact somebody should call, by class; others after :data:`QUIET_OTHERS`."""
QUIET_OTHERS = 90
OVER = (m.Case.State.SOLVED, m.Case.State.CLOSED)


@dataclass(frozen=True)
class Step:
    """What to do next with an account, why, and where that is done: a dialog, or the record."""

    what: str
    why: str
    is_urgent: bool = False
    dialog: str = ""
    record: Any = None

    @property
    def link(self) -> str:
        """The page of the record; a task is done where it stands."""
        names = {m.Case: "case", m.Opportunity: "deal"}
        name = names.get(type(self.record))
        return reverse(name, args=[self.record.public_id]) if name else ""


@dataclass(frozen=True)
class Held:
    """Whose an account is in a layer, and why."""

    layer: str
    row: m.AccountTerritory
    holder: Any
    why: str


def held(actor: Actor, account: m.Account) -> list[Held]:
    """Whose an account is now, in every layer; the geographic base first."""
    rows = [Held(w.row.layer, w.row, w.holder, whose.why(w.row)) for w in whose.now(actor, [account]).get(account.pk, [])]
    return sorted(rows, key=lambda h: h.layer != BASE)


def of_account(actor: Actor, account: m.Account) -> dict[str, Any]:
    """What stands beside the timeline, each in one query; whoever asks has found the account within their scope."""
    there = {"account": account, "deleted_at": None}
    deals = m.Opportunity.objects.filter(**there).select_related("stage", "person", "account")
    planned = m.Activity.objects.filter(**there, state=m.Activity.State.PLANNED).select_related("person", "contact", "series")
    context: dict[str, Any] = {
        "held": held(actor, account),
        "contacts": contacts(account),
        "locations": list(m.Location.objects.filter(**there).order_by("-is_main", "pk")[:MOST_SHOWN]),
        "deals": list(deals.filter(stage__kind=m.Stage.Kind.OPEN).order_by("close_on", "pk")[:MOST_SHOWN]),
        "planned": list(planned.order_by("due_on", "starts_at", "pk")[:MOST_SHOWN]),
        "cases": list(m.Case.objects.filter(**there).exclude(state__in=OVER).select_related("person").order_by("solve_by")[:MOST_SHOWN]),
        "files": list(m.Attachment.objects.filter(**there).order_by("-pk")[:MOST_SHOWN]),
        "bought": bought(actor, account),
        "family": _family(account),
        "merged": merged_into(actor, "account", account),
    }
    return context | {"step": next_step(actor, account, context)}


def contacts(account: m.Account) -> list[m.Contact]:
    """The people of an account, the main one first, with the ways to reach them."""
    people = m.Contact.objects.filter(account=account, deleted_at=None, erased_at=None).prefetch_related("points")
    return list(people.order_by("-is_main", "name", "pk")[:MOST_SHOWN])


def bought(actor: Actor, account: m.Account) -> dict[str, Any]:
    """What an account bought in the last twelve months and the twelve before, in house currency."""
    day = local_day(actor.now)
    year, before = day - timedelta(days=365), day - timedelta(days=730)
    counts = m.Order.objects.filter(account=account, deleted_at=None).exclude(state=m.Order.State.CANCELLED)
    found = counts.aggregate(
        year=Sum("house_amount", filter=Q(ordered_on__gt=year, ordered_on__lte=day)),
        before=Sum("house_amount", filter=Q(ordered_on__gt=before, ordered_on__lte=year)),
        all=Sum("house_amount"),
        n=Count("pk"),
        last=Max("ordered_on"),
    )
    now, then = found["year"] or Decimal(0), found["before"] or Decimal(0)
    return found | {"year": now, "change": float(now / then - 1) if then > 0 else None}


def _family(account: m.Account) -> list[m.Account]:
    """What hangs directly below an account."""
    return list(m.Account.objects.filter(parent=account, deleted_at=None).order_by("name")[:20])


def next_step(actor: Actor, account: m.Account, found: dict[str, Any]) -> Step | None:
    """The one thing to do next: what is broken first, then what was promised, then what makes money, then what went quiet."""
    today = local_day(actor.now)
    for case in found["cases"]:
        if case.solve_by <= actor.now and case.state != m.Case.State.WAITING:
            return Step(_("Solve “%(case)s”") % {"case": case.subject}, _("its clock has run out"), True, record=case)
    for activity in found["planned"]:
        if _day_of(activity) is not None and _day_of(activity) < today:
            return Step(_("Do “%(task)s”") % {"task": activity.subject}, _("it is overdue"), True, record=activity)
    for deal in found["deals"]:
        if deal.close_on is not None and deal.close_on < today:
            return Step(_("Move “%(deal)s” on") % {"deal": deal.name}, _("its closing day has passed"), True, record=deal)
    for deal in found["deals"]:
        if not deal.next_step and not found["planned"]:
            return Step(_("Plan the next step of “%(deal)s”") % {"deal": deal.name}, _("nothing is planned for it"), record=deal)
    if found["planned"]:
        return Step(_("Do “%(task)s”") % {"task": found["planned"][0].subject}, _("it comes next"), record=found["planned"][0])
    if not found["contacts"]:
        return Step(_("Find out whom to talk to"), _("there is no contact yet"), dialog="contact-dialog")
    return _quiet(actor, account)


def _quiet(actor: Actor, account: m.Account) -> Step | None:
    limit = QUIET_DAYS.get(account.tier.upper(), QUIET_OTHERS)
    if account.last_activity_at is None:
        return Step(_("Get in touch"), _("nobody has been in touch yet"), dialog="call-dialog")
    days = (actor.now - account.last_activity_at).days
    if days >= limit:
        return Step(_("Get in touch"), _("nothing for %(n)s days") % {"n": days}, dialog="call-dialog")
    return None


def _day_of(activity: m.Activity) -> Any:
    return activity.due_on or (local_day(activity.starts_at) if activity.starts_at else None)


def of_contact(actor: Actor, contact: m.Contact) -> dict[str, Any]:
    """How to reach somebody, what they agreed to, and what we keep in mind."""
    latest: dict[tuple[str, str], m.Consent] = {}
    for consent in contact.consents.select_related("recorded_by").order_by("-at", "-pk")[:200]:
        latest.setdefault((consent.purpose, consent.channel), consent)
    return {
        "points": list(contact.points.all()),
        "consents": list(latest.values()),
        "personal_notes": list(notes(actor).filter(contact=contact).select_related("author")[:MOST_SHOWN]),
    }
