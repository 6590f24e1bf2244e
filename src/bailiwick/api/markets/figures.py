"""Key figures by group and period, with the waterfall of revenue and the quadrant of acquisition and retention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, OrderTable, TextArray
from bailiwick.domain.said import say, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.insight.kpis.crediting import NOBODY, Crediting, credit
from bailiwick.insight.kpis.periods import Change, change_between
from bailiwick.insight.kpis.registry import KEY_FIGURES, KeyFigure, compute, own_figure
from bailiwick.pictures.insight_charts import quadrant_chart, waterfall_chart

if TYPE_CHECKING:
    import pandas as pd

ALL = "(all)"
_DAYS_PER_YEAR = 365.25
_COVERED = 0.1
"""Share of the period before that may lie before the first order: a tenth of it is a few days without one."""
_STEPS = ("new", "expansion", "contraction", "churn")


def key_figures(
    orders: Any,
    *,
    by: str | None = None,
    start: str | None = None,
    end: str | None = None,
    before: str | None = None,
    measures: Any = None,
    history: Any = None,
    crediting: Crediting = "as-was",
    formulas: Sequence[str] = (),
    keep_lines: bool = False,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
) -> Findings:
    """Key figures of a period and the one before, by group; waterfall of revenue; acquisition against retention.

    Parameters
    ----------
    orders
        Orders with customer, date, amount.
    by
        Column of the orders to group by; with ``history`` the territories of the history take its place.
    start, end
        The period, both days included; by default the second half of the orders.
    before
        First day of the period before; by default it is as long as the period.
    measures
        Table with one row per group and further measures as columns: hours, potential, goal, open_value, calls, days_worked, won, lost,
        promoters, detractors, responses.
    history
        Alignment through time: account, territory, ``valid_from``, ``valid_until``.
    crediting
        ``as-was``: a sale counts to the territory of its day; ``as-is``: to that of the last day of the period.
    formulas
        Own key figures, ``name = formula`` over the measures.
    keep_lines
        Whether a table ``lines`` tells which lines of the orders were counted to which group and period.

    Raises
    ------
    InputError
        If a table cannot be used, the periods hold no orders, or a formula cannot be read.

    Examples
    --------
    >>> table = {"customer": ["a", "a", "b"], "date": ["2025-01-05", "2025-03-01", "2025-01-07"], "amount": [10, 30, 10]}
    >>> found = key_figures(table, start="2025-02-01", end="2025-03-31", before="2025-01-01", formulas=["double = 2 * revenue"])
    >>> frame = found["figures"].set_index("key")["value"]
    >>> frame[["revenue", "revenue_growth", "retention_rate", "double"]].tolist()
    [30.0, 0.5, 0.5, 60.0]
    """
    table = read_orders(tabular(orders), column_map=column_map, group_columns=[by] if by and history is None else [], date_order=date_order)
    first, last, earlier = _periods(table, start, end, before)
    groups, told = _groups(table, by, history, crediting, last, date_order)
    whole = change_between(table, np.full(table.n_lines, ALL, dtype=object), first, last, earlier)
    if not whole.measures["revenue"].sum() and not whole.measures["revenue_before"].sum():
        raise InputError("there are no orders in the periods; look at start, end and before", code="no_rows", field="start")
    change = _joined(whole, change_between(table, groups, first, last, earlier) if groups is not None else None)
    year_factor = _DAYS_PER_YEAR / (last - first + 1)
    values = {**change.measures, "year_factor": np.full(len(change.names), year_factor), **_more(measures, change.names)}
    figures = (*KEY_FIGURES, *(own_figure(text) for text in formulas))
    own = list(figures[len(KEY_FIGURES) :])
    _check_own(own, values)
    found = compute(figures, values)
    period = {"start": day_text(first), "end": day_text(last), "before": day_text(earlier)}
    told = [*told, *_uncovered(table, first, earlier)]
    result = _findings(change, figures, found, period, (*table.notices, *told), crediting if history is not None else None)
    tables = {**result.tables, "measures": _measure_table(change.names, values)}
    if keep_lines:
        tables["lines"] = _lines(table, groups, first, last, earlier)
    return replace(result, tables=tables, long_tables=frozenset({"lines"}))


def _uncovered(table: OrderTable, first: int, earlier: int) -> list[Notice]:
    """A warning if the orders do not reach back over the period before: growth would be that of the data."""
    begun = int(table.days.min())
    missing = min(begun, first) - earlier
    if missing <= _COVERED * (first - earlier):
        return []
    text = say(
        "the orders begin on %(begun)s, the period before on %(before)s: growth, customers won and customers kept are measured against a "
        "part of it; take a later start, or orders that reach back",
        begun=day_text(begun),
        before=day_text(earlier),
    )
    return [Notice("part_of_past", text, missing)]


def figures_of(change: Change, period: dict[str, str], n_days: int) -> Findings:
    """The built-in key figures of measures that were counted elsewhere; the whole stands first.

    Parameters
    ----------
    period
        ``start``, ``end`` and ``before`` as dates.
    n_days
        Days of the period.
    """
    values = {**change.measures, "year_factor": np.full(len(change.names), _DAYS_PER_YEAR / n_days)}
    return _findings(change, KEY_FIGURES, compute(KEY_FIGURES, values), period, (), None)


def _measure_table(names: TextArray, values: Mapping[str, FloatArray]) -> pd.DataFrame:
    """What the formulas were given."""
    import pandas as pd

    return pd.DataFrame({"group": names.astype(str), **values})


def _lines(table: OrderTable, groups: TextArray | None, first: int, last: int, earlier: int) -> pd.DataFrame:
    """The lines of the two periods, the newest first."""
    import pandas as pd

    rows = np.flatnonzero((table.days >= earlier) & (table.days <= last))
    rows = rows[np.argsort(-table.days[rows], kind="stable")]
    columns = {
        "date": [day_text(int(day)) for day in table.days[rows]],
        "customer": table.customer_ids[table.customer_idx[rows]],
        "amount": table.amounts[rows],
        "group": groups[rows] if groups is not None else np.full(len(rows), ALL, dtype=object),
        "period": np.where(table.days[rows] >= first, "now", "before"),
    }
    return pd.DataFrame(columns)


def _periods(table: OrderTable, start: str | None, end: str | None, before: str | None) -> tuple[int, int, int]:
    last = day_number(end, "end")
    last = int(table.days.max()) if last is None else last
    first = day_number(start, "start")
    if first is None:
        first = int(table.days.min()) + (last - int(table.days.min()) + 1) // 2
    earlier = day_number(before, "before")
    earlier = first - (last - first + 1) if earlier is None else earlier
    if not earlier < first <= last:
        raise InputError("expected before < start ≤ end", code="insight_setting", field="start")
    return first, last, earlier


def _groups(
    table: OrderTable, by: str | None, history: Any, crediting: Crediting, last: int, date_order: DateOrder | None
) -> tuple[TextArray | None, list[Notice]]:
    if history is None:
        return (None if by is None else table.groups[by]), []
    sheet = read_sheet(history, date_order=date_order)
    until = sheet.find("end", needed=False)
    groups = credit(
        table.customer_ids[table.customer_idx],
        table.days,
        sheet.ids("customer"),
        sheet.ids("territory"),
        sheet.days(sheet.needed("start")),
        sheet.days(until) if until else np.full(len(sheet), np.nan),
        crediting,
        last,
    )
    without = int((groups == NOBODY).sum())
    text = say_n(
        "%(n)s line has no territory in the history on the day asked; it stands under %(name)s",
        "%(n)s lines have no territory in the history on the day asked; they stand under %(name)s",
        without,
        name=NOBODY,
    )
    return groups, [Notice("no_territory", text, without)] if without else []


def _joined(whole: Change, parts: Change | None) -> Change:
    if parts is None:
        return whole
    names = np.concatenate([whole.names, parts.names])
    return Change(names, {k: np.concatenate([whole.measures[k], parts.measures[k]]) for k in whole.measures})


def _more(measures: Any, names: TextArray) -> dict[str, FloatArray]:
    """Further measures by group; the whole is their sum unless it has a row of its own."""
    if measures is None:
        return {}
    sheet = read_sheet(measures)
    key = sheet.find("group", needed=False) or sheet.table.names[0]
    place = {text: i for i, text in enumerate(sheet.texts(key).tolist())}
    found = {}
    for name in sheet.table.names:
        if name == key or not name.isidentifier() or not sheet.is_numeric(name):
            continue
        values = sheet.numbers(name)
        column = np.array([values[place[n]] if n in place else np.nan for n in names.tolist()])
        if ALL not in place:
            column[0] = np.nansum(values)
        found[name] = column
    return found


def _check_own(own: Sequence[KeyFigure], values: Mapping[str, FloatArray]) -> None:
    from bailiwick.insight.kpis.formula import Formula

    for figure in own:
        Formula(figure.formula).value(values)  # tells what is missing


def _findings(
    change: Change,
    figures: tuple[KeyFigure, ...],
    found: dict[str, Any],
    period: dict[str, str],
    notices: tuple[Notice, ...],
    mode: str | None,
) -> Findings:
    import pandas as pd

    by_key = {f.key: f for f in figures}
    rows = []
    for key, (value, low, high) in found.items():
        figure = by_key[key]
        why = "95 %, Wilson" if figure.share_of else "none: counted, not estimated"
        for i, name in enumerate(change.names):
            record = {"group": str(name), "key": key, "title": figure.title, "value": value[i], "low": low[i], "high": high[i]}
            rows.append(
                {
                    **record,
                    "unit": figure.unit,
                    "better": figure.better,
                    "version": figure.version,
                    "formula": figure.formula,
                    "interval": why,
                }
            )
    steps = {k: change.measures[k] for k in ("revenue_before", *_STEPS, "revenue")}
    rows.sort(key=lambda row: row["group"] != ALL)
    waterfall = pd.DataFrame({"group": change.names.astype(str), **steps})
    quadrant, told = _quadrant(change)
    revenue, past = float(steps["revenue"][0]), float(steps["revenue_before"][0])
    grown = f"{percent(revenue / past - 1, signed=True)} on" if past > 0 else "nothing was sold in"
    sentences = [
        f"Revenue {revenue:,.0f} from {period['start']} to {period['end']}, {grown} the period from {period['before']} ({past:,.0f}).",
        (
            f"New {steps['new'][0]:,.0f}, expansion {steps['expansion'][0]:,.0f}, contraction {steps['contraction'][0]:,.0f}, "
            f"churn {steps['churn'][0]:,.0f}."
        ),
    ]
    missing = [f.key for f in KEY_FIGURES if f.key not in found]
    if missing:
        sentences.append(f"Not computed for want of measures: {', '.join(missing)}.")
    signs = np.array([1, 1, 1, -1, -1.0]) * np.array([float(steps[k][0]) for k in ("revenue_before", *_STEPS)])
    names = [say("period before"), *_STEPS]
    charts = {"waterfall": waterfall_chart(f"Revenue went from {past:,.0f} to {revenue:,.0f}", "", "revenue", names, signs)}
    if len(quadrant) > 1:
        columns = (quadrant["acquisition_rate"].to_numpy(dtype=np.float64), quadrant["retention_rate"].to_numpy(dtype=np.float64))
        middle = (_middle(columns[0]), _middle(columns[1]))
        names_of = quadrant["group"].to_numpy(dtype=object)
        title = "Who wins customers, and who keeps them"
        charts["quadrant"] = quadrant_chart(title, "", "customers acquired", "customers retained", names_of, *columns, middle)
    facts = {"period": period, "crediting": mode, "registry": [asdict(f) for f in figures if f.key in found], "not_computed": missing}
    tables = {"figures": pd.DataFrame(rows), "waterfall": waterfall, "quadrant": quadrant}
    return Findings("key_figures", tables, facts, tuple(sentences), charts, (*notices, *told))


def _middle(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def _quadrant(change: Change) -> tuple[pd.DataFrame, list[Notice]]:
    """Groups by acquisition and retention; an alert where many are won and many are lost."""
    import pandas as pd

    from bailiwick.insight.scoring.judging import wilson

    m = {k: v[1:] if len(change.names) > 1 else v for k, v in change.measures.items()}
    names = change.names[1:] if len(change.names) > 1 else change.names
    base = m["customers_before"]
    acquired = np.divide(m["customers_new"], base, out=np.full(len(base), np.nan), where=base > 0)
    kept = np.divide(m["customers_kept"], base, out=np.full(len(base), np.nan), where=base > 0)
    low, high = wilson(m["customers_kept"], base)
    many, much = acquired >= _middle(acquired), kept >= _middle(kept)
    nobody = base == 0  # nobody to win against, nobody to keep: such a group is in no field
    fields = [nobody, many & much, many, much]
    words = np.select(fields, ["", "grows and keeps", "wins and loses", "keeps, wins few"], "loses, wins few")
    columns = {
        "group": names.astype(str),
        "acquisition_rate": acquired,
        "retention_rate": kept,
        "retention_low": np.where(nobody, np.nan, low),
        "retention_high": np.where(nobody, np.nan, high),
    }
    table = pd.DataFrame({**columns, "quadrant": words})
    usual = float(kept[~nobody].mean()) if len(names) > 1 and not nobody.all() else 0.0
    leaky = table[(table["quadrant"] == "wins and loses") & (high < usual)]
    if not len(leaky):
        return table, []
    text = say(
        "%(names)s: many customers are won and surely fewer than elsewhere stay; look at the service after the sale",
        names=", ".join(leaky["group"].head(3)),
    )
    return table, [Notice("wins_and_loses", text, len(leaky))]
