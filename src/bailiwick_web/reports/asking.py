"""What a report asks: read from stored data or from an address, checked against the list of fields, written back the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.reports.operators import OPERATORS, checked_values
from bailiwick_web.reports.periods import STEPS
from bailiwick_web.reports.registry import Field, Kind, Subject, field_of, fields_of, subject_of

MOST_FILTERS, MOST_GROUPS, MOST_MEASURES, MOST_COLUMNS = 12, 2, 6, 20
MOST_ROWS, ROWS = 1_000, 100
CHARTS = (
    ("bar", gettext_lazy("Bars")),
    ("line", pgettext_lazy("chart", "Line")),
    ("stacked", gettext_lazy("Stacked bars")),
    ("table", gettext_lazy("Table only")),
)
WHAT = (
    ("count", gettext_lazy("Number")),
    ("sum", gettext_lazy("Sum of")),
    ("mean", gettext_lazy("Mean of")),
    ("min", gettext_lazy("Least")),
    ("max", gettext_lazy("Largest")),
    ("distinct", gettext_lazy("Different values of")),
    ("share", gettext_lazy("Share of")),
)
LIST = "list"


@dataclass(frozen=True)
class Filter:
    """A field, an operator, and what it is compared with."""

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A field by which records are put together; of a date, the step."""

    field: str
    step: str = ""


@dataclass(frozen=True)
class Measure:
    """What is computed of a group; ``count`` and ``share`` need no field."""

    what: str
    field: str = ""


@dataclass(frozen=True)
class Definition:
    """A report: with groups it adds up, without it lists records."""

    subject: str
    filters: tuple[Filter, ...] = ()
    groups: tuple[Group, ...] = ()
    measures: tuple[Measure, ...] = ()
    columns: tuple[str, ...] = ()
    sort: str = ""
    limit: int | None = None
    chart: str = "bar"

    @property
    def is_list(self) -> bool:
        """Whether it lists records."""
        return not self.groups and not self.measures

    def to_json(self) -> dict[str, Any]:
        """As it is stored and told over the interface."""
        return {
            "subject": self.subject,
            "filters": [{"field": f.field, "op": f.op, "values": list(f.values)} for f in self.filters],
            "groups": [{"field": g.field, "step": g.step} for g in self.groups],
            "measures": [{"what": m.what, "field": m.field} for m in self.measures],
            "columns": list(self.columns),
            "sort": self.sort,
            "limit": self.limit,
            "chart": self.chart,
        }

    def to_query(self) -> str:
        """As it stands in an address."""
        parts: list[tuple[str, str]] = [("subject", self.subject), *([("as", LIST)] if self.is_list else [])]
        for i, group in enumerate(self.groups, start=1):
            parts += [(f"group{i}", group.field), *([(f"step{i}", group.step)] if group.step else [])]
        parts += [("measure", f"{m.what}:{m.field}" if m.field else m.what) for m in self.measures]
        parts += [("column", column) for column in self.columns]
        for i, given in enumerate(self.filters):
            parts += [(f"f{i}", given.field), (f"o{i}", given.op), *((f"v{i}", value) for value in given.values)]
        for name, value in (("sort", self.sort), ("limit", self.limit), ("chart", self.chart)):
            parts += [(name, str(value))] if value else []
        return urlencode(parts)


