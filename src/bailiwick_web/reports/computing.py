"""Reports computed in the database: the records that somebody sees, filtered, grouped, added up; and the records behind a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Case, Count, DateField, F, FloatField, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import NullIf, Trunc
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.planning.models import TerritoryDefinition
from bailiwick_web.reports import periods
from bailiwick_web.reports.asking import MOST_ROWS, WHAT, Asked, Filter, Group, Measure
from bailiwick_web.reports.operators import condition, within
from bailiwick_web.reports.registry import Field, Ground, Kind

NONE = "none"
MOST_EXPORTED = 50_000
WHOLE = {"sum": Sum, "min": Min, "max": Max}
PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column of a result.

    Attributes
    ----------
    kind
        What its values are; ``share`` is a fraction.
    currency
        Of the amounts in it; empty if another column says it, or if they are none.
    sort
        What sorts the table by it.
    """

    key: str
    label: str
    kind: str
    unit: str = ""
    currency: str = ""
    sort: str = ""
    is_group: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.kind in {Kind.NUMBER, Kind.MONEY, "count", "share"}


@dataclass(frozen=True)
class Row:
    """A line of a result: values as they are, the keys of its groups, the record behind it."""

    values: tuple[Any, ...]
    keys: tuple[str, ...] = ()
    record: UUID | None = None


