"""Who sees what was heard, and how its lists are filtered: added to the rules of the records of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import visibility
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.queries import lists
from bailiwick_web.listening.models import Mention, Survey, SurveyInvitation, SurveyResponse, WebVisit

PERIODS: dict[type[Any], str] = {SurveyResponse: "answered_at", WebVisit: "visited_at", Mention: "mentioned_at"}
RELATED: dict[type[Model], tuple[str, ...]] = {
    SurveyResponse: ("survey", "account", "contact"),
    SurveyInvitation: ("survey", "account", "contact"),
    WebVisit: ("account", "contact"),
    Mention: ("account", "competitor"),
}
SEARCHED: dict[type[Any], tuple[str, ...]] = {
    Survey: ("name", "question"),
    SurveyResponse: ("text", "account__search_text"),
    WebVisit: ("page", "source", "campaign", "account__search_text"),
    Mention: ("text", "author", "channel", "account__search_text", "competitor__name"),
}


def register() -> None:
    """Answers and visits are seen with their account; what names no account of ours tells of the market, for everybody."""
    of_account: tuple[type[Model], ...] = (SurveyInvitation, SurveyResponse, WebVisit)
    for model in of_account:
        visibility.RULES[model] = lambda reach: Q(account__in=reach.accounts)
    visibility.RULES[Mention] = lambda reach: Q(account__in=reach.accounts) | Q(account__isnull=True)
    visibility.RULES[Survey] = lambda reach: Q()
    lists.RELATED.update(RELATED)
    for searched in SEARCHED:
        lists.SPECIAL[searched, "q"] = _search
    for told in PERIODS:
        lists.SPECIAL[told, "from"] = _since
        lists.SPECIAL[told, "until"] = _until


def _search(actor: Actor, found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows in whose fields a text occurs, or in the name of whose account."""
    wanted = Q()
    for name in SEARCHED[found.model]:
        wanted |= Q(**{f"{name}__contains": folded(text)}) if name.endswith("search_text") else Q(**{f"{name}__icontains": text})
    return found.filter(wanted)


def _since(actor: Actor, found: QuerySet[Any], value: datetime) -> QuerySet[Any]:
    return found.filter(**{f"{PERIODS[found.model]}__gte": value})


def _until(actor: Actor, found: QuerySet[Any], value: datetime) -> QuerySet[Any]:
    return found.filter(**{f"{PERIODS[found.model]}__lt": value})
