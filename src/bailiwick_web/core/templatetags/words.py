"""Numbers as people read them, in templates."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()
MINUS = "\u2212"


@register.filter
def signed_percent(fraction: float | None, digits: int = 1) -> str:
    """+4.1 %, −0.3 %, 0.0 %.

    >>> signed_percent(0.041), signed_percent(-0.003), signed_percent(None)
    ('+4.1 %', '−0.3 %', '–')
    """
    if fraction is None or fraction != fraction:
        return "–"
    value = round(100 * fraction, digits)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{abs(value):,.{digits}f} %"


@register.filter
def percent(fraction: float | None, digits: int = 1) -> str:
    """4.1 %."""
    return "–" if fraction is None or fraction != fraction else f"{100 * fraction:,.{digits}f} %"


@register.filter
def number(value: float | None) -> str:
    """12,345 or 3.25: as many digits as say something.

    >>> number(12345.6), number(3.25), number(None)
    ('12,346', '3.25', '–')
    """
    if value is None or value != value:
        return "–"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:,.1f}"


@register.filter
def words(name: str) -> str:
    """workload_hours → Workload hours."""
    text = " ".join(str(name).replace("_", " ").split())
    return text[:1].upper() + text[1:]


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """An entry of a mapping."""
    return mapping.get(key) if mapping else None


@register.filter
def joined(values: Any) -> str:
    """a, b, c."""
    return ", ".join(str(value) for value in values)


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The query part of the present address with some parameters changed; empty values are left out."""
    parameters = context["request"].GET.copy()
    for key, value in changes.items():
        if value in {None, ""}:
            parameters.pop(key, None)
        else:
            parameters[key] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"


@register.filter
def cause(text: str) -> str:
    """Why a unit is where it is, in words.

    >>> cause("manual"), cause("run:01a2"), cause("")
    ('moved by hand', 'the engine', '')
    """
    kind = text.partition(":")[0]
    return {"manual": "moved by hand", "run": "the engine", "file": "as imported", "named": "named account"}.get(kind, text)


@register.simple_tag(takes_context=True)
def sort_query(context: Any, key: str, wanted: Any) -> str:
    """The address that sorts a table by a column; a second time the other way round."""
    is_again = wanted.sort == key and not wanted.is_descending
    return query(context, sort=f"-{key}" if is_again else key, page=None)