@dataclass(frozen=True)
class Result:
    """What came of a report."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    is_cut: bool = False
    n_groups: int = 0
    offset: int = 0
    n_records: int | None = None
    currencies: tuple[str, ...] = ()


def records(ground: Ground, asked: Asked) -> QuerySet[Any]:
    """The records that somebody sees and asked for."""
    rows = asked.subject.rows(ground.actor)
    for i, given in enumerate(asked.definition.filters):
        rows = _where(ground, asked.field(given.field), rows, f"f{i}", given)
    return rows


def _where(ground: Ground, field: Field, rows: QuerySet[Any], name: str, given: Filter) -> QuerySet[Any]:
    called = f"{name}_name" if field.name is not None else name
    there = {name: field.make(ground)} | ({called: field.name(ground)} if field.name is not None else {})
    return _narrowed(field, rows, there, condition(ground, field, name, given.op, given.values, called))


def _narrowed(field: Field, rows: QuerySet[Any], there: Mapping[str, Any], said: Q) -> QuerySet[Any]:
    """Rows that fulfil a condition; of a field with several values one of them is enough, and no row comes twice."""
    if not field.is_many:
        return rows.alias(**there).filter(said)
    fitting = rows.model._default_manager.alias(**there).filter(said)
    return rows.filter(pk__in=fitting.values("pk"))


def run(ground: Ground, asked: Asked, *, most: int = MOST_ROWS, offset: int = 0) -> Result:
    """Compute a report; ``most`` rows at most, from ``offset`` on."""
    limit = min(most, asked.definition.limit or most)
    return (
        listed(ground, asked, limit=limit, offset=offset)
        if asked.definition.is_list
        else grouped(ground, asked, limit=limit, offset=offset)
    )


def listed(ground: Ground, asked: Asked, *, limit: int, offset: int = 0, rows: QuerySet[Any] | None = None) -> Result:
    """Records, a column for each field that is asked for."""
    rows = records(ground, asked) if rows is None else rows
    fields = [asked.field(key) for key in asked.definition.columns or asked.subject.columns]
    shown = {f"c{i}": _shown(ground, field) for i, field in enumerate(fields)}
    order = _listed_order(asked, fields)
    found = list(rows.annotate(**shown).order_by(*order, "-pk").values_list(*shown, asked.subject.page_of)[offset : offset + limit + 1])
    columns = tuple(_column(field, sort=field.key) for field in fields)
    named = _territories([(i, column.kind) for i, column in enumerate(columns)], found[:limit])
    told = [Row(_labelled(fields, row[:-1], named), record=row[-1]) for row in found[:limit]]
    return Result(columns, tuple(told), is_cut=len(found) > limit, offset=offset, n_records=rows.count())


def _shown(ground: Ground, field: Field) -> Any:
    return field.name(ground) if field.name is not None else field.make(ground)


def _listed_order(asked: Asked, fields: Sequence[Field]) -> list[Any]:
    name = asked.definition.sort.lstrip("-")
    place = next((i for i, field in enumerate(fields) if field.key == name), None)
    if place is None:
        return []
    by = F(f"c{place}")
    return [by.desc(nulls_last=True) if asked.definition.sort.startswith("-") else by.asc(nulls_last=True)]


def _labelled(fields: Sequence[Field], values: Sequence[Any], named: Mapping[str, str]) -> tuple[Any, ...]:
    return tuple(
        named.get(value, value) if field.kind is Kind.TERRITORY else _choice(field, value)
        for field, value in zip(fields, values, strict=True)
    )


def _choice(field: Field, value: Any) -> Any:
    return str(dict(field.choices).get(value, value)) if field.kind is Kind.CHOICE and value else value


def grouped(ground: Ground, asked: Asked, *, limit: int, offset: int = 0) -> Result:
    """Groups of records and what is computed of each; amounts of unlike currencies stand apart."""
    rows = records(ground, asked)
    groups = list(asked.definition.groups)
    apart = currency_apart(asked)
    if apart is not None:
        groups.append(Group(apart.key))
    fields = [asked.field(group.field) for group in groups]
    keys = {f"g{i}": key_of(ground, field, group) for i, (field, group) in enumerate(zip(fields, groups, strict=True))}
    names = {f"n{i}": field.name(ground) for i, field in enumerate(fields) if field.name is not None}
    orders = [name for field in fields for name in field.order if field.name is not None]
    measures = asked.definition.measures
    counted = {f"m{i}": _aggregate(ground, asked, measure) for i, measure in enumerate(measures)}
    base = rows.annotate(**keys, **names).order_by().values(*keys, *names, *orders)
    found = list(base.annotate(**counted).order_by(*_order(asked, fields))[offset : offset + limit + 1])
    totals = _totals(ground, asked, rows, apart, counted)
    whole = totals[0] if totals else {}
    territories = _territories([(f"g{i}", field.kind) for i, field in enumerate(fields)], found)
    told = [_row(fields, groups, measures, row, whole, territories) for row in found[:limit]]
    return Result(
        (
            *(_group_column(field, group, i) for i, (field, group) in enumerate(zip(fields, groups, strict=True))),
            *(_measure_column(asked, measure, i) for i, measure in enumerate(measures)),
        ),
        tuple(told),
        tuple(_total(measures, len(fields), apart, row, whole) for row in totals),
        tuple(_notes(ground, asked, rows, apart, totals)),
        is_cut=len(found) > limit,
        n_groups=len(groups),
        offset=offset,
        currencies=tuple(str(row["g"] or "") for row in totals) if apart else (),
    )


def currency_apart(asked: Asked) -> Field | None:
    """The currency by which groups are told apart, if an amount in its own currency is added up and no group says it."""
    names = {asked.field(m.field).currency for m in asked.definition.measures if m.field and m.what != "distinct"} - {""}
    if not names or names & {group.field for group in asked.definition.groups}:
        return None
    return asked.known.get(names.pop())


def key_of(ground: Ground, field: Field, group: Group) -> Any:
    """The expression that tells groups apart; blank texts are none."""
    made = field.make(ground)
    if field.is_dated:
        zone = {"tzinfo": ground.zone} if field.kind is Kind.INSTANT else {}
        return Trunc(made, group.step, output_field=DateField(), **zone)
    return NullIf(made, Value("")) if field.kind in {Kind.TEXT, Kind.TERRITORY} else made


def _aggregate(ground: Ground, asked: Asked, measure: Measure) -> Any:
    if not measure.field:
        return Count("pk")
    field = asked.field(measure.field)
    made = field.make(ground)
    if measure.what == "distinct":
        return Count(made, distinct=True)
    if measure.what == "mean" and field.kind is Kind.YES_NO:
        return Avg(Case(When(_is(made, True), then=1.0), When(_is(made, False), then=0.0), output_field=FloatField()))
    return Avg(made, output_field=FloatField()) if measure.what == "mean" else WHOLE.get(measure.what, Sum)(made)


def _is(made: Any, value: bool) -> Any:
    return Exact(made, Value(value))


def _order(asked: Asked, fields: Sequence[Field]) -> list[Any]:
    """As asked for; else in the order of time and of records, and where there is none by the first measure."""
    sort = asked.definition.sort
    natural = [order for i, field in enumerate(fields) for order in _natural(i, field)]
    name = sort.lstrip("-")
    if name.startswith("m"):
        by = F(name)
        return [by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True), *natural]
    if name.startswith("g"):
        first = _natural(int(name[1:]), fields[int(name[1:])], is_down=sort.startswith("-"))
        return [*first, *natural]
    has_order = fields and (fields[0].is_dated or fields[0].key in {"stage", "pipeline"})
    if len(asked.definition.groups) == 1 and not has_order:
        return [F("m0").desc(nulls_last=True), *natural]
    return natural


def _natural(place: int, field: Field, *, is_down: bool = False) -> list[Any]:
    names = [*field.order, f"n{place}"] if field.name is not None else [f"g{place}"]
    ordered = [F(name).desc(nulls_last=True) if is_down else F(name).asc(nulls_last=True) for name in names]
    return [*ordered, f"g{place}"]


def _totals(ground: Ground, asked: Asked, rows: QuerySet[Any], apart: Field | None, counted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same measures of all records together, for each currency; without the joins of groups, so that nothing counts twice."""
    if apart is None:
        return [rows.aggregate(**counted)]
    base = rows.annotate(g=NullIf(apart.make(ground), Value(""))).order_by().values("g")
    return list(base.annotate(**counted).order_by(F("g").asc(nulls_last=True)))


