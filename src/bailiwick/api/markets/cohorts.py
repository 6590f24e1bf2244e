"""Who stays and who comes back: cohorts by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.pictures.insight_charts import lines_chart

if TYPE_CHECKING:
    import pandas as pd

    from bailiwick.insight.cohorts import Cohorts

ALL = "(all)"
_SHOWN = 8


def cohort_tables(
    orders: Any,
    *,
    by: str | None = None,
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
) -> Findings:
    """Retention by cohort and the rate of repeat buying, in all and by group.

    A cohort is the customers whose first purchase lies in a quarter; a customer belongs to the group of that purchase. Retained in a
    quarter is who bought in it.

    Parameters
    ----------
    orders
        Orders with customer, date, amount.
    by
        Column of the orders: territory.
    today
        Last day that is known; by default that of the last order.

    Raises
    ------
    InputError
        If the table cannot be used or holds no purchase.

    Examples
    --------
    >>> table = {"customer": ["a", "a", "b"], "date": ["2024-01-05", "2024-05-01", "2024-02-07"], "amount": [10, 30, 10]}
    >>> cohort_tables(table, today="2025-06-30")["repeat"]["repeat_rate"].tolist()
    [0.5]
    """
    import pandas as pd

    from bailiwick.insight.cohorts import cohorts, first_groups

    table = read_orders(tabular(orders), column_map=column_map, group_columns=[by] if by else [], date_order=date_order)
    if not (table.amounts > 0).any():
        raise InputError("there is no purchase in the orders", code="no_rows", field="orders")
    last = day_number(today, "today")
    until = int(table.days.max()) if last is None else last
    groups = first_groups(table, table.groups[by] if by else np.full(table.n_lines, ALL, dtype=object))
    names = [ALL, *sorted(set(groups.tolist()) - {"", ALL})]
    found = {name: cohorts(table, (groups != "") if name == ALL else (groups == name), until) for name in names}
    rows = pd.concat([_rows(name, one) for name, one in found.items()], ignore_index=True)
    repeat = _repeat(found)
    facts = {
        "until": day_text(until),
        "interval": say("95 %%, Wilson"),
        "definition": "cohort: first purchase in the quarter; repeat: bought again within a year; retained: bought in the second year",
    }
    whole = repeat.iloc[0]
    said = f"{percent(whole['repeat_rate'])} of {int(whole['repeat_of']):,} customers bought again within a year of their first purchase"
    ranked = repeat[1:].dropna(subset=["repeat_rate"]).sort_values("repeat_rate", ascending=False)
    sentences = [f"{said}."]
    if len(ranked) > 1:
        sentences.append(f"Most come back in {ranked.iloc[0]['group']}, fewest in {ranked.iloc[-1]['group']}.")
    tables, pictures = {"repeat": repeat, "cohorts": rows}, {"cohorts": _picture(found)}
    return Findings("cohorts", tables, facts, tuple(sentences), pictures, table.notices, frozenset({"cohorts"}))


def _rows(name: str, found: Cohorts) -> pd.DataFrame:
    """A row per cohort, with the share that bought in each quarter since."""
    import pandas as pd

    share = np.where(found.active >= 0, found.active / found.size[:, None], np.nan)
    columns: dict[str, Any] = {"group": name, "cohort": [quarter_text(q) for q in found.quarters], "customers": found.size}
    columns |= {f"q{q}": share[:, q] for q in range(1, min(share.shape[1], _SHOWN + 1))}
    return pd.DataFrame(columns)


def quarter_text(quarter: int) -> str:
    """A quarter since 1970 in words.

    Examples
    --------
    >>> quarter_text(5)
    '1971 Q2'
    """
    return f"{1970 + int(quarter) // 4} Q{int(quarter) % 4 + 1}"


def _repeat(found: Mapping[str, Cohorts]) -> pd.DataFrame:
    import pandas as pd

    again = _share([one.again for one in found.values()], [one.watched for one in found.values()], "repeat")
    stayed = _share([one.stayed for one in found.values()], [one.watched_long for one in found.values()], "retention")
    churned = 1 - stayed["retention_rate"]
    return pd.DataFrame({"group": list(found), **again, **stayed, "churn_rate": churned})


def _share(part: list[int], whole: list[int], name: str) -> dict[str, FloatArray]:
    """A rate with its interval and what it is of."""
    from bailiwick.insight.scoring.judging import wilson

    counted, base = np.array(part, np.float64), np.array(whole, np.float64)
    low, high = wilson(counted, base)
    known = base > 0
    rate = np.divide(counted, base, out=np.full(len(base), np.nan), where=known)
    low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
    return {f"{name}_rate": rate, f"{name}_low": low, f"{name}_high": high, f"{name}_of": base}


def _mean_curve(found: Cohorts) -> FloatArray:
    known = found.active >= 0
    return np.asarray((found.active * known).sum(axis=0) / np.maximum((known * found.size[:, None]).sum(axis=0), 1), np.float64)


def _picture(found: Mapping[str, Cohorts]) -> dict[str, Any]:
    shown = sorted(found, key=lambda name: (name != ALL, -found[name].size.sum()))[:6]
    curves = {name: _mean_curve(found[name])[: _SHOWN + 1] for name in shown}
    lines = {name: (np.arange(len(curve), dtype=np.float64), curve) for name, curve in curves.items()}
    return lines_chart("Who still buys", "share of the first buyers", "quarters since the first purchase", "share", lines, format=".0%")
