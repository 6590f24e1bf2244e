"""Thanks as the pages show them: what waits, what comes, what was given."""

from __future__ import annotations

from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.models import Contact
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import cut
from bailiwick_web.outreach.models import Gift
from bailiwick_web.outreach.services.gifts import rules, spent
from bailiwick_web.outreach.services.milestones import upcoming

AHEAD = 30
SHOWN = 50


def page(actor: Actor, after: str) -> dict[str, Any]:
    """What the page of thanks shows."""
    waiting = list(rows(actor, Gift, state=Gift.State.WAITING).order_by("pk")[:SHOWN])
    return {
        "rules": rules(),
        "waiting": waiting,
        "may_decide": actor.may(Right.APPROVE),
        "milestones": upcoming(actor, AHEAD)[:SHOWN],
        "part": cut(rows(actor, Gift).exclude(state=Gift.State.WAITING), "-given_on", after[:500]),
    }


def of_contact(actor: Actor, contact: Contact) -> dict[str, Any]:
    """The gifts of a contact that one has found, and what is left of the limit this year."""
    year = local_day(actor.now).year
    found = rules()
    limit = found.gift_limit if found is not None else None
    total = spent(contact, year)
    gifts = list(Gift.objects.filter(contact=contact, deleted_at=None).select_related("decided_by").order_by("-given_on", "-pk")[:SHOWN])
    return {"contact": contact, "gifts": gifts, "year": year, "spent": total, "limit": limit}
