"""What customers without a contract are worth: from orders to lifetime value."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.document import notice_list
from bailiwick.api.market_files import day_number, day_text, rounded, write_results
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import figure, say
from bailiwick.domain.wording import counted, percent
from bailiwick.formats import read_alignment
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.insight.backtest import BackTest, back_test
from bailiwick.insight.forecasting.past_forecasts import PastForecasts
from bailiwick.insight.history import PurchaseHistory, purchase_history
from bailiwick.insight.lifetime import WEEKS_PER_MONTH, LifetimeValue, ValueParams, lifetime_value
from bailiwick.insight.likelihood import Fit
from bailiwick.insight.repeat_buying import RepeatBuyingModel
from bailiwick.insight.spend import SpendModel
from bailiwick.pictures.charts import Spec
from bailiwick.pictures.market_charts import interval_chart

if TYPE_CHECKING:
    import pandas as pd

VALUE_FILES = ("customers.csv", "groups.csv", "value.json", "value.svg", "value.vl.json")
NO_TERRITORY = "(none)"
_INDEPENDENT = 0.3
_LEAVES_NEVER = 1e-4


@dataclass(frozen=True, eq=False)
class CustomerValue:
    """Lifetime value of customers.

    Attributes
    ----------
    history
        What the customers bought, n customers.
    buying, spending
        The fitted models.
    values
        Value of every customer and of groups.
    params
        Horizon, discount, margin, simulations, seed.
    test
        Comparison with held-back weeks; None if none was asked for.
    notices
        What should be known.
    """

    history: PurchaseHistory
    buying: RepeatBuyingModel
    spending: SpendModel
    values: LifetimeValue
    params: ValueParams
    test: BackTest | None
    notices: tuple[Notice, ...]

    @property
    def customers(self) -> pd.DataFrame:
        """One row per customer, the most valuable first; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self._customer_columns())

    @property
    def groups(self) -> pd.DataFrame:
        """One row per group and one for all customers: ``column``, ``group``, ``customers``, ``value``, ``low``, ``high``."""
        import pandas as pd

        return pd.DataFrame(self._group_columns())

    def document(self) -> dict[str, Any]:
        """The facts as a JSON document: models with intervals, totals and groups, the test, warnings."""
        return {
            "kind": "customer_value",
            "n_customers": self.history.n_customers,
            "n_repeaters": int((self.history.frequency > 0).sum()),
            "observed_until": day_text(self.history.end_day),
            "months": self.params.months,
            "annual_discount": self.params.annual_discount,
            "margin": self.params.margin,
            "seed": self.params.seed,
            "interval": say(
                "95 %% prediction interval from %(n)s simulated futures; of sums also with how far the test was off",
                n=self.params.n_simulations,
            ),
            "models": self._models(),
            "groups": _records(self._group_columns()),
            "test": None if self.test is None else _test_record(self.test),
            "warnings": notice_list(self.notices),
        }

    def charts(self) -> dict[str, Spec]:
        """The picture as Vega-Lite: value of the groups of the first column, or of the most valuable customers."""
        name = next((name for name in self.values.groups if name), None)
        what = "contribution" if self.params.margin < 1 else "revenue"
        axis = say("expected in %(months)s months, discounted", months=self.params.months)
        if name is not None:
            g = self.values.groups[name]
            title = f"{g.names[0]} brings {percent(float(g.value[0] / max(g.value.sum(), 1e-12)))} of the expected {what}"
            subtitle = say("by %(name)s; lines are 95 %% intervals", name=name)
            return {"value": interval_chart(title, subtitle, axis, g.names, g.value, g.low, g.high)}
        top = self._order()[:25]
        share = self.values.value[top].sum() / max(self.values.value.sum(), 1e-12)
        title = f"{counted(len(top), 'customer brings', 'customers bring')} {percent(float(share))} of the expected {what}"
        columns = (self.values.value[top], self.values.low[top], self.values.high[top])
        return {"value": interval_chart(title, "lines are 95 % intervals", axis, self.history.customer_ids[top], *columns)}

    def lines(self) -> list[str]:
        """The result in sentences."""
        h, found = self.history, self.values.groups[""]
        what = say("contribution") if self.params.margin < 1 else say("revenue")
        alive, expected = float(self.values.p_alive.sum()), float(self.values.purchases.sum())
        lines: list[str] = [
            say(
                "%(n)s customers until %(day)s, %(repeaters)s with repeat purchases; about %(alive)s are still customers.",
                n=h.n_customers,
                day=day_text(h.end_day),
                repeaters=int((h.frequency > 0).sum()),
                alive=figure(alive),
            ),
            say(
                "Next %(months)s months: %(purchases)s purchases and %(value)s of %(what)s expected, discounted at %(rate)s a year; "
                "95 %% interval %(low)s to %(high)s.",
                months=self.params.months,
                purchases=figure(expected),
                value=figure(found.value[0]),
                what=what,
                rate=percent(self.params.annual_discount),
                low=figure(found.low[0]),
                high=figure(found.high[0]),
            ),
        ]
        if self.test is not None:
            t = self.test
            lines.append(
                say(
                    "Test on the last %(weeks)s weeks: %(actual)s purchases came, the model expected %(predicted)s, repeating the past "
                    "%(naive)s; mean error per customer %(error)s against %(naive_error)s.",
                    weeks=figure(t.weeks, 0 if t.weeks == int(t.weeks) else 1),
                    actual=t.actual,
                    predicted=figure(t.predicted),
                    naive=figure(t.naive),
                    error=figure(t.error, 3),
                    naive_error=figure(t.naive_error, 3),
                )
            )
        return lines

    def to_files(self, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
        """Write customers.csv, groups.csv, value.json, value.svg and value.vl.json into a new folder or over an older result.

        Raises
        ------
        InputError
            If the folder holds other files or cannot be written.
        """
        return write_results(
            folder,
            tables={"customers.csv": self._customer_columns(), "groups.csv": self._group_columns()},
            document=("value.json", self.document()),
            charts=self.charts(),
            known=VALUE_FILES,
        )

    def _order(self) -> Any:
        return np.argsort(-self.values.value, kind="stable")

    def _customer_columns(self) -> dict[str, Any]:
        order, h, v = self._order(), self.history, self.values
        numbers: dict[str, FloatArray] = {
            "recency_weeks": h.recency_weeks,
            "age_weeks": h.age_weeks,
            "mean_repeat_amount": h.monetary,
            "total_amount": h.total,
            "p_alive": v.p_alive,
            "expected_purchases": v.purchases,
            "expected_amount": v.spend,
            "value": v.value,
            "value_low": v.low,
            "value_high": v.high,
        }
        return {
            "customer": h.customer_ids[order],
            **{name: texts[order] for name, texts in h.groups.items()},
            "repeat_purchases": h.frequency[order],
            **{name: np.round(values[order], 4) for name, values in numbers.items()},
        }

    def _group_columns(self) -> dict[str, list[Any]]:
        rows: list[tuple[Any, ...]] = []
        for column, g in self.values.groups.items():
            money = (np.round(values, 2).tolist() for values in (g.value, g.low, g.high))
            rows += zip([column] * len(g.names), g.names.tolist(), g.n_customers.tolist(), *money, strict=True)
        names = ("column", "group", "customers", "value", "low", "high")
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}

    def _models(self) -> dict[str, Any]:
        spend = self.spending
        buying = _model_record(self.buying.fit_, ("r", "alpha_weeks", "a", "b"), self.buying.fit_.values, self.buying.fit_.intervals)
        values = np.array([spend.p_, spend.q_, spend.gamma_])
        return {"bg_nbd": buying, "gamma_gamma": _model_record(spend.fit_, ("p", "q", "gamma"), values, spend.intervals_)}


