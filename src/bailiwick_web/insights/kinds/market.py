"""Market map, quality of territories, concentration, white space; potential of accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_SUB_SCORES = (
    ("potential", _("Weight of potential")),
    ("concentration", _("Weight of concentration")),
    ("travel", _("Weight of travel")),
    ("competition", _("Weight of competition")),
)


def survey(given: Given) -> Findings:
    """The market of a plan."""
    arrays = given.arrays
    assert arrays is not None
    return api.survey_market(
        arrays.units.table,
        arrays.territory_idx,
        [territory.name for territory in arrays.territories],
        measure=str(given.said("measure")),
        adjacency=arrays.units.adjacency,
        sales=given.said("sales"),
        potential=given.said("potential"),
        effort=given.said("effort"),
        competition=given.said("competition"),
        weights={name: float(given.options.get(f"weight_{name}") or 1) for name, _label in _SUB_SCORES},
    )


def potential(given: Given) -> Findings:
    """What every account could buy."""
    by, effort = given.said("by"), given.said("effort")
    return api.estimate_potential(
        given.tables["accounts"],
        sales=given.said("sales"),
        drivers=given.said("drivers"),
        by=[by] if by else (),
        effort=effort,
        quantile=float(given.options.get("quantile") or 75) / 100,
        keep_suspects=bool(given.said("keep_suspects")),
        column_map=given.columns("accounts", "id", "sales"),
    )


KINDS = (
    Kind(
        key="market",
        page="market",
        label=_("Market of a plan"),
        about=_("Where the market is, how good each territory is, who holds how much, and what is still to be won."),
        teaches=_("Bring customers or areas with a measure such as sales or potential, and make a plan: the market is read from it."),
        run=survey,
        needs_scenario=True,
        fields=(
            Field("measure", _("Measure of the market"), "measure", is_needed=True, role="potential"),
            Field("potential", _("Potential"), "measure", role="potential", help=_("With sales: penetration and white space.")),
            Field("sales", _("Sales"), "measure", role="sales"),
            Field("effort", _("Effort"), "measure", role="effort", help=_("Hours or calls; without it sales stand for it.")),
            Field("competition", _("Competition"), "measure", role="competition"),
            *(Field(f"weight_{name}", label, "number", default=1, least=0.01, most=100, is_rare=True) for name, label in _SUB_SCORES),
        ),
    ),
    Kind(
        key="potential",
        page="market",
        label=_("Potential of accounts"),
        about=_("What each account could buy, learned from what similar accounts do buy, with an interval and a test."),
        teaches=_(
            "Bring a table of accounts with sales a year and what explains them: size, industry, population. At least 40 must have sales."
        ),
        run=potential,
        is_for_all=True,
        inputs=(Input("accounts", _("Accounts"), (DataTable.Kind.ACCOUNTS,)),),
        fields=(
            Field("sales", _("Sales a year"), "column", of="accounts", role="sales", is_needed=True),
            Field("by", _("Add up by"), "column", of="accounts", role="territory"),
            Field(
                "drivers",
                _("Columns that explain it, one a line"),
                "lines",
                help=_("Empty: all that can be used. What is itself made of sales is found and left out."),
            ),
            Field("effort", _("Effort"), "column", of="accounts", help=_("Hours or calls; without it sales stand for it.")),
            Field("quantile", _("Share of similar accounts below the potential, %"), "number", default=75, least=50, most=95, is_rare=True),
            Field("keep_suspects", _("Use columns that seem to be made of the sales all the same"), "flag", is_rare=True),
        ),
    ),
)
