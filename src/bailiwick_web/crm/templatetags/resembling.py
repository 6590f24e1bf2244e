"""What speaks for and against a pair, in the language of the reader: the library says it in English words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()
TITLES = {
    "name": _("Name"),
    "domain": _("Website"),
    "phone": _("Phone"),
    "e-mail": _("E-mail"),
    "address": _("Address"),
    "area": _("Place"),
    "family name": _("Family name"),
    "given name": _("Given name"),
    "company": _("Company"),
}
AGREEMENTS = {
    "the same": _("the same"),
    "the same words": _("the same words"),
    "nearly the same": _("nearly the same"),
    "nearly the same, domain the same": _("nearly the same, and the same website"),
    "different, domain the same": _("different, but the same website"),
    "one begins like the other": _("one begins like the other"),
    "short for the other": _("one is short for the other"),
    "alike": _("alike"),
    "different": _("different"),
    "one slip": _("the same but for a slip"),
    "swapped with the given name": _("swapped with the given name"),
    "swapped with the family name": _("swapped with the family name"),
    "the same box elsewhere": _("the same name before the @"),
    "the same house and area": _("the same house"),
    "the same house": _("the same house"),
    "the same street and area": _("the same street"),
    "the same street": _("the same street"),
    "the same area": _("the same place"),
    "the same postcode": _("the same postal code"),
    "the same place": _("the same place"),
    "a place written alike": _("a place written alike"),
    "the same state": _("the same state"),
}
WIDEST = 14.0
"""A weight that fills the bar: a factor of 16,000."""


@register.filter
def told(evidence: list[list[Any]]) -> list[dict[str, Any]]:
    """Rows for the page: title, how it agrees, the weight with its sign, the width of its bar in percent, whether it speaks for it."""
    return [
        {
            "title": TITLES.get(title, title),
            "how": AGREEMENTS.get(how, how),
            "weight": f"{'+' if weight >= 0 else '−'}{abs(weight):.0f}",
            "width": round(min(abs(weight) / WIDEST, 1) * 100),
            "is_for": weight >= 0,
        }
        for title, how, weight in evidence
    ]


@register.filter
def reasons(evidence: list[list[Any]]) -> str:
    """What speaks for it, in one line."""
    return ", ".join(f"{row['title']} {row['how']}" for row in told(evidence) if row["is_for"])


@register.filter
def surely(probability: float) -> str:
    """A class for the colour of a probability."""
    return "good" if probability >= 0.99 else "fair" if probability >= 0.9 else "poor"


@register.filter
def certainty(probability: float) -> str:
    """A probability as a share, never more certain than it is.

    >>> certainty(0.9994), certainty(0.873)
    ('99.9 %', '87 %')
    """
    if probability >= 0.99:
        return f"{min(int(probability * 1000) / 10, 99.9):.1f} %"
    return f"{probability * 100:.0f} %"