def customer_value(
    orders: Any,
    *,
    months: int = 12,
    discount: float = 0.10,
    margin: float = 1.0,
    by: Sequence[str] = (),
    alignment: Any = None,
    until: str | None = None,
    hold_out_weeks: float | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    n_simulations: int = 400,
    seed: int = 0,
) -> CustomerValue:
    """Lifetime value of customers without a contract from their orders (BG/NBD and Gamma-Gamma).

    Parameters
    ----------
    orders
        File or table with customer, date and amount (or quantity and price) per line; returns are negative.
    months
        Horizon.
    discount
        Rate a year as a fraction.
    margin
        Share of an amount that is contribution; 1 counts revenue.
    by
        Columns of the orders to add up by: segments, countries. The latest line of a customer counts.
    alignment
        Who has which customer: a mapping, or what `read_alignment` takes; adds up by territory.
    until
        Last day of the observation such as ``"2026-03-31"``; None: the day of the last order.
    hold_out_weeks
        Weeks at the end on which the model is tested; the result itself uses all.
    column_map
        Field → column; fields are customer, date, amount, quantity, price.
    date_order
        ``"dmy"`` or ``"mdy"`` where the dates do not tell.
    n_simulations, seed
        Futures drawn for the intervals, and where the draws start.

    Raises
    ------
    InputError
        If the orders cannot be used, too few customers come back, or a setting is out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> days = {f"c{i}": np.cumsum(rng.exponential(rng.gamma(2.0, 30.0), 6)) for i in range(60)}
    >>> first = np.datetime64("2025-01-01")
    >>> lines = [(c, str(first + int(d)), 20.0 + 10 * i) for c, ds in days.items() for i, d in enumerate(ds) if d < 365]
    >>> orders = dict(zip(("customer", "date", "amount"), map(list, zip(*lines)), strict=True))
    >>> found = customer_value(orders, months=6)
    >>> bool(0 < found.values.value.sum() < 60 * 1000)
    True
    """
    params = ValueParams(months=months, annual_discount=discount, margin=margin, n_simulations=n_simulations, seed=seed)
    table = read_orders(tabular(orders), column_map=column_map, group_columns=by, date_order=date_order)
    end_day = day_number(until, "until")
    history = purchase_history(table, end_day=end_day)
    if alignment is not None:
        owners = alignment if isinstance(alignment, Mapping) else read_alignment(alignment)
        history = _with_territories(history, owners)
    buying = RepeatBuyingModel().fit(history.frequency, history.recency_weeks, history.age_weeks)
    spending = SpendModel().fit(history.frequency, history.monetary)
    test = None if hold_out_weeks is None else back_test(table, hold_out_weeks, end_day=end_day)
    return CustomerValue(
        history=history,
        buying=buying,
        spending=spending,
        values=lifetime_value(history, buying, spending, params, _off_together(test, params)),
        params=params,
        test=test,
        notices=(*history.notices, *_model_notices(history, buying.fit_, spending.fit_)),
    )


