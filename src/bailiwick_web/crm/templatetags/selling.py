"""Amounts, ages and clocks as people read them, in templates."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bailiwick_web.crm.checking import day

register = template.Library()
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
ICONS = {
    "activity.call": "call",
    "activity.visit": "visit",
    "activity.email": "mail",
    "activity.meeting": "people",
    "activity.note": "note",
    "activity.task": "check",
    "order": "cart",
    "stage": "deal",
    "territory": "pin",
    "converted": "lead",
    "merged": "people",
    "survey": "note",
    "web": "pin",
    "mention": "bell",
    "gift": "note",
    "cadence.started": "history",
    "cadence.stopped": "history",
}


@register.filter
def amount(value: Decimal | float | None, currency: str = "") -> str:
    """$12,345: whole amounts, as cents say nothing in a list.

    >>> amount(Decimal("12345.60"), "USD"), amount(None), amount(Decimal("-3"), "CHF")
    ('$12,346', '–', '−3 CHF')
    """
    return "–" if value is None else _money(Decimal(value).quantize(Decimal(1)), 0, currency)


@register.filter
def exact(value: Decimal | None, currency: str = "") -> str:
    """$12,345.60: to the cent."""
    return "–" if value is None else _money(value, 2, currency)


def _money(value: Decimal, digits: int, currency: str) -> str:
    """The sign stands in front where people read English, behind elsewhere; codes stand behind."""
    code = currency or str(settings.CURRENCY)
    minus, sign = "−" if value < 0 else "", SIGNS.get(code)
    text = number_format(abs(value), digits, use_l10n=True, force_grouping=True)
    if sign and (get_language() or "en").startswith("en"):
        return f"{minus}{sign}{text}"
    return f"{minus}{text} {sign or code}"


@register.filter
def ago(then: datetime | None, now: datetime) -> str:
    """How long something is past, in the largest unit that says something."""
    if then is None:
        return str(_("never"))
    unit, n = _span(abs((now - then).total_seconds()))
    if then > now:
        return within(then, now)
    return {
        "minute": ngettext("%(n)s minute ago", "%(n)s minutes ago", n),
        "hour": ngettext("%(n)s hour ago", "%(n)s hours ago", n),
        "day": ngettext("%(n)s day ago", "%(n)s days ago", n),
        "month": ngettext("%(n)s month ago", "%(n)s months ago", n),
    }[unit] % {"n": n}


@register.filter
def within(then: datetime, now: datetime) -> str:
    """What is left on a clock, or by how much it ran out."""
    unit, n = _span(abs((then - now).total_seconds()))
    span = {
        "minute": ngettext("%(n)s minute", "%(n)s minutes", n),
        "hour": ngettext("%(n)s hour", "%(n)s hours", n),
        "day": ngettext("%(n)s day", "%(n)s days", n),
        "month": ngettext("%(n)s month", "%(n)s months", n),
    }[unit] % {"n": n}
    return str(_("%(span)s left") if then > now else _("%(span)s over")) % {"span": span}


def _span(seconds: float) -> tuple[str, int]:
    minutes = int(seconds // 60)
    if minutes < 60:
        return "minute", minutes
    if minutes < 2 * 1440:
        return "hour", minutes // 60
    days = minutes // 1440
    return ("day", days) if days < 90 else ("month", days // 30)


@register.filter
def rhythm(series: Any) -> str:
    """How often a series comes."""
    n = series.interval
    return {
        "day": ngettext("every day", "every %(n)s days", n),
        "week": ngettext("every week", "every %(n)s weeks", n),
        "month": ngettext("every month", "every %(n)s months", n),
    }[series.every] % {"n": n}


@register.filter
def health_word(value: int | None) -> str:
    """A class for the colour of a health figure."""
    if value is None:
        return "unknown"
    return "good" if value >= 70 else "fair" if value >= 40 else "poor"


@register.filter
def as_day(text: Any) -> Any:
    """The day that a text such as 2026-03-01 names."""
    return day("day", text)


@register.filter
def icon_of(kind: str) -> str:
    """The picture of an event."""
    return ICONS.get(kind, kind.partition(".")[0])


@register.filter
def kind_icon(kind: str) -> str:
    """The picture of a kind of activity."""
    return icon_of(f"activity.{kind}")


@register.filter
def event_name(kind: str) -> str:
    """What an event is, in words."""
    return {
        "activity.call": _("Call"),
        "activity.visit": _("Visit"),
        "activity.email": _("E-mail"),
        "activity.meeting": _("Meeting"),
        "activity.note": _("Note"),
        "activity.task": _("Task"),
        "order": _("Order"),
        "stage": _("Deal"),
        "territory": _("Territory"),
        "handover": _("Handed over"),
        "converted": _("Came from a lead"),
        "merged": _("Merged into it"),
        "survey": _("Answer to a survey"),
        "web": _("Visit to the website"),
        "mention": _("Mention"),
        "gift": _("Gift"),
        "cadence.started": _("Cadence begun"),
        "cadence.stopped": _("Cadence ended"),
        "consent.given": _("Consent given"),
        "consent.withdrawn": _("Consent withdrawn"),
        "case.opened": _("Case opened"),
        "case.open": _("Case in progress"),
        "case.waiting": _("Case waits for the customer"),
        "case.solved": _("Case solved"),
        "case.closed": _("Case closed"),
        "case.escalated": _("Case escalated"),
    }.get(kind, kind)


@register.simple_tag
def share(part: Any, whole: Any, width: int = 100) -> int:
    """A part of a width, for bars."""
    return round(width * float(part or 0) / float(whole)) if whole else 0
