"""Key figures with periods and crediting; what explains a gap."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick_web.insights.alignments import history_of
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

YEAR = timedelta(days=365)


def key_figures(given: Given) -> Findings:
    """Key figures of a period and the one before; of our customers the last twelve months, with what was done meanwhile."""
    plan = given.said("plan")
    start, end, measures = given.said("start"), given.said("end"), given.tables.get("measures")
    if given.beside is not None:
        end = end or given.today.isoformat()
        start = start or (date.fromisoformat(end) - YEAR + timedelta(days=1)).isoformat()
        if measures is None and not plan and given.said("by") == "territory":
            measures = given.beside.measures(date.fromisoformat(start), date.fromisoformat(end))
    return api.key_figures(
        given.tables["orders"],
        by=given.said("by"),
        start=start,
        end=end,
        before=given.said("before"),
        measures=measures,
        history=history_of(plan) if plan else None,
        crediting="as-is" if given.said("crediting") == "as-is" else "as-was",
        formulas=given.said("formulas") or (),
        keep_lines=True,
        column_map=given.columns("orders", "customer", "date", "amount", "quantity", "price"),
    )


def gap(given: Given) -> Findings:
    """Why groups bring less than the mean."""
    return api.explain_gap(given.tables["deals"], by=str(given.said("by")), worked=given.said("worked"), column_map=given.columns("deals"))


KINDS = (
    Kind(
        key="key_figures",
        page="figures",
        label=_("Key figures"),
        about=_("A period beside the one before: growth, customers won and kept, conversion, attainment. Each opens to formula and rows."),
        teaches=_("Bring orders with customer, date and amount; a column of territories, or a published plan, tells whose they are."),
        run=key_figures,
        is_for_all=True,
        inputs=(
            Input("orders", _("Orders"), (DataTable.Kind.ORDERS,)),
            Input(
                "measures",
                _("Further figures per territory"),
                (DataTable.Kind.MEASURES,),
                is_needed=False,
                help=_("Columns hours, potential, goal, open_value, calls, won, lost, promoters … make further key figures."),
            ),
        ),
        fields=(
            Field("by", _("By"), "column", of="orders", role="territory"),
            Field("plan", _("Territories of a published plan"), "plan", help=_("Its units must be the customers of the orders.")),
            Field(
                "crediting",
                _("Credit"),
                "choice",
                default="as-was",
                choices=(("as-was", _("to the territory of the day")), ("as-is", _("to today's territory"))),
            ),
            Field("start", _("From"), "date", help=_("Empty: the last twelve months of our customers, of a file its second half.")),
            Field("end", _("To"), "date"),
            Field("before", _("Period before, from"), "date", is_rare=True),
            Field(
                "formulas",
                _("Own key figures, one a line"),
                "lines",
                help=_("name = formula over measures, such as per_customer = revenue / customers"),
                is_rare=True,
            ),
        ),
    ),
    Kind(
        key="gap",
        page="figures",
        label=_("Why less than the others?"),
        about=_("Splits what a territory or rep brings less than the mean into potential, coverage, conversion and deal size."),
        teaches=_("Bring deals with stage, value and a column of territories or reps; groups need five won deals each."),
        run=gap,
        is_for_all=True,
        inputs=(Input("deals", _("Deals"), (DataTable.Kind.DEALS,)),),
        fields=(
            Field("by", _("Compare"), "column", of="deals", role="territory", is_needed=True),
            Field(
                "worked",
                _("Filled once somebody works on it"),
                "column",
                of="deals",
                role="start",
                help=_("Closed deals were worked in any case."),
                is_rare=True,
            ),
        ),
    ),
)