def _off_together(test: BackTest | None, params: ValueParams) -> FloatArray:
    """What all customers together bring ÷ what the models say, a draw for each simulation: by the test, where there is one.

    A test over a part of the horizon counts as that part of one.
    """
    none = np.zeros(0)
    past = PastForecasts(none, none, none, 0.0)
    if test is not None:
        apart = min(1.0, test.weeks / (params.months * WEEKS_PER_MONTH))
        past = PastForecasts(np.zeros(1), np.array([test.predicted]), np.array([float(test.actual)]), apart)
    return past.factors(np.random.default_rng([params.seed, 2]), params.n_simulations)


def _with_territories(history: PurchaseHistory, owners: Mapping[str, str]) -> PurchaseHistory:
    ids = history.customer_ids.tolist()
    names: TextArray = np.array([owners.get(customer, NO_TERRITORY) for customer in ids], dtype=object)
    without = np.flatnonzero(names == NO_TERRITORY)
    told = history.notices
    if len(without):
        text = f"{counted(len(without), 'customer has', 'customers have')} no territory in the alignment; they stand under {NO_TERRITORY}"
        told = (*told, Notice("no_territory", text, len(without), tuple(ids[i] for i in without[:3])))
    return replace(history, groups={"territory": names, **history.groups}, notices=told)


def _model_notices(history: PurchaseHistory, buying: Fit, spending: Fit) -> list[Notice]:
    told = []
    names = ((buying, say("how customers come back and leave")), (spending, say("what a purchase is worth")))
    for name in (name for fit, name in names if fit.is_flat):
        text = say(
            "the orders leave open part of %(name)s: some parameters have very wide intervals; a longer time would tell more", name=name
        )
        told.append(Notice("flat_likelihood", text))
    leaving = buying.values[2] / (buying.values[2] + buying.values[3])
    if leaving < _LEAVES_NEVER:
        text = say(
            "the orders show no sign that customers leave, so that all count as customers still; after a longer time some may have left"
        )
        told.append(Notice("nobody_leaves", text))
    is_repeater = (history.frequency > 0) & (history.monetary > 0)
    x, spent = history.frequency[is_repeater], history.monetary[is_repeater]
    related = float(np.corrcoef(x, np.log(spent))[0, 1]) if x.std() > 0 and spent.std() > 0 else 0.0
    if abs(related) > _INDEPENDENT:
        told.append(Notice("spend_and_frequency", _leaning(related)))
    return told


def _leaning(related: float) -> str:
    """What it means that who buys more often spends more, or less, at a time."""
    if related > 0:
        return say(
            "customers who buy more often spend more per purchase (correlation %(r)s); the model takes the two as independent, so that "
            "values of frequent buyers lean low",
            r=figure(related, 2),
        )
    return say(
        "customers who buy more often spend less per purchase (correlation %(r)s); the model takes the two as independent, so that "
        "values of frequent buyers lean high",
        r=figure(related, 2),
    )


def _model_record(fit: Fit, names: tuple[str, ...], values: FloatArray, intervals: FloatArray) -> dict[str, Any]:
    parameters = {
        name: {"value": rounded(value), "low": rounded(ends[0]), "high": rounded(ends[1])}
        for name, value, ends in zip(names, values, intervals, strict=True)
    }
    return {
        "parameters": parameters,
        "log_likelihood": rounded(fit.log_likelihood, 8),
        "interval": say("95 %%, from the Hessian of the log-likelihood in the logarithms of the parameters"),
        "is_flat": fit.is_flat,
    }


def _test_record(test: BackTest) -> dict[str, Any]:
    return {
        "weeks": test.weeks,
        "n_customers": test.n_customers,
        "actual_purchases": test.actual,
        "predicted_purchases": rounded(test.predicted),
        "naive_purchases": rounded(test.naive),
        "mean_absolute_error": rounded(test.error),
        "naive_mean_absolute_error": rounded(test.naive_error),
        "is_better_than_naive": test.is_better,
    }


def _records(columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
