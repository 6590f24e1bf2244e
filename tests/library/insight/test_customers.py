"""Models of customers: published parameters, numbers by hand, simulated truths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from bailiwick.domain import OrderTable
from bailiwick.errors import InputError
from bailiwick.formats import read_orders, read_table
from bailiwick.insight.backtest import back_test
from bailiwick.insight.history import PurchaseHistory, purchase_history
from bailiwick.insight.lifetime import ValueParams, lifetime_value
from bailiwick.insight.likelihood import maximise
from bailiwick.insight.repeat_buying import RepeatBuyingModel, expected_purchases, p_alive
from bailiwick.insight.retention import RetentionModel
from bailiwick.insight.spend import SpendModel


def orders(*lines: tuple[str, int, float]) -> OrderTable:
    names = list(dict.fromkeys(line[0] for line in lines))
    idx = np.array([names.index(line[0]) for line in lines])
    return OrderTable(np.array(names, object), idx, np.array([line[1] for line in lines]), np.array([line[2] for line in lines], float))


def simulated(n: int, seed: int, r: float = 1.2, alpha: float = 6.0, a: float = 0.8, b: float = 3.0) -> OrderTable:
    """Customers who follow the model: day 0 to 52 weeks, mean amount Gamma-Gamma with p 6, q 4, gamma 15."""
    rng = np.random.default_rng(seed)
    lines = []
    for i in range(n):
        rate, leaves, nu = rng.gamma(r) / alpha, rng.beta(a, b), rng.gamma(4.0) / 15
        day = float(rng.uniform(0, 84))
        while day < 364:
            lines.append((f"c{i}", int(day), rng.gamma(6.0) / nu))
            if lines[-1][0] == (lines[-2][0] if len(lines) > 1 else "") and rng.random() < leaves:
                break
            day += rng.exponential(7 / rate)
    return orders(*lines)


@pytest.fixture(scope="module")
def golden() -> tuple[PurchaseHistory, RepeatBuyingModel, SpendModel]:
    history = purchase_history(simulated(800, 5), end_day=364)
    return (
        history,
        RepeatBuyingModel().fit(history.frequency, history.recency_weeks, history.age_weeks),
        SpendModel().fit(history.frequency, history.monetary),
    )


def test_published_parameters_of_cdnow(shared_data: Path) -> None:
    """Fader, Hardie and Lee (2005), table 2; Fader and Hardie (2013), page 4."""
    table = read_table(shared_data / "clv" / "clv_quickstart.csv")
    x, recency, age, mean = (table.column(c).astype(float) for c in ("frequency", "recency", "T", "monetary_value"))
    model = RepeatBuyingModel().fit(x, recency, age)
    assert [model.r_, model.alpha_, model.a_, model.b_] == pytest.approx([0.2426, 4.4135, 0.7929, 2.4258], rel=5e-5, abs=5e-5)
    assert model.log_likelihood_ == pytest.approx(-9582.43, abs=0.005)
    assert model.predict(39, [2], [30.43], [38.86])[0] == pytest.approx(1.226, abs=0.0005)
    spend = SpendModel().fit(x, mean)
    assert [spend.p_, spend.q_, spend.gamma_] == pytest.approx([6.25, 3.74, 15.44], abs=0.01)


def test_published_parameters_from_the_transactions_themselves(shared_data: Path) -> None:
    table = read_orders(shared_data / "clv" / "cdnow_transactions.csv", column_map={"customer": "id"})
    history = purchase_history(table, end_day=int(np.datetime64("1997-09-30").astype(int)))
    model = RepeatBuyingModel().fit(history.frequency, history.recency_weeks, history.age_weeks)
    assert history.n_customers == 2357
    assert [model.r_, model.alpha_, model.a_, model.b_] == pytest.approx([0.2426, 4.4135, 0.7929, 2.4258], rel=2e-4)
    assert back_test(table, 13, end_day=history.end_day).is_better


@pytest.mark.parametrize(
    ("alive", "parameters", "likelihood"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], (0.668, 3.806), -1611.16),
        ([1000, 631, 468, 382, 326, 289, 262, 241], (0.704, 1.182), -1680.27),
    ],
)
def test_published_parameters_of_retention(alive: list[int], parameters: tuple[float, float], likelihood: float) -> None:
    """Fader and Hardie (2007): the high-end and the regular segment, seven years."""
    lost = -np.diff(alive)
    periods = np.r_[np.repeat(np.arange(1, len(alive)), lost), np.full(alive[-1], len(alive) - 1)]
    model = RetentionModel().fit(periods, np.arange(len(periods)) < lost.sum())
    assert (model.alpha_, model.beta_) == pytest.approx(parameters, abs=0.0005)
    assert model.log_likelihood_ == pytest.approx(likelihood, abs=0.005)
    assert model.fit_.intervals[0, 0] < model.alpha_ < model.fit_.intervals[0, 1]


def test_retention_by_hand() -> None:
    model = RetentionModel().fit([1, 1, 1, 1, 1, 2, 2, 3, 3, 3], [True] * 7 + [False] * 3)
    model.alpha_, model.beta_, model.fit_ = 1.0, 1.0, maximise(lambda v: float(-(np.log(v) ** 2).sum()), [[2.0, 2.0]])
    assert model.survival(3) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert model.predict([1], 2)[0] == pytest.approx([2 / 3, 1 / 2], rel=1e-5)


def test_the_golden_customers_give_back_their_parameters(golden: tuple[PurchaseHistory, RepeatBuyingModel, SpendModel]) -> None:
    _, buying, spending = golden
    for (low, high), truth in zip(buying.fit_.intervals, (1.2, 6.0, 0.8, 3.0), strict=True):
        assert low < truth < high
    for (low, high), truth in zip(spending.intervals_, (6.0, 4.0, 15.0), strict=True):
        assert low < truth < high
    assert not buying.fit_.is_flat


def test_expected_purchases_equal_the_published_formula_and_stay_finite() -> None:
    parameters = np.array([0.2426, 4.4135, 0.7929, 2.4258])
    x, recency, age, t = 3.0, 20.0, 38.86, 39.0
    r, alpha, a, b = parameters
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    direct = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * series)
    one = np.array([x]), np.array([recency]), np.array([age])
    assert expected_purchases(parameters, t, *one)[0] == pytest.approx(direct * p_alive(parameters, *one)[0], rel=1e-8)
    many = np.array([2000.0]), np.array([51.9]), np.array([52.0])
    assert 0 < expected_purchases(parameters, 52, *many)[0] < 4000
    assert expected_purchases(np.array([0.5, 4.0, 1.0, 2.0]), t, *one)[0] > 0
    homogeneous = expected_purchases(np.array([1.0, 4.0, 4e5, 3.6e6]), t, *one)[0] / p_alive(np.array([1.0, 4.0, 4e5, 3.6e6]), *one)[0]
    assert homogeneous == pytest.approx((1 - (1 + 0.1 * t / (4 + age)) ** -(1 + x)) / 0.1, rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.floats(0.05, 20)] * 4), st.integers(0, 60), st.floats(0, 1), st.floats(0.5, 200), st.floats(0.1, 200))
def test_expectations_are_sane(parameters: tuple[float, ...], x: int, part: float, age: float, weeks: float) -> None:
    row = np.array([float(x)]), np.array([part * age if x else 0.0]), np.array([age])
    alive = p_alive(np.array(parameters), *row)[0]
    few, more = (expected_purchases(np.array(parameters), w, *row)[0] for w in (weeks, 2 * weeks))
    assert 0 <= alive <= 1
    assert x or alive == 1
    assert -1e-9 <= few <= more * (1 + 1e-9) + 1e-9


def test_the_interval_holds_the_expectation_and_the_seed_tells_all(golden: tuple[PurchaseHistory, RepeatBuyingModel, SpendModel]) -> None:
    params = ValueParams(margin=0.5, n_simulations=100)
    found, again = lifetime_value(*golden, params), lifetime_value(*golden, params)
    whole = found.groups[""]
    assert whole.low[0] < whole.value[0] < whole.high[0]
    assert whole.value[0] == pytest.approx(found.value.sum())
    assert np.array_equal(found.high, again.high)
    assert (found.low <= found.high).all()
    assert lifetime_value(*golden, ValueParams(n_simulations=100)).value == pytest.approx(2 * found.value)
    assert (lifetime_value(*golden, ValueParams(annual_discount=0.5, n_simulations=100)).value < 2 * found.value).all()


def test_the_simulation_agrees_with_the_formula(golden: tuple[PurchaseHistory, RepeatBuyingModel, SpendModel]) -> None:
    """The middle of the totals of futures is near the expected total."""
    history, buying, spending = golden
    found = lifetime_value(history, buying, spending, ValueParams(months=6, n_simulations=1000)).groups[""]
    assert (found.low[0] + found.high[0]) / 2 == pytest.approx(found.value[0], rel=0.03)


def test_a_history_by_hand() -> None:
    history = purchase_history(
        orders(("a", 0, 10.0), ("a", 7, 5.0), ("a", 7, 15.0), ("a", 21, 30.0), ("b", 14, 8.0), ("c", 30, 1.0)), end_day=28
    )
    assert history.customer_ids.tolist() == ["a", "b"]
    assert history.frequency.tolist() == [2, 0]
    assert history.recency_weeks.tolist() == [3, 0]
    assert history.age_weeks.tolist() == [4, 2]
    assert history.monetary.tolist() == [25, 0]
    assert history.total.tolist() == [60, 8]


def test_returns_are_set_off_against_the_latest_purchases() -> None:
    history = purchase_history(orders(("a", 0, 10.0), ("a", 7, 5.0), ("a", 14, 6.0), ("a", 15, -8.0), ("b", 3, -2.0), ("b", 5, 4.0)))
    assert history.frequency.tolist() == [1, 0]
    assert history.total.tolist() == [13, 4]
    assert [notice.code for notice in history.notices] == ["unmatched_returns"]


def test_what_is_free_is_bought_and_what_came_back_is_not() -> None:
    history = purchase_history(orders(("a", 0, 10.0), ("a", 7, 0.0), ("b", 0, 3.0), ("b", 9, -3.0), ("c", 1, 5.0), ("c", 1, -5.0)))
    assert history.customer_ids.tolist() == ["a"]
    assert history.frequency.tolist() == [1]
    assert [(n.code, n.count) for n in history.notices] == [("no_purchase_left", 2)]


def test_too_little_is_refused_with_what_would_help() -> None:
    few = purchase_history(orders(("a", 0, 1.0), ("a", 7, 1.0), ("b", 3, 1.0)))
    with pytest.raises(InputError, match="1 customers bought more than once; expected 20") as caught:
        RepeatBuyingModel().fit(few.frequency, few.recency_weeks, few.age_weeks)
    assert caught.value.code == "too_few_repeaters"
    with pytest.raises(InputError, match="repeat purchases with amounts"):
        SpendModel().fit([0, 1], [0.0, 2.0])
    with pytest.raises(InputError, match="0 of 3 customers left"):
        RetentionModel().fit([1, 2, 3], [False] * 3)
    with pytest.raises(InputError, match="1 period or more"):
        RetentionModel().fit([0, 2], [True, False])
    with pytest.raises(InputError, match="not returned"):
        purchase_history(orders(("a", 0, -1.0)))
    with pytest.raises(InputError, match="above 0 to hold back"):
        back_test(orders(("a", 0, 1.0)), 0)


@pytest.mark.parametrize("wrong", [{"months": 0}, {"annual_discount": -0.1}, {"margin": 0.0}, {"margin": 1.5}, {"n_simulations": 5}])
def test_settings_out_of_range(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError) as caught:
        ValueParams(**wrong)  # type: ignore[arg-type]
    assert caught.value.code == "value_setting"


def test_parameters_that_run_off_together_leave_the_mean_where_it_is() -> None:
    """Everybody spends around the same mean, so that q and gamma run off; what a purchase is worth is known all the same."""
    rng = np.random.default_rng(4)
    x = rng.integers(1, 4, 400)
    model = SpendModel().fit(x, rng.gamma(0.8 * x, 100 / (0.8 * x)))
    assert model.fit_.is_flat
    p, above_one, gamma = model.fit_.draws(200, rng).T
    assert np.quantile(p * gamma / above_one, [0.025, 0.975]) == pytest.approx([100, 100], rel=0.25)


def test_customers_who_never_leave_are_a_flat_likelihood() -> None:
    rng = np.random.default_rng(2)
    age = np.full(300, 52.0)
    x = rng.poisson(rng.gamma(2.0, 4.0, 300))
    model = RepeatBuyingModel().fit(x, np.where(x > 0, 51.9, 0.0), age)
    assert model.fit_.is_flat
    assert (model.p_alive(x, np.where(x > 0, 51.9, 0.0), age) > 0.999).all()
