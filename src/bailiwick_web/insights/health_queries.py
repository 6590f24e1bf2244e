"""What the list of accounts in danger shows, and the card on the page of an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.templatetags.words import number, percent, signed_percent
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.pages_paging import chosen, cut
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.insights.models import AccountScore, HealthSaid

FILTERS = ("level", "overdue", "q")
SORTS: dict[str, str | Promise] = {
    "-risk": _("Risk, highest first"),
    "next_on": _("Next order, earliest first"),
    "-usual_amount": _("Usual order"),
}
_SIGNS: dict[str, str | Promise] = {
    "pause": _("%(n)s times the usual pause since the last order"),
    "trend": _("%(n)s in half a year"),
    "returns": _("%(n)s of the year came back"),
}
_COUNTS: dict[str, Callable[[int], str]] = {
    "since_days": lambda n: ngettext("%(n)s day since the last order", "%(n)s days since the last order", n),
    "orders": lambda n: ngettext("%(n)s order in twelve months", "%(n)s orders in twelve months", n),
    "contact_days": lambda n: ngettext("%(n)s day without contact", "%(n)s days without contact", n),
    "open_cases": lambda n: ngettext("%(n)s open case", "%(n)s open cases", n),
    "complaints": lambda n: ngettext("%(n)s case in half a year", "%(n)s cases in half a year", n),
    "web_visits": lambda n: ngettext("%(n)s visit to the website in 90 days", "%(n)s visits to the website in 90 days", n),
}


def accounts(actor: Actor, given: Mapping[str, str]) -> dict[str, Any]:
    """Scores of the accounts that somebody sees, as asked for, and how many there are of each level."""
    asked = chosen(given, FILTERS)
    sort = given.get("sort", "") if given.get("sort", "") in SORTS else "-risk"
    seen = AccountScore.objects.filter(account__in=visible(actor, m.Account).values("pk"))
    counts = seen.aggregate(
        **{level: Count("pk", filter=Q(level=level)) for level in AccountScore.Level.values},
        overdue=Count("pk", filter=Q(is_overdue=True) & ~Q(level=AccountScore.Level.GONE)),
    )
    rows = _asked(seen, asked)
    found = cut(rows.select_related("account"), sort, given.get("after", "")[:500])
    said = _said({score.account_id for score in found.rows})
    lines = [{"score": score, "said": said.get(score.account_id), "reasons": words_of(score.reasons)} for score in found.rows]
    newest = seen.select_related("study").order_by("-found_at").first()
    tabs = [{"key": key, "label": label, "n": counts[key]} for key, label in AccountScore.Level.choices]
    return {
        "asked": asked,
        "sort": sort,
        "sorts": SORTS,
        "slice": found,
        "lines": lines,
        "counts": counts,
        "levels": tabs,
        "newest": newest,
    }


def _asked(seen: QuerySet[AccountScore], asked: Mapping[str, str]) -> QuerySet[AccountScore]:
    is_level = asked["level"] in AccountScore.Level.values
    seen = seen.filter(level=asked["level"]) if is_level else seen.exclude(level=AccountScore.Level.GONE)
    if asked["overdue"]:
        seen = seen.filter(is_overdue=True)
    return seen.filter(account__name__icontains=asked["q"]) if asked["q"] else seen


def _said(accounts: set[int]) -> dict[int, HealthSaid]:
    rows = HealthSaid.objects.filter(account__in=accounts, ended_at=None).select_related("created_by")
    return {said.account_id: said for said in rows}


def words_of(reasons: Any) -> list[str]:
    """Why, in the language of the reader."""
    return [_told(sign, value) for sign, value in reasons if sign in _SIGNS or sign in _COUNTS]


def _told(sign: str, value: float) -> str:
    if sign in _COUNTS:
        return _COUNTS[sign](round(value)) % {"n": number(round(value))}
    return str(_SIGNS[sign]) % {"n": _value(sign, value)}


def _value(sign: str, value: float) -> str:
    if sign == "trend":
        return signed_percent(value, 0)
    return percent(value, 0) if sign == "returns" else number(round(value, 1))


def card(actor: Actor, public_id: UUID) -> dict[str, Any]:
    """The health of one account: as computed, as said, and what was said before."""
    account = find(actor, m.Account, public_id)
    score = AccountScore.objects.filter(account=account).select_related("study").first()
    every = list(HealthSaid.objects.filter(account=account).select_related("created_by", "changed_by")[:6])
    return {
        "account": account,
        "score": score,
        "reasons": words_of(score.reasons) if score is not None else [],
        "said": next((one for one in every if one.ended_at is None), None),
        "before": [one for one in every if one.ended_at is not None],
    }
