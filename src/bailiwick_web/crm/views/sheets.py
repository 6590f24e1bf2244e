"""What everybody shares, as lists: each sheet with what it shows, what can be written in it, and by which service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import catalogue as f
from bailiwick_web.crm.queries.pages_accounts import choices
from bailiwick_web.crm.queries.pages_catalogue import found
from bailiwick_web.crm.services import catalogue, fields, money
from bailiwick_web.crm.services.routing import BASE

Text = Any
Values = dict[str, Any]


def _same(values: Values) -> Values:
    return values


def _adds(spec: Any) -> Callable[..., Any]:
    return lambda actor, **values: catalogue.add(actor, spec, **values)


def _changes(spec: Any) -> Callable[..., Any]:
    return lambda actor, public_id, version, **values: catalogue.change(actor, spec, public_id, version=version, **values)


@dataclass(frozen=True)
class Sheet:
    """A list of the catalogue.

    Attributes
    ----------
    columns
        Heading, and what stands there of a record.
    words
        Fields that the search looks in.
    fixed
        Fields of the form that are said once and stay.
    to, of
        Values of the form as the service takes them, and a record as the form shows it, where they differ.
    """

    key: str
    label: Text
    about: Text
    model: type[Model]
    form: type[forms.Form]
    columns: tuple[tuple[Text, Callable[[Any], Any]], ...]
    add: Callable[..., Any]
    change: Callable[..., Any] | None
    right: Right = Right.ORGANISE
    order: tuple[str, ...] = ("name",)
    related: tuple[str, ...] = ()
    words: tuple[str, ...] = ("name",)
    fixed: tuple[str, ...] = ()
    to: Callable[[Values], Values] = _same
    of: Callable[[Any], Values] | None = None

    @property
    def can_change(self) -> bool:
        """Whether its records can be changed."""
        return self.change is not None

    @property
    def can_go(self) -> bool:
        """Whether its records can be put into the bin."""
        return any(field.name == "deleted_at" for field in self.model._meta.fields)

    def initial(self, record: Any) -> Values:
        """A record as the form shows it."""
        if self.of is not None:
            return self.of(record)
        values = {name: getattr(record, name) for name in self.form.base_fields}
        return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.public_id  # type: ignore[attr-defined]
    return ", ".join(value) if isinstance(value, list) else value


def _price(product: Any) -> str:
    found = [p for p in product.prices.all() if not p.least_quantity]
    return " · ".join(f"{p.amount.normalize():f} {p.currency}" for p in found[:2])


def _in_use(record: Any) -> str:
    return "" if record.is_active else _("not in use")


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} h"


def _stage(values: Values) -> Values:
    return {**{k: v for k, v in values.items() if k != "percent"}, "probability": Decimal(values["percent"]) / 100}


def _stage_of(stage: Any) -> Values:
    names = ("name", "kind", "place", "most_days", "keeps_rep")
    values = {name: getattr(stage, name) for name in names}
    return {**values, "pipeline": stage.pipeline.public_id, "percent": round(100 * stage.probability)}


def _level(values: Values) -> Values:
    minutes = {f"{name}_minutes": int(60 * values[f"{name}_hours"]) for name in ("respond", "solve")}
    return {"priority": values["priority"], **minutes}


def _level_of(level: Any) -> Values:
    hours = {f"{name}_hours": round(Decimal(getattr(level, f"{name}_minutes")) / 60, 2) for name in ("respond", "solve")}
    return {"priority": level.priority, **hours}


def _priority(level: Any) -> str:
    return str(dict(m.Case.Priority.choices).get(level.priority, level.priority))


def _presence(values: Values) -> Values:
    return {**values, "layer": BASE}


def _define(actor: Actor, **values: Any) -> Any:
    return fields.define_field(actor, **values)


def _redefine(actor: Actor, public_id: Any, version: int | None, **values: Any) -> Any:
    return fields.change_field(actor, public_id, version=version, **values)


_SHEETS = (
    Sheet(
        "products",
        gettext_lazy("Products"),
        gettext_lazy("What you sell: products and services stand in deals, offers and orders, with their prices."),
        m.Product,
        f.ProductForm,
        (
            (gettext_lazy("Number"), lambda r: r.code),
            (gettext_lazy("Product line"), lambda r: r.line or ""),
            (gettext_lazy("Price"), _price),
            ("", lambda r: "" if r.is_active else _("not sold any more")),
        ),
        _adds(catalogue.PRODUCT),
        _changes(catalogue.PRODUCT),
        related=("line",),
        words=("name", "code"),
    ),
    Sheet(
        "product-lines",
        gettext_lazy("Product lines"),
        gettext_lazy("Products that belong together; sales and potential are told by line."),
        m.ProductLine,
        f.LineForm,
        ((gettext_lazy("Number"), lambda r: r.code), (gettext_lazy("Belongs to"), lambda r: r.parent or "")),
        _adds(catalogue.PRODUCT_LINE),
        _changes(catalogue.PRODUCT_LINE),
        related=("parent",),
        words=("name", "code"),
    ),
    Sheet(
        "competitors",
        gettext_lazy("Competitors"),
        gettext_lazy("Who else sells it: they stand in deals, in the reasons of lost ones, and in mentions."),
        m.Competitor,
        f.CompetitorForm,
        (
            (gettext_lazy("Where they are strong"), lambda r: r.strengths[:120]),
            (gettext_lazy("Where they are weak"), lambda r: r.weaknesses[:120]),
        ),
        _adds(catalogue.COMPETITOR),
        _changes(catalogue.COMPETITOR),
        right=Right.SELL,
        words=("name", "strengths", "weaknesses"),
    ),
    Sheet(
        "presences",
        gettext_lazy("Where competitors are"),
        gettext_lazy("How strong a competitor is in a territory, who says so and when. The newest word counts."),
        m.CompetitorPresence,
        f.PresenceForm,
        (
            (gettext_lazy("Territory"), lambda r: r.territory_code or str(r.unit or "")),
            (gettext_lazy("How strong"), lambda r: f"{r.strength} / 5"),
            (gettext_lazy("Who says so"), lambda r: r.source),
            (gettext_lazy("On which day"), lambda r: date_format(r.on, "SHORT_DATE_FORMAT")),
        ),
        _adds(catalogue.PRESENCE),
        _changes(catalogue.PRESENCE),
        right=Right.SELL,
        order=("-on", "-pk"),
        related=("competitor", "unit"),
        words=("competitor__name", "territory_code"),
        to=_presence,
    ),
    Sheet(
        "pipelines",
        gettext_lazy("Pipelines"),
        gettext_lazy("The ways that deals go. Until you make one there is “Sales” with six stages."),
        m.Pipeline,
        f.PipelineForm,
        ((gettext_lazy("Order in the list"), lambda r: r.place), ("", lambda r: _("the usual one") if r.is_default else _in_use(r))),
        _adds(catalogue.PIPELINE),
        _changes(catalogue.PIPELINE),
        order=("place", "pk"),
    ),
    Sheet(
        "stages",
        gettext_lazy("Stages"),
        gettext_lazy("The steps of a pipeline, the chance of a deal in each, and how long one may stay there."),
        m.Stage,
        f.StageForm,
        (
            (gettext_lazy("Pipeline"), lambda r: r.pipeline),
            (gettext_lazy("What it means"), lambda r: dict(f.STAGE_KINDS)[r.kind]),
            (gettext_lazy("Chance in %"), lambda r: f"{round(100 * r.probability)} %"),
            (gettext_lazy("Stuck after days"), lambda r: r.most_days or ""),
        ),
        _adds(catalogue.STAGE),
        _changes(catalogue.STAGE),
        order=("pipeline__place", "pipeline", "place", "pk"),
        related=("pipeline",),
        words=("name", "pipeline__name"),
        to=_stage,
        of=_stage_of,
    ),
    Sheet(
        "reasons",
        gettext_lazy("Reasons"),
        gettext_lazy("Why deals are won or lost: what is chosen when one ends, and what reports count."),
        m.OutcomeReason,
        f.ReasonForm,
        ((gettext_lazy("Of deals that are"), lambda r: r.get_kind_display()), ("", _in_use)),
        _adds(catalogue.REASON),
        _changes(catalogue.REASON),
        order=("kind", "place", "pk"),
        words=("label",),
    ),
    Sheet(
        "criteria",
        gettext_lazy("Criteria of leads"),
        gettext_lazy("What makes a lead qualified. Without any, every part of BANT needs at least a hint."),
        m.Criterion,
        f.CriterionForm,
        (
            (gettext_lazy("At least"), lambda r: r.least_grade),
            (gettext_lazy("Evidence counts for days"), lambda r: r.most_days_old or ""),
            ("", _in_use),
        ),
        _adds(catalogue.CRITERION),
        _changes(catalogue.CRITERION),
        order=("pk",),
        words=("part",),
    ),
    Sheet(
        "service-levels",
        gettext_lazy("Clocks of cases"),
        gettext_lazy("How fast a case is answered and solved, by priority. Without a row the usual ones count: 1 hour to 7 days."),
        m.ServiceLevel,
        f.LevelForm,
        (
            (gettext_lazy("First answer within hours"), lambda r: _hours(r.respond_minutes)),
            (gettext_lazy("Solved within hours"), lambda r: _hours(r.solve_minutes)),
        ),
        _adds(catalogue.SERVICE_LEVEL),
        _changes(catalogue.SERVICE_LEVEL),
        order=("pk",),
        words=("priority",),
        to=_level,
        of=_level_of,
    ),
    Sheet(
        "fields",
        gettext_lazy("Own fields"),
        gettext_lazy("What your records hold beside what every one has; they stand in lists, files, rules and reports."),
        m.FieldDefinition,
        f.FieldForm,
        (
            (gettext_lazy("Of which records"), lambda r: f.RECORDS.get(r.record_type, r.record_type)),
            (gettext_lazy("Key"), lambda r: r.key),
            (gettext_lazy("What it holds"), lambda r: dict(f.FIELD_KINDS).get(r.kind, r.kind)),
            ("", _in_use),
        ),
        _define,
        _redefine,
        order=("record_type", "place", "pk"),
        words=("label", "key"),
        fixed=("record_type", "key", "kind"),
    ),
    Sheet(
        "rates",
        gettext_lazy("Rates of currencies"),
        gettext_lazy("What one of a currency is worth in the currency of the house from a day on. Amounts that are kept stay as they are."),
        m.ExchangeRate,
        f.RateForm,
        (
            (gettext_lazy("Rate"), lambda r: f"{r.rate.normalize():f}"),
            (gettext_lazy("From the day"), lambda r: date_format(r.on, "SHORT_DATE_FORMAT")),
        ),
        money.set_rate,
        None,
        order=("currency", "-on"),
        words=("currency",),
    ),
)
SHEETS: Mapping[str, Sheet] = {sheet.key: sheet for sheet in _SHEETS}


def sheet_of(key: str) -> Sheet:
    """A sheet by its name.

    Raises
    ------
    Missing
        If there is none.
    """
    found = SHEETS.get(key)
    if found is None:
        raise Missing(_("There is no such list."))
    return found


def name_of(sheet: Sheet, record: Any) -> str:
    """What a record of a sheet is called in its list."""
    if isinstance(record, m.CompetitorPresence):
        return str(record.competitor)
    if isinstance(record, m.ExchangeRate):
        return record.currency
    return _priority(record) if isinstance(record, m.ServiceLevel) else str(record)


def form_of(actor: Actor, sheet: Sheet, *args: Any, **kwargs: Any) -> forms.Form:
    """The form of a sheet, with what can be chosen."""
    if sheet.form is f.PresenceForm:
        kwargs["territories"] = list(choices(actor).territories)
    return sheet.form(*args, **kwargs)


def rows_of(actor: Actor, sheet: Sheet, asked: str) -> tuple[list[dict[str, Any]], bool]:
    """Rows of a sheet that fit a search, as they are shown; and whether there are more."""
    rows, has_more = found(actor, sheet.model, asked, words=sheet.words, order=sheet.order, related=sheet.related)
    cells = [value for _title, value in sheet.columns]
    return [{"record": row, "name": name_of(sheet, row), "cells": [value(row) for value in cells]} for row in rows], has_more
