"""What answers to a survey say, as people read it."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

from bailiwick_web.listening.models import Survey

register = template.Library()


@register.filter
def on_scale(value: float | None, kind: str) -> str:
    """A value on the scale of its survey: points with a sign, or a mean with one place.

    >>> on_scale(-12.4, "nps"), on_scale(31.0, "nps"), on_scale(4.26, "csat"), on_scale(None, "nps")
    ('−12', '+31', '4.3', '–')
    """
    if value is None:
        return "–"
    if kind == Survey.Kind.NPS:
        points = round(value)
        return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"
    return str(number_format(round(value, 1), 1))
