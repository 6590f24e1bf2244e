"""Market map, quality of territories, concentration, white space; potential of accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick_web.crm.queries.tables import NOBODY
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


def trends(given: Given) -> Findings:
    """How sales change, by industry or segment."""
    return api.sales_trends(
        given.tables["orders"], by=str(given.said("by")), column_map=given.columns("orders", "customer", "date", "amount")
    )


def match(given: Given) -> Findings:
    """Who should have which territory of a plan, by monthly sales and potential."""
    arrays = given.arrays
    assert arrays is not None
    held = arrays.territory_idx >= 0
    values = arrays.units.table.measures[str(given.said("measure"))]
    sums = np.bincount(arrays.territory_idx[held], values[held], len(arrays.territories))
    lands = {"territory": [territory.name for territory in arrays.territories], "potential": sums}
    found = _by_month(given.tables["orders"])
    if given.beside is not None:
        found = _by_person(found, given.beside.seats())
    return api.match_reps(found, lands, switching_loss=float(given.options.get("switching_loss", 10)) / 100)


def _by_month(orders: pa.Table) -> pa.Table:
    """Sales by rep, territory and month, as they were credited; the last month may not be over and is left out."""
    if not pa.types.is_temporal(orders["date"].type):
        orders = orders.set_column(orders.column_names.index("date"), "date", pc.cast(orders["date"], pa.date32()))
    amounts = pc.cast(orders["amount"], pa.float64())
    month = pc.strftime(pc.cast(orders["date"], pa.timestamp("s")), format="%Y-%m")
    table = pa.table({"rep": orders["rep"], "territory": orders["territory"], "period": month, "sales": amounts})
    table = table.filter(pc.and_(pc.not_equal(table["rep"], NOBODY), pc.not_equal(table["territory"], NOBODY)))
    table = table.filter(pc.less(table["period"], pc.max(month).as_py() or ""))
    sums = table.group_by(["rep", "territory", "period"]).aggregate([("sales", "sum")])
    return sums.rename_columns(["rep", "territory", "period", "sales"])


def _by_person(table: pa.Table, seats: Mapping[str, Sequence[tuple[str, str, str]]]) -> pa.Table:
    """The person who filled a position in the middle of the month in its place; nobody where it was vacant.

    Months without sales are there with 0: a position that sold in a territory holds it until another one does. Before anybody is recorded
    the first one stands for it: many say who fills what only from the day on which they begin here.
    """
    rows = _with_pauses(table, seats)
    people = [_filled_by(seats.get(position, ()), f"{month}-15") for position, _territory, month, _sold in rows]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return pa.table(
        {
            "rep": pa.array(people, pa.string()),
            "territory": pa.array(columns[1], pa.string()),
            "period": pa.array(columns[2], pa.string()),
            "sales": pa.array(columns[3], pa.float64()),
        }
    )


def _with_pauses(table: pa.Table, seats: Mapping[str, Sequence[tuple[str, str, str]]]) -> list[tuple[str, str, str, float]]:
    """Position, territory, month and sales, with 0 for months in which a position held a territory without selling.

    Before its first sale a territory is held by whoever made it, from when the position is recorded to be filled, unless that position sold
    elsewhere then.
    """
    rows = list(zip(*(table[name].to_pylist() for name in ("rep", "territory", "period", "sales")), strict=True))
    sold: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    began: dict[str, str] = {}
    for position, territory, month, _amount in rows:
        sold[territory][month].add(position)
        began[position] = min(month, began.get(position, month))
    months = _months_between(min(began.values()), max(table["period"].to_pylist())) if rows else []
    for territory, by_month in sold.items():
        first = min(by_month)
        holders = {p for p in by_month[first] if began[p] == first and seats.get(p)}
        for month in months:
            if month in by_month:
                holders = by_month[month]
                continue
            kept = holders if month > first else {p for p in holders if seats[p][0][1] <= f"{month}-15"}
            rows += [(position, territory, month, 0.0) for position in sorted(kept)]
    return rows


def _months_between(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1)]


def _filled_by(seats: Sequence[tuple[str, str, str]], day: str) -> str:
    if seats and day < seats[0][1]:
        return seats[0][0]
    return next((name for name, since, until in seats if since <= day and (not until or until > day)), "")


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
    Kind(
        key="trends",
        page="market",
        label=_("Trends by industry"),
        about=_("Which industries or segments grow and which shrink, apart from the season, each with its interval."),
        teaches=_("Bring orders with date, amount and a column such as industry, of two whole years or more."),
        run=trends,
        is_for_all=True,
        inputs=(Input("orders", _("Orders"), (DataTable.Kind.ORDERS,)),),
        fields=(Field("by", _("By"), "column", of="orders", role="industry", is_needed=True, help=_("Industry, segment or region.")),),
    ),
    Kind(
        key="match",
        page="market",
        label=_("Who fits where"),
        about=_(
            "The strongest people where the most can be sold: performance apart from the territory, and the price of every alternative."
        ),
        teaches=_("It needs a plan with potential, and a year of orders of our customers that are credited to territories and positions."),
        run=match,
        needs_scenario=True,
        inputs=(Input("orders", _("Orders"), (DataTable.Kind.ORDERS,), needs=("rep", "territory", "date", "amount")),),
        fields=(
            Field("measure", _("Potential"), "measure", is_needed=True, role="potential"),
            Field(
                "switching_loss",
                _("Lost in the first year when a territory changes hands, %"),
                "number",
                default=10,
                least=0,
                most=100,
                help=_("Customers that go with whom they know."),
            ),
        ),
    ),
)
