"""What will be sold: by month and group, by account, from the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.sources import tabular
from bailiwick.domain import Notice, OrderTable
from bailiwick.domain.said import figure, say
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.insight.extra import require_models
from bailiwick.insight.forecasting.panel import TOTAL, Panel, month_texts, monthly_panel
from bailiwick.insight.forecasting.seasonality import season
from bailiwick.pictures.insight_charts import bar_chart, forecast_chart, lines_chart

if TYPE_CHECKING:
    import pandas as pd

    from bailiwick.insight.forecasting.choose import Forecast
    from bailiwick.insight.forecasting.next_orders import NextOrders

MOST_MONTHS = 24
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN = 9


def forecast_sales(
    orders: Any,
    *,
    months: int = 6,
    by: Sequence[str] = (),
    quantity: bool = False,
    keep_last: bool = False,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Revenue or demand of the next months, in all and by up to two columns, with 90 % intervals; territories add up to the whole.

    Parameters
    ----------
    orders
        Order lines with date and amount.
    months
        How far ahead, 1 to 24; a third of the history at most.
    by
        None, one or two columns: territory; territory and product.
    quantity
        Whether to forecast the quantity column in place of the amount.
    keep_last
        Whether the last month counts although the orders end before it does.
    column_map
        Role → column: customer, date, amount, quantity, price.

    Raises
    ------
    InputError
        If there are fewer than twelve full months, or a setting is out of range.
    """
    require_models()
    from bailiwick.insight.forecasting.choose import forecast

    if not 1 <= months <= MOST_MONTHS or len(by) > 2:
        raise InputError(
            f"expected 1 to {MOST_MONTHS} months and at most two columns to forecast by; found {months} and {len(by)}",
            code="insight_setting",
            field="months",
        )
    table = _orders(orders, by, column_map, date_order, quantity=quantity)
    panel = monthly_panel(table, by, keep_last=keep_last)
    length = panel.values.shape[1]
    if months > length // 3:
        raise InputError(
            f"{length} months of history carry a forecast of {length // 3} months at most, found {months}",
            code="insight_setting",
            field="months",
        )
    found = forecast(panel, months, seed=seed)
    return _findings(panel, found, months, (*table.notices, *panel.notices), seed, "quantity" if quantity else "amount")


def _orders(orders: Any, by: Sequence[str], column_map: Any, date_order: DateOrder | None, *, quantity: bool) -> OrderTable:
    mapped = dict(column_map or {})
    if quantity:
        mapped["amount"] = mapped.get("quantity", "quantity")
    return read_orders(tabular(orders), column_map=mapped, group_columns=by, date_order=date_order)


def _findings(panel: Panel, found: Forecast, months: int, notices: tuple[Notice, ...], seed: int, what: str) -> Findings:
    ahead = month_texts(panel.months[-1] + 1 + np.arange(months))
    tables = {"forecast": _months_ahead(panel, found, ahead), "methods": _methods(panel, found)}
    charts = {"forecast": _fan(panel, found, ahead, what)}
    seasons, told = _seasons(panel, seed)
    if len(seasons):
        tables["seasonality"] = seasons
        charts["seasonality"] = _season_chart(seasons)
    facts = {
        "months": months,
        "measure": what,
        "n_series": len(panel.names),
        "history_months": panel.values.shape[1],
        "n_cuts": found.n_origins,
        "coverage": found.coverage,
        "interval": say("90 %% prediction interval from back-test errors relative to the size of the series"),
    }
    said = (*_sentences(panel, found, tables["forecast"], months), *_season_words(seasons))
    return Findings("forecast", tables, facts, said, charts, (*notices, *told, *_no_better(tables["methods"])))


def _months_ahead(panel: Panel, found: Forecast, ahead: Any) -> pd.DataFrame:
    import pandas as pd

    columns = {
        "series": np.repeat(panel.names.astype(str), len(ahead)),
        "level": np.repeat(panel.level, len(ahead)),
        "month": np.tile(ahead, len(panel.names)),
        "forecast": found.values.ravel(),
        "low": found.low.ravel(),
        "high": found.high.ravel(),
    }
    return pd.DataFrame(columns)


def _methods(panel: Panel, found: Forecast) -> pd.DataFrame:
    import pandas as pd

    naive = found.scores["seasonal naive"]
    columns = {
        "series": panel.names.astype(str),
        "method": found.methods,
        "mase": found.reconciled_score,
        "mase_seasonal_naive": naive,
        "is_better_than_naive": found.reconciled_score < naive,
        **{f"mase {k}": v for k, v in found.scores.items()},
    }
    return pd.DataFrame(columns)


def _no_better(methods: pd.DataFrame) -> list[Notice]:
    worse = methods[~methods["is_better_than_naive"]]
    if not len(worse):
        return []
    names = ", ".join(worse["series"].head(5))
    text = say("repeating the year before is as good or better in the back-test for %(n)s series: %(names)s", n=len(worse), names=names)
    return [Notice("naive_wins", text, len(worse))]


def _sentences(panel: Panel, found: Forecast, rows: pd.DataFrame, months: int) -> tuple[str, ...]:
    total = float(rows[rows["series"] == TOTAL]["forecast"].sum())
    year_ago = panel.values[0, -12:][:months].sum() if months <= 12 else np.nan
    growth = "."
    if np.isfinite(year_ago) and len(panel.months) >= 12:
        growth = f", {percent(float(total / max(year_ago, 1e-9) - 1), signed=True)} on the same months a year before."
    naive = found.scores["seasonal naive"].mean()
    return (
        f"Next {counted(months, 'month', 'months')}: {total:,.0f}{growth}",
        (
            f"Back-test over {counted(found.n_origins, 'cut', 'cuts')}: error {found.reconciled_score.mean():.2f} against "
            f"{naive:.2f} of repeating the year before (MASE, mean over series); "
            f"{percent(found.coverage)} of months fell into intervals made without them (meant: 90 %)."
        ),
    )