def from_json(data: Mapping[str, Any]) -> Definition:
    """A definition as it was stored or sent.

    Raises
    ------
    Invalid
        If it has not the shape of one.
    """
    try:
        return Definition(
            subject=str(data["subject"]),
            filters=tuple(
                Filter(str(f["field"]), str(f["op"]), tuple(str(v) for v in f.get("values") or ())) for f in data.get("filters") or ()
            ),
            groups=tuple(Group(str(g["field"]), str(g.get("step") or "")) for g in data.get("groups") or ()),
            measures=tuple(Measure(str(m["what"]), str(m.get("field") or "")) for m in data.get("measures") or ()),
            columns=tuple(str(c) for c in data.get("columns") or ()),
            sort=str(data.get("sort") or ""),
            limit=None if data.get("limit") in (None, "") else int(data["limit"]),
            chart=str(data.get("chart") or "bar"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(_("This is no definition of a report: %(why)s.") % {"why": str(error)[:120]}, code="report") from None


def from_query(given: QueryDict) -> Definition:
    """A definition as it stands in an address; filters without a field are left out."""
    places = sorted({int(name[1:]) for name in given if re.fullmatch(r"f\d{1,2}", name)})
    filters = [
        Filter(key, str(given.get(f"o{i}", "")), tuple(v for v in given.getlist(f"v{i}") if v != ""))
        for i in places
        if (key := str(given[f"f{i}"]))
    ]
    groups = [Group(str(given[f"group{i}"]), str(given.get(f"step{i}", ""))) for i in (1, 2) if given.get(f"group{i}")]
    measures = [Measure(*text.partition(":")[::2]) for text in given.getlist("measure") if text]
    is_list = given.get("as") == LIST
    limit = given.get("limit", "").strip()
    if limit and not (limit.isascii() and limit.isdigit()):
        raise Invalid(_("A number of rows is a whole number, found “%(found)s”.") % {"found": limit[:40]}, code="report", field="limit")
    return Definition(
        subject=given.get("subject", "opportunity"),
        filters=tuple(filters),
        groups=() if is_list else tuple(dict.fromkeys(groups)),
        measures=() if is_list else tuple(dict.fromkeys(measures)),
        columns=tuple(dict.fromkeys(c for c in given.getlist("column") if c)) if is_list else (),
        sort=given.get("sort", ""),
        limit=int(limit[:9]) if limit else None,
        chart=given.get("chart", "bar"),
    )


@dataclass(frozen=True)
class Asked:
    """A definition whose every part is known and allowed, with the fields that it names."""

    definition: Definition
    subject: Subject
    known: dict[str, Field]

    def field(self, key: str) -> Field:
        """A field of it."""
        return self.known[key]


def asked(actor: Actor, wanted: Definition) -> Asked:
    """A definition checked for somebody: types, numbers and names; what is left open is filled in.

    Raises
    ------
    Invalid, NotAllowed
        If something is not known, does not fit, or is not for this user.
    """
    subject = subject_of(wanted.subject)
    known = fields_of(actor, subject)

    def find(key: str) -> Field:
        return field_of(actor, subject, known, key)

    _few(wanted)
    filters = tuple(_filter(find(f.field), f) for f in wanted.filters)
    groups = tuple(_group(find(g.field), g) for g in wanted.groups)
    measures = tuple(_measure(find, m) for m in wanted.measures)
    if groups and not measures:
        measures = (Measure("count"),)
    for column in wanted.columns:
        find(column)
    columns = () if groups or measures else wanted.columns or subject.columns
    chart = wanted.chart if wanted.chart in dict(CHARTS) else "bar"
    found = replace(wanted, filters=filters, groups=groups, measures=measures, columns=columns, chart=chart)
    return Asked(replace(found, sort=_sort(found)), subject, known)


def _few(wanted: Definition) -> None:
    numbers = (
        (wanted.filters, MOST_FILTERS, _("filters")),
        (wanted.groups, MOST_GROUPS, _("groups")),
        (wanted.measures, MOST_MEASURES, _("measures")),
        (wanted.columns, MOST_COLUMNS, _("columns")),
    )
    for parts, most, what in numbers:
        if len(parts) > most:
            raise Invalid(_("A report has at most %(n)s %(what)s.") % {"n": most, "what": what}, code="report")
    if len({g.field for g in wanted.groups}) < len(wanted.groups):
        raise Invalid(_("Two groups by the same field say nothing more than one."), code="report", field="groups")
    if wanted.limit is not None and not 1 <= wanted.limit <= MOST_ROWS:
        raise Invalid(_("A report shows 1 to %(n)s rows.") % {"n": MOST_ROWS}, code="report", field="limit")


def _filter(field: Field, given: Filter) -> Filter:
    if given.op not in OPERATORS[field.kind]:
        said = {"field": field.label, "known": ", ".join(OPERATORS[field.kind]), "found": given.op[:40]}
        raise Invalid(_("“%(field)s” can be asked with: %(known)s; found “%(found)s”.") % said, code="report", field=field.key)
    return Filter(field.key, given.op, checked_values(field, given.op, given.values))


def _group(field: Field, given: Group) -> Group:
    if field.is_measured:
        raise Invalid(_("“%(field)s” is a measure; group by something else.") % {"field": field.label}, code="report", field=field.key)
    if not field.is_dated:
        return Group(field.key)
    step = given.step or "month"
    if step not in dict(STEPS):
        said = {"found": step[:40], "known": ", ".join(dict(STEPS))}
        raise Invalid(_("“%(found)s” is no period; there are: %(known)s.") % said, code="report")
    return Group(field.key, step)


def _measure(find: Any, given: Measure) -> Measure:
    if given.what not in dict(WHAT):
        said = {"found": given.what[:40], "known": ", ".join(dict(WHAT))}
        raise Invalid(_("“%(found)s” is no measure; there are: %(known)s.") % said, code="report", field="measures")
    if given.what == "count" or (given.what == "share" and not given.field):
        return Measure(given.what)
    field = find(given.field)
    fits = not field.is_measured if given.what == "distinct" else field.is_measured or (given.what == "mean" and field.kind is Kind.YES_NO)
    if given.what == "share" and field.currency:
        said = {"field": str(field.label)}
        raise Invalid(_("A share of “%(field)s” would add unlike currencies; take the amount in house currency.") % said, code="report")
    if not fits:
        said = {"what": str(dict(WHAT)[given.what]), "field": str(field.label)}
        raise Invalid(_("“%(what)s” cannot be computed of “%(field)s”.") % said, code="report", field=field.key)
    return Measure(given.what, field.key)


def _sort(found: Definition) -> str:
    """The order as it was asked for if there is such a column, else the usual one."""
    name = found.sort.lstrip("-")
    if found.is_list:
        return found.sort if name in found.columns else ""
    there = {f"g{i}" for i in range(len(found.groups))} | {f"m{i}" for i in range(len(found.measures))}
    return found.sort if name in there else ""
