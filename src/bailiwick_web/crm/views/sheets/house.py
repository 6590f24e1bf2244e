"""What holds in the house, as lists: clocks of cases, own fields, rates of currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import catalogue as f
from bailiwick_web.crm.services import catalogue, fields, money
from bailiwick_web.crm.views.sheets.sheet import Sheet, Values, adds, changes, in_use


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} h"


def _level(values: Values) -> Values:
    minutes = {f"{name}_minutes": int(60 * values[f"{name}_hours"]) for name in ("respond", "solve")}
    return {"priority": values["priority"], **minutes}


def _level_of(level: Any) -> Values:
    hours = {f"{name}_hours": round(Decimal(getattr(level, f"{name}_minutes")) / 60, 2) for name in ("respond", "solve")}
    return {"priority": level.priority, **hours}


def _define(actor: Actor, **values: Any) -> Any:
    return fields.define_field(actor, **values)


def _redefine(actor: Actor, public_id: Any, version: int | None, **values: Any) -> Any:
    return fields.change_field(actor, public_id, version=version, **values)


SHEETS = (
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
        adds(catalogue.SERVICE_LEVEL),
        changes(catalogue.SERVICE_LEVEL),
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
            ("", in_use),
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
