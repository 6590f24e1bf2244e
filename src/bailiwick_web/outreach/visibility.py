"""Who sees the records of reaching out, and how their lists are filtered: added to the rules of the records of customers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import visibility
from bailiwick_web.crm.queries import lists
from bailiwick_web.outreach import models as m


def register() -> None:
    """An enrolment is seen with its account or lead, and by whoever does its steps; what all share, by everybody."""
    visibility.RULES[m.Cadence] = lambda reach: Q()
    visibility.RULES[m.Enrolment] = _of_whom
    visibility.RULES[m.Campaign] = lambda reach: Q()
    lists.SPECIAL[m.Campaign, "q"] = _named
    visibility.RULES[m.Material] = lambda reach: Q()
    visibility.RULES[m.MaterialShare] = lambda reach: Q(account__in=reach.accounts)
    visibility.RULES[m.Gift] = lambda reach: Q(account__in=reach.accounts) | Q(account__isnull=True, created_by=reach.user_id)
    lists.RELATED[m.Gift] = ("account", "contact", "created_by", "decided_by")
    lists.RELATED[m.Material] = ("owner",)
    lists.RELATED[m.MaterialShare] = ("material", "edition", "account", "contact", "opportunity", "activity", "created_by")
    lists.SPECIAL[m.Material, "q"] = _named
    lists.RELATED[m.Enrolment] = ("cadence", "account", "contact", "lead", "person", "activity")
    lists.SPECIAL[m.Cadence, "q"] = _named


def _of_whom(reach: visibility.Reach) -> Q:
    lead = Q(lead__position__in=reach.positions) | Q(lead__person__in=reach.people) | Q(lead__created_by=reach.user_id)
    return Q(account__in=reach.accounts) | Q(person__in=reach.people) | lead


def _named(actor: Actor, found: QuerySet[Any], text: str) -> QuerySet[Any]:
    return found.filter(name__icontains=text)
