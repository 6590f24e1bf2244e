"""Goals: how far they are reached, and how a pool is divided to reach them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_READ = ("customer", "date", "amount", "quantity", "price")


def attainment(given: Given) -> Findings:
    """What was reached of each goal, by day, week or month."""
    return api.goal_attainment(
        given.tables["orders"],
        _goals(given),
        start=str(given.said("start")),
        end=str(given.said("end")),
        by=given.said("by"),
        grain=str(given.options.get("grain") or "month"),  # type: ignore[arg-type]
        today=given.said("today") or (given.today.isoformat() if given.beside is not None else None),
        column_map=given.columns("orders", *_READ),
    )


def _goals(given: Given) -> dict[str, float]:
    """``name = amount`` lines; an amount alone is the goal of all."""
    found = {}
    for line in given.said("goals") or ():
        name, _equals, amount = str(line).rpartition("=")
        try:
            found[name.strip() or "(all)"] = float(amount.replace(",", "."))
        except ValueError:
            text = say("expected NAME = AMOUNT, found %(line)s; for example North = 500000", line=line)
            raise InputError(text, code="goal", field="goals") from None
    return found


def allocation(given: Given) -> Findings:
    """Hours, money or people among territories or segments by four methods."""
    return api.allocate_pool(
        given.tables["groups"],
        float(given.options["pool"]),
        method=str(given.options.get("method") or "potential"),
        floor=float(given.options.get("floor") or 0),
        step=float(given.options.get("step") or 0),
        column_map=given.columns("groups", "group"),
    )


KINDS = (
    Kind(
        key="attainment",
        page="figures",
        label=_("How far are the goals reached?"),
        about=_("What was reached of each goal up to today, by day, week or month, against what the season lets expect by then."),
        teaches=_("Bring orders with a date and an amount; with a year before the period its season sets the pace."),
        run=attainment,
        is_for_all=True,
        inputs=(Input("orders", _("Orders"), (DataTable.Kind.ORDERS,)),),
        fields=(
            Field("by", _("By"), "column", of="orders", role="territory"),
            Field("start", _("From"), "date", is_needed=True),
            Field("end", _("To"), "date", is_needed=True),
            Field(
                "goals",
                _("Goals for the whole period, one a line"),
                "lines",
                help=_("Name = amount, such as North = 500000; an amount alone is that of all."),
                is_needed=True,
            ),
            Field(
                "grain", _("Steps"), "choice", default="month", choices=(("day", _("days")), ("week", _("weeks")), ("month", _("months")))
            ),
            Field(
                "today", _("As of"), "date", help=_("Empty: today for our customers, of a file the day of its last order."), is_rare=True
            ),
        ),
    ),
    Kind(
        key="allocation",
        page="figures",
        label=_("Divide hours, money or people"),
        about=_("A pool among territories or segments by past sales, potential, growth and number of accounts, side by side, with floors."),
        teaches=_("Bring a table with a row per territory or segment and of sales, potential, growth, workload the columns that you have."),
        run=allocation,
        inputs=(Input("groups", _("Territories or segments"), (DataTable.Kind.MEASURES,)),),
        fields=(
            Field("pool", _("To divide"), "number", is_needed=True, least=0.01),
            Field(
                "method",
                _("Method to propose"),
                "choice",
                default="potential",
                choices=(
                    ("sales", _("past sales")),
                    ("potential", _("potential")),
                    ("growth", _("growth")),
                    ("workload", _("accounts or hours of work")),
                ),
            ),
            Field("floor", _("At least, for each"), "number"),
            Field("step", _("In steps of"), "number", help=_("1 for people.")),
        ),
    ),
)