def _row(
    fields: Sequence[Field],
    groups: Sequence[Group],
    measures: Sequence[Measure],
    row: Mapping[str, Any],
    whole: Mapping[str, Any],
    territories: Mapping[str, str],
) -> Row:
    labels = []
    for i, field in enumerate(fields):
        value = row[f"n{i}"] if field.name is not None and row[f"g{i}"] is not None else row[f"g{i}"]
        labels.append(territories.get(value, value) if field.kind is Kind.TERRITORY else _choice(field, value))
    keys = tuple(_mark(row[f"g{i}"]) for i in range(len(groups)))
    return Row((*labels, *_values(measures, row, whole)), keys)


def _values(measures: Sequence[Measure], row: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Any]:
    found = []
    for i, measure in enumerate(measures):
        value = row[f"m{i}"]
        if measure.what == "share":
            of = whole.get(f"m{i}")
            value = float(value or 0) / float(of) if of else None
        found.append(value)
    return found


def _total(measures: Sequence[Measure], n: int, apart: Field | None, row: Mapping[str, Any], whole: Mapping[str, Any]) -> Row:
    labels: list[Any] = [None] * n
    if apart is not None:
        labels[-1] = row["g"]
    return Row((*labels, *_values(measures, row, whole)))


def _mark(value: Any) -> str:
    """A key of a group as it stands in an address."""
    if value is None:
        return NONE
    if isinstance(value, date | datetime):
        return f"={value.isoformat()[:10]}"
    return f"={'yes' if value else 'no'}" if isinstance(value, bool) else f"={value}"


def _territories(places: Sequence[tuple[Any, str]], rows: Sequence[Any]) -> dict[str, str]:
    """Code → name of the territories that occur, as they are called in the newest plan."""
    at = [place for place, kind in places if kind == Kind.TERRITORY]
    codes = {row[place] for row in rows for place in at} - {None, ""}
    if not codes:
        return {}
    return dict(TerritoryDefinition.objects.filter(code__in=codes, scenario__state="published").order_by("pk").values_list("code", "name"))


def _column(field: Field, *, sort: str) -> Column:
    return Column(field.key, str(field.label), field.kind, field.unit, _currency(field), sort)


def _currency(field: Field) -> str:
    return house_currency() if field.kind is Kind.MONEY and not field.currency else ""


