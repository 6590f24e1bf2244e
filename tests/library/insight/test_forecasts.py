"""Forecasts: series whose future is known, sums that add up, intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest

import bailiwick as bw
from bailiwick.domain import OrderTable
from bailiwick.errors import InputError
from bailiwick.insight.forecasting.methods import seasonal_indices, seasonal_naive, theta
from bailiwick.insight.forecasting.next_orders import next_orders
from bailiwick.insight.forecasting.panel import Panel, monthly_panel
from bailiwick.insight.forecasting.past_forecasts import DealHistory, forecast_the_past
from bailiwick.insight.forecasting.pipeline import chance_in_time, simulate, stage_rates
from bailiwick.insight.forecasting.reconcile import reconciler, shrunk_covariance
from bailiwick.insight.forecasting.seasonality import season

pytest.importorskip("sklearn")
pytest.importorskip("statsmodels")

from bailiwick.insight.forecasting.choose import _ends, forecast


def panel_of(low: np.ndarray) -> Panel:
    b = len(low)
    summing = np.vstack([np.ones((1, b)), np.eye(b)])
    names = np.array(["(all)", *(f"T{i}" for i in range(b))], object)
    return Panel(names, np.array([0] + [1] * b), np.arange(low.shape[1]), summing @ low, summing)


@pytest.fixture(scope="module")
def seasonal() -> tuple[Panel, np.ndarray]:
    """Two territories with growth, a season and 4 % of noise; 36 months to learn, 6 to judge."""
    rng = np.random.default_rng(11)
    months = np.arange(42)
    wave = 1 + 0.3 * np.sin(2 * np.pi * months / 12)
    low = np.array([100.0, 300])[:, None] * wave * (1 + 0.01 * months) * rng.lognormal(0, 0.04, (2, 42))
    return panel_of(low[:, :36]), np.vstack([low.sum(axis=0), low])[:, 36:]


def test_a_forecast_beats_repeating_the_year_and_adds_up(seasonal: tuple[Panel, np.ndarray]) -> None:
    panel, future = seasonal
    found = forecast(panel, 6)
    assert found.values[0] == pytest.approx(found.values[1:].sum(axis=0))
    naive = np.array([seasonal_naive(series, 6) for series in panel.values])
    assert np.abs(found.values - future).mean() < 0.8 * np.abs(naive - future).mean()
    assert (found.low <= found.values).all()
    assert (found.values <= found.high).all()
    assert ((future >= found.low) & (future <= found.high)).mean() >= 0.8
    assert 0.8 <= found.coverage <= 1
    assert (found.reconciled_score < 1.2 * found.scores["seasonal naive"]).all()


def test_the_band_is_as_wide_as_the_errors_ask() -> None:
    """Of normal errors the 90 % band ends at 1.64, times 1.13 for six windows of one month."""
    errors = np.random.default_rng(3).normal(size=(6, 400, 1))
    low, high = _ends(errors)
    assert high[0, 0] == pytest.approx(1.645 * 1.128, abs=0.12)
    assert low[0, 0] == pytest.approx(-1.645 * 1.128, abs=0.12)


def test_pure_noise_is_not_forecast_worse_than_naive_without_a_word() -> None:
    import bailiwick as bw

    rng = np.random.default_rng(2)
    days = np.arange(0, 900, 3)
    rows = {
        "customer": ["a"] * len(days),
        "date": [str(np.datetime64("2023-01-01") + int(d)) for d in days],
        "amount": rng.lognormal(3, 1, len(days)).tolist(),
    }
    found = bw.forecast_sales(rows, months=3)
    told = {n.code for n in found.notices}
    assert found["methods"]["is_better_than_naive"].all() or "naive_wins" in told


def test_months_and_groups_by_hand() -> None:
    start = int(np.datetime64("2024-01-01").astype("datetime64[D]").astype(int))
    days = start + np.array([0, 40, 366, 365 + 31 + 27, 5])
    orders = OrderTable(
        np.array(["a"], object),
        np.zeros(5, int),
        days,
        np.array([1.0, 2, 4, 8, 16]),
        {"t": np.array(["n", "n", "n", "n", "s"], object), "p": np.array(["x", "y", "x", "x", "x"], object)},
    )
    panel = monthly_panel(orders, ["t", "p"])
    assert panel.names.tolist() == ["(all)", "n", "s", "n / x", "n / y", "s / x"]
    assert panel.dates[0] == "2024-01-01"
    assert panel.dates[-1] == "2025-02-01"
    assert panel.values[:, 0].tolist() == [17, 1, 16, 1, 0, 16]
    assert panel.values[0, -1] == 8
    early = OrderTable(orders.customer_ids, orders.customer_idx, np.r_[days[:4] - 0, days[4]], orders.amounts, orders.groups)
    assert monthly_panel(early, []).values.shape == (1, 14)
    with pytest.raises(InputError, match="expected 12 or more"):
        monthly_panel(OrderTable(np.array(["a"], object), np.zeros(2, int), days[:2], np.ones(2)), [])


def test_half_a_month_at_the_end_is_left_out() -> None:
    start = int(np.datetime64("2023-01-01").astype("datetime64[D]").astype(int))
    days = np.arange(start, start + 400)
    panel = monthly_panel(OrderTable(np.array(["a"], object), np.zeros(400, int), days, np.ones(400)))
    assert panel.dates[-1] == "2024-01-01"
    assert [n.code for n in panel.notices] == ["part_of_month"]


def test_a_line_is_continued_and_a_constant_stays() -> None:
    assert theta(np.arange(1.0, 21.0), 1)[0] == pytest.approx(20.5, abs=1.0)
    assert theta(np.full(30, 7.0), 3) == pytest.approx([7, 7, 7])
    assert seasonal_indices(np.tile(np.r_[np.full(6, 10.0), np.full(6, 30.0)], 3)).mean() == pytest.approx(1)


def test_reconciliation_trusts_what_errs_less() -> None:
    summing = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    rng = np.random.default_rng(0)
    errors = rng.normal(size=(40, 3, 1)) * np.array([0.01, 1.0, 1.0])[None, :, None]
    found = reconciler(summing, errors, np.ones(3))(np.array([[10.0], [4.0], [4.0]]))
    assert found[0, 0] == pytest.approx(10, abs=0.05)
    assert found[1, 0] + found[2, 0] == pytest.approx(found[0, 0])
    coherent = reconciler(summing, errors, np.ones(3))(np.array([[8.0], [5.0], [3.0]]))
    assert coherent.ravel() == pytest.approx([8, 5, 3])  # what adds up already is left alone
    assert np.linalg.eigvalsh(shrunk_covariance(rng.normal(size=(3, 6)))).min() > 0


def test_reconciliation_counts_errors_in_the_size_of_each_series() -> None:
    """Errors come divided by the scale of their series: without it a small series would give way as much as a hundred times larger one."""
    summing = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    errors = np.random.default_rng(0).normal(size=(60, 3, 1))
    for scale in (np.array([100.0, 100.0, 1.0]), np.array([100.0, 1.0, 100.0])):
        found = reconciler(summing, errors, scale)(np.array([[260.0], [100.0], [100.0]]))
        small, large = (1 + int(np.argmin(scale[1:])), 1 + int(np.argmax(scale[1:])))
        assert found[small, 0] == pytest.approx(100, abs=1)
        assert found[large, 0] == pytest.approx(130, abs=12)
        assert found[0, 0] == pytest.approx(found[1:, 0].sum())
    alone = reconciler(summing, np.full((3, 3, 1), np.nan), np.array([100.0, 100.0, 1.0]))(np.array([[260.0], [100.0], [100.0]]))
    assert alone[2, 0] == pytest.approx(100, abs=1)  # without errors the scale alone tells


def test_a_season_is_told_from_noise() -> None:
    rng = np.random.default_rng(1)
    noise = 100 * rng.lognormal(0, 0.2, 48)
    plain, wavy = season(noise, 0), season(noise * (1 + 0.6 * (np.arange(48) % 12 == 11)), 0)
    assert plain is not None
    assert wavy is not None
    assert wavy.p_value <= 0.01 < plain.p_value
    assert wavy.indices.argmax() == 11
    assert wavy.low[11] < 1.6 / (12.6 / 12) < wavy.high[11]
    assert season(noise[:20], 0) is None


def test_next_orders_follow_the_rhythm_of_each_account() -> None:
    rng = np.random.default_rng(5)
    customer, day = [], []
    for i in range(80):
        gap = 7 if i < 40 else 60
        days = np.cumsum(gap * rng.lognormal(0, 0.2, 12))
        customer += [i] * 12
        day += days.astype(int).tolist()
    orders = OrderTable(np.array([f"c{i}" for i in range(80)], object), np.array(customer), np.array(day), np.ones(960))
    found = next_orders(orders)
    gaps = found.expected_day - found.last_day
    assert np.median(gaps[:40]) == pytest.approx(7, abs=2)
    assert np.median(gaps[40:]) == pytest.approx(60, abs=12)
    assert found.is_overdue[:40].all()
    assert 0.65 <= found.coverage <= 0.95
    assert found.error <= found.naive_error
    with pytest.raises(InputError, match="too few to learn a rhythm"):
        next_orders(OrderTable(np.array(["a"], object), np.zeros(3, int), np.array([1, 2, 3]), np.ones(3)))


def test_the_pipeline_by_hand() -> None:
    alpha, beta = stage_rates(np.array([0, 1]), 2, np.array([0] * 10 + [1] * 10), np.array([True] * 10 + [False] * 10))
    assert (alpha / (alpha + beta)).tolist() == [0.75, 0.25]
    lasted, won = np.arange(1.0, 41.0), np.arange(40) % 2 == 0
    assert chance_in_time(lasted, won, ~won, np.array([0.0, 20.0]), 10).tolist() == [pytest.approx(5 / 40), pytest.approx(5 / 20)]
    history = (lasted, won, ~won)
    ages = np.array([0.0, 20.0])
    run = simulate(np.array([100.0, 100.0]), np.array([0, 1]), ages, history, (alpha, beta), 10, n_simulations=4000)
    assert run.totals.mean(axis=0) == pytest.approx([100 * 5 / 40 * 1.5, 25 * 0.5], abs=4)


def deals(slow_from: float, seed: int = 0) -> DealHistory:
    """Two deals a day, half of them won after twenty days; those that start later than ``slow_from`` take three times as long."""
    start = np.repeat(np.arange(0.0, 500.0), 2)
    end = start + np.where(start < slow_from, 20.0, 60.0) * np.random.default_rng(seed).lognormal(0, 0.1, len(start))
    is_won = np.tile([True, False], len(start) // 2)
    return DealHistory(start, end, is_won & (end < 500), ~is_won & (end < 500), np.zeros(len(start), np.int64))


def test_a_pipeline_that_promised_too_much_is_corrected_and_one_without_a_past_is_doubted() -> None:
    rng = np.random.default_rng(1)
    steady = forecast_the_past(deals(np.inf), 500.0, 30.0)
    slow = forecast_the_past(deals(400.0), 500.0, 30.0)
    none = forecast_the_past(deals(np.inf), 30.0, 30.0)
    every = {"steady": steady, "slow": slow, "none": none}
    ends = {name: np.quantile(past.factors(rng, 4000), [0.05, 0.5, 0.95]) for name, past in every.items()}
    assert steady.came.sum() / steady.expected.sum() == pytest.approx(1, abs=0.1)
    assert ends["steady"][1] == pytest.approx(1, abs=0.05)
    assert ends["slow"][1] < 0.85
    assert len(none.days) == 0
    assert ends["none"][2] - ends["none"][0] > 1.5 * (ends["steady"][2] - ends["steady"][0])


def test_deals_that_stay_open_for_ever_are_not_won_soon() -> None:
    """Half of the deals never end; the closed ones alone would promise that all are won."""
    lasted = np.r_[np.full(100, 5.0), np.full(100, 300.0)]
    won, none = np.arange(200) < 100, np.zeros(200, bool)
    assert chance_in_time(lasted, won, none, np.array([0.0]), 30)[0] == pytest.approx(0.5)
    assert chance_in_time(lasted, won, none, np.array([100.0]), 30)[0] == 0


def test_when_an_open_deal_is_hoped_to_end_says_nothing_of_today() -> None:
    """Deals of a CRM have an expected day; taken for the present, it would make them all too old to be won."""
    n = 60
    closed = {
        "stage": ["won", "lost"] * n,
        "start": ["2026-01-01"] * 2 * n,
        "end": [f"2026-0{2 + i % 2}-{1 + i % 28:02}" for i in range(2 * n)],
    }
    rows = {
        "id": [f"d{i}" for i in range(2 * n + 10)],
        "stage": [*closed["stage"], *["open"] * 10],
        "value": [100.0] * (2 * n + 10),
        "start": [*closed["start"], *["2026-03-20"] * 10],
    }
    hoped, bare = (bw.forecast_pipeline({**rows, "end": [*closed["end"], *[day] * 10]}, days=90) for day in ("2027-12-31", ""))
    assert hoped["deals"]["probability"].tolist() == bare["deals"]["probability"].tolist()
    assert (hoped["deals"]["probability"] > 0.3).all()
    rate = hoped["rates"].iloc[0]
    assert (rate["class"], rate["win_rate_low"] < 0.5 < rate["win_rate_high"]) == ("(all)", True)
