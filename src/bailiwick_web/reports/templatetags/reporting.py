"""What templates of reports need."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.translation import gettext as _

from bailiwick_web.core.templatetags.words import number, query
from bailiwick_web.reports.asking import Definition

register = template.Library()


@register.filter
def as_json(definition: Definition) -> str:
    """A definition for a hidden field."""
    return json.dumps(definition.to_json())


@register.filter
def split_words(text: str) -> list[str]:
    """Csv xlsx → csv, xlsx."""
    return text.split()


@register.filter
def quarter_name(start: date) -> str:
    """Q4 2026.

    >>> quarter_name(date(2026, 10, 1))
    'Q4 2026'
    """
    return _("Q%(quarter)s %(year)s") % {"quarter": (start.month + 2) // 3, "year": start.year}


@register.filter
def days(value: float | None) -> str:
    """Days with one digit."""
    return "–" if value is None else number(round(value, 1))


@register.filter
def times(value: float | None) -> str:
    """2.5 ×.

    >>> times(2.5), times(None)
    ('2.5 ×', '–')
    """
    return "–" if value is None else f"{number(round(value, 1))} ×"


@register.filter
def by_outcome(reasons: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Reasons of won and of lost deals, with their titles."""
    return [("won", _("Won"), reasons.get("won", [])), ("lost", _("Lost"), reasons.get("lost", []))]


@register.simple_tag(takes_context=True)
def report_sort(context: Any, key: str, is_number: bool) -> str:
    """The address that sorts by a column: numbers the largest first, texts from A; a second time the other way round."""
    now = context.get("sort") or ""
    first, other = (f"-{key}", key) if is_number else (key, f"-{key}")
    wanted = other if now == first else first
    request = context["request"]
    if request.GET.get("subject") or request.path.endswith("/build"):
        return f"?{_replaced(context['query'], wanted)}{_edit(request)}"
    return str(query(context, sort=wanted, page=None))


def _replaced(address: str, sort: str) -> str:
    found = QueryDict(address, mutable=True)
    found["sort"] = sort
    return found.urlencode()


def _edit(request: Any) -> str:
    edited = request.GET.get("edit", "")
    return f"&edit={edited}" if len(edited) == 36 else ""
