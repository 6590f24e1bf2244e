"""What customers will still bring: expected value, and the range that chance and the fit leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.errors import InputError
from bailiwick.insight.history import PurchaseHistory
from bailiwick.insight.likelihood import LEVEL
from bailiwick.insight.repeat_buying import RepeatBuyingModel, expected_purchases, p_alive
from bailiwick.insight.spend import SpendModel

WEEKS_PER_MONTH = 365.25 / 12 / 7
WEEKS_PER_YEAR = 365.25 / 7
_CELLS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class ValueParams:
    """What value means.

    Attributes
    ----------
    months
        Horizon: purchases later than that do not count.
    annual_discount
        Discount rate a year as a fraction.
    margin
        Share of an amount that is contribution; 1 counts revenue.
    n_simulations
        Futures drawn for the intervals.
    seed
        Of the random source.

    Raises
    ------
    InputError
        If a number is out of its range.
    """

    months: int = 12
    annual_discount: float = 0.10
    margin: float = 1.0
    n_simulations: int = 400
    seed: int = 0

    def __post_init__(self) -> None:
        if self.months < 1:
            raise InputError(f"the horizon must be 1 month or more, found {self.months}", code="value_setting", field="months")
        if not 0 <= self.annual_discount < 10:
            raise InputError(
                f"the discount rate must be a fraction from 0 on, such as 0.1; found {self.annual_discount}",
                code="value_setting",
                field="annual_discount",
            )
        if not 0 < self.margin <= 1:
            raise InputError(f"the margin must be above 0 and up to 1, found {self.margin}", code="value_setting", field="margin")
        if self.n_simulations < 100:
            raise InputError(f"expected 100 simulations or more, found {self.n_simulations}", code="value_setting", field="n_simulations")


@dataclass(frozen=True, eq=False)
class GroupValue:
    """Value of groups of customers.

    Attributes
    ----------
    names
        The groups, the most valuable first, shape (g,).
    n_customers
        Shape (g,).
    value, low, high
        Expected sum in currency and its 95 % prediction interval, shape (g,).
    """

    names: TextArray
    n_customers: NDArray[np.int64]
    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class LifetimeValue:
    """What customers are expected to bring.

    Attributes
    ----------
    p_alive
        Probability that the customer is still one, shape (n,).
    purchases
        Expected purchases within the horizon, shape (n,).
    spend
        Expected amount of a purchase in currency, shape (n,).
    value, low, high
        Expected discounted contribution in currency and its 95 % prediction interval, shape (n,).
    groups
        Name of a column → its groups; ``""`` holds all customers as one group.
    """

    p_alive: FloatArray
    purchases: FloatArray
    spend: FloatArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    groups: Mapping[str, GroupValue]

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))


def lifetime_value(
    history: PurchaseHistory, buying: RepeatBuyingModel, spending: SpendModel, params: ValueParams, factors: FloatArray | None = None
) -> LifetimeValue:
    """Discounted contribution of every customer within the horizon.

    Parameters
    ----------
    history
        n customers.
    buying, spending
        Fitted models.
    params
        Horizon, discount, margin, simulations and seed.
    factors
        How far the models may be off for all customers together, one per simulation: sums are multiplied by it, for their intervals.

    Notes
    -----
    The expected value is the sum over months of expected purchases times expected amount, discounted to the end of the observation from
    the middle of the month. The interval is one of prediction: futures are drawn from the models, each with parameters from the normal
    approximation of their likelihood, so that it holds both the luck of the customer and what the data leave open. O(n · simulations).
    """
    x, recency, age = history.frequency.astype(np.float64), history.recency_weeks, history.age_weeks
    parameters = buying.fit_.values
    spend = spending.predict(x, history.monetary)
    discounted, before = np.zeros(len(x)), np.zeros(len(x))
    for month in range(1, params.months + 1):
        until = expected_purchases(parameters, month * WEEKS_PER_MONTH, x, recency, age)
        discounted += (until - before) * (1 + params.annual_discount) ** (-(month - 0.5) / 12)
        before = until
    value = params.margin * spend * discounted
    chunks = _simulated(history, buying, spending, params)
    low, high, groups = intervals(chunks, value, history.groups, params.n_simulations, factors)
    return LifetimeValue(p_alive(parameters, x, recency, age), before, spend, value, low, high, groups)


def intervals(
    chunks: Iterator[tuple[slice, FloatArray]],
    value: FloatArray,
    columns: Mapping[str, TextArray],
    n_simulations: int,
    factors: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, dict[str, GroupValue]]:
    """Ends of the intervals of every customer and every group from simulated values.

    Parameters
    ----------
    chunks
        Some customers and their values, shape (s, size of the slice), until all n have come.
    value
        Expected value, shape (n,).
    columns
        Name → text per customer, shape (n,).
    n_simulations
        s.
    factors
        By which sums of groups are multiplied, shape (s,).
    """
    tails = (0.5 - LEVEL / 2, 0.5 + LEVEL / 2)
    low, high = np.zeros(len(value)), np.zeros(len(value))
    indexed = {name: np.unique(texts.astype(str), return_inverse=True) for name, texts in columns.items()}
    indexed[""] = (np.array(["all customers"]), np.zeros(len(value), np.int64))
    totals = {name: np.zeros((len(names), n_simulations)) for name, (names, _) in indexed.items()}
    for some, drawn in chunks:
        low[some], high[some] = np.quantile(drawn, tails, axis=0)
        for name, (_, group) in indexed.items():
            np.add.at(totals[name], group[some], drawn.T)
    groups = {}
    for name, (names, group) in indexed.items():
        ends = np.quantile(totals[name] if factors is None else totals[name] * factors, tails, axis=1)
        sums: FloatArray = np.bincount(group, value, len(names)).astype(np.float64)
        counts = np.bincount(group, minlength=len(names))
        order = np.argsort(-sums, kind="stable")
        groups[name] = GroupValue(names.astype(object)[order], counts[order], sums[order], ends[0][order], ends[1][order])
    return low, high, groups


def in_chunks(
    n: int, n_simulations: int, seed: int, draw_fn: Callable[[slice, np.random.Generator], FloatArray]
) -> Iterator[tuple[slice, FloatArray]]:
    """Simulated values of a few customers after the other; each chunk has a random source of its own."""
    size = max(1, _CELLS_AT_ONCE // n_simulations)
    for number, start in enumerate(range(0, n, size)):
        some = slice(start, min(start + size, n))
        yield some, draw_fn(some, np.random.default_rng([seed, 1 + number]))


def _simulated(
    history: PurchaseHistory, buying: RepeatBuyingModel, spending: SpendModel, params: ValueParams
) -> Iterator[tuple[slice, FloatArray]]:
    """Discounted contribution of simulated futures; the parameters of a future are the same for all customers."""
    rng = np.random.default_rng([params.seed, 0])
    parameters = buying.fit_.draws(params.n_simulations, rng)[:, :, None]
    spend_parameters = spending.fit_.draws(params.n_simulations, rng)[:, :, None]
    x, recency, age = history.frequency.astype(np.float64), history.recency_weeks, history.age_weeks
    weeks = params.months * WEEKS_PER_MONTH
    weekly = np.log1p(params.annual_discount) / WEEKS_PER_YEAR

    def draw(some: slice, rng: np.random.Generator) -> FloatArray:
        purchases, allowed = _draw_purchases(parameters, x[some], recency[some], age[some], weeks, rng)
        rates = _draw_spend_rates(spend_parameters, x[some], history.monetary[some], rng)
        cell = np.repeat(np.arange(purchases.size), purchases.ravel())
        times = rng.uniform(0, weeks, len(cell))
        order = np.lexsort((times, cell))
        cell, times = cell[order], times[order]
        rank = np.arange(len(cell)) - np.repeat(np.cumsum(purchases.ravel()) - purchases.ravel(), purchases.ravel())
        kept = rank < allowed.ravel()[cell]
        cell, times = cell[kept], times[kept]
        shape = np.broadcast_to(spend_parameters[:, 0], purchases.shape).ravel()[cell]
        amounts = rng.gamma(shape) / rates.ravel()[cell] * np.exp(-weekly * times)
        totals: FloatArray = np.bincount(cell, amounts, purchases.size).astype(np.float64)
        return params.margin * totals.reshape(purchases.shape)

    return in_chunks(history.n_customers, params.n_simulations, params.seed, draw)


def _draw_purchases(
    parameters: FloatArray, x: FloatArray, recency: FloatArray, age: FloatArray, weeks: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Purchases if the customer stayed, and how many are made before leaving, shape (s, n) both.

    Given that a customer is alive, the own rate is Gamma(r + x, alpha + age) and the own probability to leave Beta(a, b + x).
    """
    r, alpha, a, b = (parameters[:, i] for i in range(4))
    odds = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * np.exp(np.minimum((r + x) * np.log((alpha + age) / (alpha + recency)), 700)), 0)
    is_alive = rng.random(odds.shape) < 1 / (1 + odds)
    rate = rng.gamma(np.broadcast_to(r + x, odds.shape)) / (alpha + age)
    leaves = np.maximum(rng.beta(np.broadcast_to(a, odds.shape), b + x), 1e-12)
    purchases = np.where(is_alive, rng.poisson(rate * weeks), 0)
    return purchases, rng.geometric(leaves)


def _draw_spend_rates(parameters: FloatArray, x: FloatArray, monetary: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The own nu of each customer, Gamma(p x + q, gamma + x mean), shape (s, n)."""
    p, above_one, gamma = (parameters[:, i] for i in range(3))
    return np.maximum(rng.gamma(p * x + above_one + 1) / (gamma + x * monetary), 1e-300)
