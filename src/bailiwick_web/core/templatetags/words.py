"""Numbers as people read them, in templates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any, TypeGuard

from django import template
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bailiwick_web.core.deeds import deed, record_kind
from bailiwick_web.core.jobs import sign_of_life_now
from bailiwick_web.core.models import Job, User
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.roles import Role

register = template.Library()
MINUS = "\u2212"


@register.filter
def signed_percent(fraction: float | str | None, digits: int = 1) -> str:
    """+4.1 %, −0.3 %, 0.0 %.

    >>> signed_percent(0.041), signed_percent(-0.003), signed_percent(None)
    ('+4.1 %', '−0.3 %', '–')
    """
    if not _is_number(fraction):
        return "–"
    value = round(100 * fraction, digits)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{_number(abs(value), digits)} %"


def _is_number(value: object) -> TypeGuard[float]:
    """Whether there is something to write; what a template does not find is an empty text."""
    return isinstance(value, Real | Decimal) and not math.isnan(value)


def _number(value: float, digits: int) -> str:
    """With the separators of the present language."""
    return str(number_format(f"{value:.{digits}f}", digits, use_l10n=True, force_grouping=True)).replace("-", MINUS)


@register.filter
def percent(fraction: float | str | None, digits: int = 1) -> str:
    """4.1 %."""
    return f"{_number(100 * fraction, int(digits))} %" if _is_number(fraction) else "–"


@register.filter
def number(value: float | str | None) -> str:
    """12,345 or 3.25: as many digits as say something.

    >>> number(12345.6), number(3.25), number(None)
    ('12,346', '3.25', '–')
    """
    if not _is_number(value):
        return "–"
    if float(value).is_integer() or abs(value) >= 1000:
        return _number(value, 0)
    if abs(value) >= 100:
        return _number(value, 1)
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return _number(value, len(text.partition(".")[2]))


@register.filter
def short_day(value: date | None) -> str:
    """23 Nov; *23. Nov* in German: where the year is plain."""
    return date_format(value, pgettext("date format", "j M")) if value else ""


@register.filter
def short_day_of_year(value: date | None) -> str:
    """23 Nov 2026, with the year, for headings."""
    return date_format(value, pgettext("date format", "j M Y")) if value else ""


@register.filter
def long_day(value: date | None) -> str:
    """Monday, 23 November."""
    return date_format(value, pgettext("date format", "l, j F")) if value else ""


@register.filter
def words(name: str) -> str:
    """workload_hours → Workload hours."""
    text = " ".join(str(name).replace("_", " ").split())
    return text[:1].upper() + text[1:]


@register.filter
def told(record: Any, name: str) -> str:
    """A sentence of a record (history, job, facts of a file) in the language of the reader; older ones as they were written."""
    is_mapping = isinstance(record, dict)
    text = record.get(name, "") if is_mapping else getattr(record, name)
    origin = record.get("made_of") if is_mapping else record.made_of.get(name)
    return retold(origin, str(text))


@register.filter
def sign_of_life(job: Job) -> str:
    """What is to be said of the worker of a job now; empty text while it is well."""
    return sign_of_life_now(job)


register.filter("deed", deed)
register.filter("record_kind", record_kind)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """An entry of a mapping."""
    return mapping.get(key) if mapping else None


@register.filter
def at(values: Sequence[Any], index: int) -> Any:
    """An entry of a list; nothing where there is none.

    >>> at(["a", "b"], 1), at([], 0)
    ('b', '')
    """
    return values[index] if index < len(values) else ""


@register.filter
def roles_of(user: User) -> str:
    """Planner, Manager."""
    return ", ".join(role_name(role) for role in (user.role, *user.more_roles))


@register.filter
def role_name(role: str) -> str:
    """Planner → Planner, in the present language."""
    return str(Role(role).label) if role in Role.values else role


@register.filter
def state_name(state: str) -> str:
    """The state of a scenario, a challenge, a job or an import in the present language."""
    return {
        "draft": _("draft"),
        "proposed": _("proposed"),
        "approved": _("approved"),
        "published": _("published"),
        "archived": _("archived"),
        "open": _("open"),
        "accepted": _("accepted"),
        "declined": _("declined"),
        "uploaded": _("uploaded"),
        "checked": _("checked"),
        "imported": _("imported"),
        "reverted": _("reverted"),
        "failed": _("failed"),
    }.get(state, state)


@register.filter
def node_kind(kind: str) -> str:
    """The kind of a part of the organisation; what users call their own way stays as it is."""
    return {"nation": _("nation"), "region": _("region"), "district": _("district")}.get(kind, kind)


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


@register.filter
def browser(agent: str) -> str:
    """What a browser calls itself, in two words.

    >>> browser("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
    'Chrome, Linux'
    """
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or agent[:40] or "?"


@register.filter
def joined(values: Any) -> str:
    """a, b, c."""
    return ", ".join(str(value) for value in values or ())


@register.filter
def commas(values: Any) -> str:
    """1,2,3: for the values of hidden fields."""
    return ",".join(str(value) for value in values or ())


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
    return {
        "manual": _("moved by hand"),
        "run": _("the engine"),
        "file": _("as imported"),
        "named": _("named account"),
        "rule": _("a rule"),
        "split": _("a split"),
    }.get(kind, text)


@register.filter
def came(text: str) -> str:
    """The same as the end of a sentence that begins with "it came here"."""
    kind = text.partition(":")[0]
    return {
        "manual": _("by hand"),
        "run": _("by the engine"),
        "file": _("with a file"),
        "named": _("as a named account"),
        "rule": _("by a rule"),
        "split": _("by a split"),
    }.get(kind, f"by {text}")


@register.simple_tag(takes_context=True)
def sort_query(context: Any, key: str, wanted: Any) -> str:
    """The address that sorts a table by a column; a second time the other way round."""
    is_again = wanted.sort == key and not wanted.is_descending
    return query(context, sort=f"-{key}" if is_again else key, page=None)
