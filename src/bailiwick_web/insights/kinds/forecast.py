"""Forecast of sales, next orders, pipeline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_ORDERS = Input("orders", _("Orders"), (DataTable.Kind.ORDERS,))
_READ = ("customer", "date", "amount", "quantity", "price")


def sales(given: Given) -> Findings:
    """Sales of the next months."""
    by = [str(name) for name in (given.said("by"), given.said("then_by")) if name]
    return api.forecast_sales(
        given.tables["orders"],
        months=int(given.options.get("months") or 6),
        by=by,
        quantity=bool(given.said("quantity")),
        keep_last=bool(given.said("keep_last")),
        column_map=given.columns("orders", *_READ),
    )


def next_orders(given: Given) -> Findings:
    """When each account orders next."""
    return api.expect_orders(
        given.tables["orders"], by=given.said("by"), today=given.said("today"), column_map=given.columns("orders", *_READ)
    )


def pipeline(given: Given) -> Findings:
    """What the open deals will bring."""
    goal = given.said("goal")
    return api.forecast_pipeline(
        given.tables["deals"],
        days=float(given.options.get("days") or 90),
        by=given.said("by"),
        rate_by=given.said("rate_by"),
        goals={"(all)": float(goal)} if goal else None,
        today=given.said("today") or (given.today.isoformat() if given.beside is not None else None),
        column_map=given.columns("deals"),
    )


KINDS = (
    Kind(
        key="forecast",
        page="forecast",
        label=_("Sales by month"),
        about=_("The next months with intervals, in all and by territory, by the method that did best on the past; the parts add up."),
        teaches=_("Bring orders with a date and an amount: at least twelve full months, better twenty-four."),
        run=sales,
        is_for_all=True,
        inputs=(_ORDERS,),
        fields=(
            Field("months", _("Months ahead"), "number", default=6, least=1, most=24, is_whole=True),
            Field("by", _("By"), "column", of="orders", role="territory"),
            Field("then_by", _("And within it by"), "column", of="orders", is_rare=True),
            Field("quantity", _("Pieces in place of revenue"), "flag", help=_("Demand: needs a column of quantities."), is_rare=True),
            Field("keep_last", _("Count the last month although the orders end before it does"), "flag", is_rare=True),
        ),
    ),
    Kind(
        key="next_orders",
        page="forecast",
        label=_("Next order of each account"),
        about=_("When each account orders next by its own rhythm, and who is overdue."),
        teaches=_("Bring orders with customer, date and amount; at least 30 customers must have ordered again."),
        run=next_orders,
        is_for_all=True,
        inputs=(_ORDERS,),
        fields=(
            Field("by", _("Keep this column"), "column", of="orders", role="territory"),
            Field("today", _("As of"), "date", help=_("Empty: the day of the last order.")),
        ),
    ),
    Kind(
        key="pipeline",
        page="forecast",
        label=_("Open deals"),
        about=_("What the open deals bring within some days, simulated from those that were closed, and the chance to reach a goal."),
        teaches=_("Bring deals with stage, value, start and end: at least 20 closed ones and some open."),
        run=pipeline,
        is_for_all=True,
        inputs=(Input("deals", _("Deals"), (DataTable.Kind.DEALS,)),),
        fields=(
            Field("days", _("Days ahead"), "number", default=90, least=1, most=1000, is_whole=True),
            Field("by", _("By"), "column", of="deals", role="territory"),
            Field("goal", _("Still to reach"), "number"),
            Field("rate_by", _("Column by which chances differ"), "column", of="deals", is_rare=True),
            Field(
                "today",
                _("As of"),
                "date",
                help=_("Empty: today; of a table that was brought in, the latest day on which one began or was closed."),
                is_rare=True,
            ),
        ),
    ),
)