def _season_words(seasons: pd.DataFrame) -> list[str]:
    if not len(seasons):
        return []
    sure = seasons[seasons["p_value"] <= 0.05]["series"].nunique()
    return [f"A season is beyond chance in {sure} of {counted(seasons['series'].nunique(), 'series', 'series')} (p ≤ 0.05)."]


def _seasons(panel: Panel, seed: int) -> tuple[pd.DataFrame, list[Notice]]:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    short = 0
    for name, values in zip(panel.names, panel.values, strict=True):
        found = season(values, int(panel.months[0]), seed=seed)
        if found is None:
            short += 1
            continue
        rows += [
            {
                "series": str(name),
                "month": _MONTHS[m],
                "index": found.indices[m],
                "low": found.low[m],
                "high": found.high[m],
                "p_value": found.p_value,
            }
            for m in range(12)
        ]
    told = (
        [
            Notice(
                "not_seasonal",
                say("no season is estimated where there are less than 24 months or months without sales: %(n)s series", n=short),
                short,
            )
        ]
        if short
        else []
    )
    return pd.DataFrame(rows), told


def _fan(panel: Panel, found: Forecast, ahead: Any, what: str) -> dict[str, Any]:
    order = [0, *[i for i in np.argsort(-panel.values.sum(axis=1)) if i and panel.level[i] == panel.level.max()]][:_SHOWN]
    series = {str(panel.names[i]): (panel.dates, panel.values[i], ahead, found.values[i], found.low[i], found.high[i]) for i in order}
    return forecast_chart("What the next months will bring", "band: 90 % prediction interval", what, series)


def _season_chart(seasons: pd.DataFrame) -> dict[str, Any]:
    first = list(dict.fromkeys(seasons["series"]))[:6]
    lines = {name: (np.arange(1.0, 13.0), seasons[seasons["series"] == name]["index"].to_numpy(dtype=np.float64)) for name in first}
    return lines_chart("The season", "1 = a month like the others", "month", "index", lines, format=".2f")


def expect_orders(
    orders: Any,
    *,
    by: str | None = None,
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
) -> Findings:
    """When each account will order next, and who is overdue.

    Parameters
    ----------
    orders
        Orders with customer, date, amount.
    by
        Column to keep: territory or rep; the latest line counts.
    today
        Day from which to look; by default the day of the last order.

    Raises
    ------
    InputError
        If fewer than 30 repeat orders are there.
    """
    from bailiwick.insight.forecasting.next_orders import next_orders

    table = read_orders(tabular(orders), column_map=column_map, group_columns=[by] if by else [], date_order=date_order)
    found = next_orders(table, today=day_number(today, "today"))
    accounts = _next_table(table, found, by)
    facts = {
        "n_overdue": int(found.is_overdue.sum()),
        "coverage": found.coverage,
        "median_error_days": found.error,
        "naive_median_error_days": found.naive_error,
        "n_tested": found.n_tested,
        "interval": say("80 %% prediction interval of the day"),
    }
    charts = _overdue_chart(accounts)
    return Findings("next_orders", {"accounts": accounts}, facts, _next_words(found), charts, table.notices, frozenset({"accounts"}))


def _next_table(table: OrderTable, found: NextOrders, by: str | None) -> pd.DataFrame:
    """Accounts, the overdue ones with the largest usual order first."""
    import pandas as pd

    order = np.lexsort((-found.usual_amount, ~found.is_overdue))
    days = {"last_order": found.last_day, "expected": found.expected_day, "from": found.low_day, "to": found.high_day}
    columns: dict[str, Any] = {
        "account": found.customer_ids[order],
        **{name: [day_text(round(d)) for d in values[order]] for name, values in days.items()},
        "is_overdue": found.is_overdue[order],
        "overdue_share": found.overdue_share[order],
        "usual_amount": found.usual_amount[order],
    }
    if by:
        rank = np.argsort(table.days, kind="stable")
        latest = dict(zip(table.customer_ids[table.customer_idx[rank]].tolist(), table.groups[by][rank].tolist(), strict=True))
        columns[by] = [latest[c] for c in columns["account"]]
    return pd.DataFrame(columns)


def _next_words(found: NextOrders) -> tuple[str, ...]:
    n = int(found.is_overdue.sum())
    first = say("Of %(all)s accounts with a rhythm %(n)s are overdue.", all=len(found.customer_ids), n=n)
    if found.n_tested < 5:
        return (first,)
    second = say(
        "On the last gap of %(n)s accounts, held back: %(share)s in the interval (meant: 80 %%); median error %(days)s days "
        "against %(naive)s of repeating the gap before.",
        n=found.n_tested,
        share=percent(found.coverage),
        days=figure(found.error),
        naive=figure(found.naive_error),
    )
    return (first, second)


def _overdue_chart(accounts: pd.DataFrame) -> dict[str, Any]:
    late = accounts[accounts["is_overdue"]].head(25)
    if not len(late):
        return {}
    title, amounts = "Overdue accounts with the largest usual order", late["usual_amount"].to_numpy(dtype=np.float64)
    return {"overdue": bar_chart(title, "", "usual order", late["account"].tolist(), amounts)}