def _group_column(field: Field, group: Group, place: int) -> Column:
    kind = group.step or (Kind.TEXT if field.kind in {Kind.CHOICE, Kind.RECORD, Kind.TERRITORY} else field.kind)
    return Column(field.key, str(field.label), kind, sort=f"g{place}", is_group=True)


def _measure_column(asked: Asked, measure: Measure, place: int) -> Column:
    sort = f"m{place}"
    if not measure.field:
        label = str(asked.subject.label) if measure.what == "count" else _("Share of %(what)s") % {"what": asked.subject.label}
        return Column(sort, label, "count" if measure.what == "count" else "share", sort=sort)
    field = asked.field(measure.field)
    label = str(field.label) if measure.what == "sum" else f"{dict(WHAT)[measure.what]} {field.label}"
    if measure.what == "distinct":
        return Column(sort, label, "count", sort=sort)
    if measure.what == "share" or field.unit == "share":
        return Column(sort, label, "share", sort=sort)
    if field.kind is Kind.YES_NO:
        return Column(sort, _("%(what)s, share") % {"what": field.label}, "share", sort=sort)
    return Column(sort, label, field.kind, field.unit, _currency(field), sort)


def _notes(ground: Ground, asked: Asked, rows: QuerySet[Any], apart: Field | None, totals: Sequence[Mapping[str, Any]]) -> list[str]:
    notes = []
    if apart is not None and len(totals) > 1:
        notes.append(_("Amounts of unlike currencies are not added: each currency has its own line."))
    unpriced = [asked.field(m.field).unpriced for m in asked.definition.measures if m.field and asked.field(m.field).unpriced is not None]
    if unpriced and (n := rows.filter(unpriced[0]).count()):
        text = ngettext(
            "%(n)s amount is in no sum, as no rate to the house currency was known on its day.",
            "%(n)s amounts are in no sum, as no rate to the house currency was known on their day.",
            n,
        )
        notes.append(text % {"n": n})
    if any(asked.field(group.field).is_many for group in asked.definition.groups):
        notes.append(_("A record with several values counts with each of them; the total counts it once."))
    return notes


def behind(ground: Ground, asked: Asked, marks: Sequence[str]) -> QuerySet[Any]:
    """The records of one group.

    Raises
    ------
    Invalid
        If the marks are not those of a group of this report.
    """
    groups = list(asked.definition.groups)
    apart = currency_apart(asked)
    if apart is not None:
        groups.append(Group(apart.key))
    if len(marks) != len(groups):
        raise Invalid(_("This address does not name a group of the report."), code="report", field="group")
    rows = records(ground, asked)
    for i, (group, mark) in enumerate(zip(groups, marks, strict=True)):
        found = asked.field(group.field)
        name = f"d{i}"
        made = found.make(ground) if found.is_dated else key_of(ground, found, group)
        rows = _narrowed(found, rows, {name: made}, _one(ground, found, group, name, mark))
    return rows


def _one(ground: Ground, field: Field, group: Group, name: str, mark: str) -> Q:
    if mark == NONE:
        return Q(**{f"{name}__isnull": True})
    value = mark.removeprefix("=")
    try:
        if field.is_dated:
            start = date.fromisoformat(value)
            return within(ground, field, name, periods.Period(start, periods.shifted(start, group.step, 1)))
        wanted: Any = UUID(value) if field.kind is Kind.RECORD else value == "yes" if field.kind is Kind.YES_NO else value
    except ValueError:
        raise Invalid(_("This address does not name a group of the report."), code="report", field="group") from None
    return Q(**{name: wanted})


def rows_of(ground: Ground, asked: Asked, marks: Sequence[str], *, offset: int = 0, limit: int = PAGE) -> Result:
    """The records behind a group, as a list."""
    plain = replace(asked.definition, groups=(), measures=(), columns=asked.subject.columns, sort="", limit=None)
    found = behind(ground, asked, marks) if asked.definition.groups or currency_apart(asked) else records(ground, asked)
    return listed(ground, replace(asked, definition=plain), limit=limit, offset=offset, rows=found)
