"""Probabilities of staying within a tolerance, against drawing every single unit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.domain.uncertainty import Uncertainty, from_interval
from bailiwick.errors import InputError
from bailiwick.metrics.robustness import draw_deviations, expected_spread, probability_within


def instance(seed: int, n: int = 60, k: int = 4, regions: int = 5, rho: float = 0.4) -> tuple[Uncertainty, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    mean = rng.uniform(5, 20, n)
    idx = np.concatenate([np.arange(k), rng.integers(0, k, n - k)]).astype(np.int32)
    region = rng.integers(0, regions, n).astype(np.int32)
    shares = np.bincount(idx, weights=mean, minlength=k) / mean.sum()
    return Uncertainty("load", mean, 0.3 * mean, region, rho), idx, shares


def drawn_unit_by_unit(uncertainty: Uncertainty, idx: np.ndarray, shares: np.ndarray, n_draws: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rho, k = uncertainty.correlation, len(shares)
    found = np.empty((k, n_draws))
    for s in range(n_draws):
        common = rng.standard_normal(uncertainty.n_regions)[uncertainty.region]
        noise = np.sqrt(rho) * common + np.sqrt(1 - rho) * rng.standard_normal(len(idx))
        load = np.bincount(idx, weights=uncertainty.mean + uncertainty.deviation * noise, minlength=k)
        found[:, s] = load / (shares * load.sum()) - 1
    return found


@pytest.mark.parametrize("rho", [0.0, 0.4, 1.0])
def test_the_formula_agrees_with_drawing_every_unit(rho: float) -> None:
    uncertainty, idx, shares = instance(1, rho=rho)
    deviations = drawn_unit_by_unit(uncertainty, idx, shares, 6_000, 7)
    for tolerance in (0.02, 0.08):
        expected = (np.abs(deviations) <= tolerance).mean(axis=1)
        assert np.abs(probability_within(uncertainty, idx, shares, tolerance) - expected).max() < 0.025
    assert np.abs(expected_spread(uncertainty, idx, shares) / deviations.std(axis=1) - 1).max() < 0.06


def test_draws_of_territories_agree_with_the_formula() -> None:
    uncertainty, idx, shares = instance(2)
    drawn = draw_deviations(uncertainty, idx, shares, n_draws=20_000, seed=3)
    assert np.abs((np.abs(drawn) <= 0.05).mean(axis=1) - probability_within(uncertainty, idx, shares, 0.05)).max() < 0.015
    assert np.array_equal(drawn, draw_deviations(uncertainty, idx, shares, n_draws=20_000, seed=3))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1), st.floats(0.001, 0.5))
def test_probabilities_grow_with_the_tolerance_and_lie_in_their_range(seed: int, rho: float, tolerance: float) -> None:
    uncertainty, idx, shares = instance(seed, n=20, k=3, rho=rho)
    narrow = probability_within(uncertainty, idx, shares, tolerance)
    wide = probability_within(uncertainty, idx, shares, 2 * tolerance)
    assert ((narrow >= 0) & (wide <= 1) & (wide >= narrow - 1e-12)).all()


def test_what_is_certain_is_within_or_not() -> None:
    sure = Uncertainty("load", np.array([10.0, 12.0]), np.zeros(2), np.zeros(2, np.int32), 0.3)
    assert probability_within(sure, np.array([0, 1]), np.array([0.5, 0.5]), 0.1).tolist() == [1.0, 1.0]
    assert probability_within(sure, np.array([0, 1]), np.array([0.5, 0.5]), 0.05).tolist() == [0.0, 0.0]


def test_samples_count_as_they_are() -> None:
    samples = np.array([[10.0, 10.0, 10.0, 20.0], [10.0, 11.0, 13.0, 10.0]])
    sampled = Uncertainty("load", samples.mean(axis=1), samples.std(axis=1), np.zeros(2, np.int32), 0.0, samples)
    assert probability_within(sampled, np.array([0, 1]), np.array([0.5, 0.5]), 0.1).tolist() == [0.5, 0.5]


def test_one_common_factor_of_the_whole_cancels_out() -> None:
    idx = np.array([0, 0, 1, 1])
    together = Uncertainty("load", np.full(4, 10.0), np.full(4, 1.0), np.zeros(4, np.int32), 1.0)
    assert probability_within(together, idx, np.array([0.5, 0.5]), 0.01).round(6).tolist() == [1.0, 1.0]


def test_an_interval_gives_the_moments_of_the_two_piece_normal() -> None:
    mean, deviation = from_interval(np.array([100.0]), np.array([90.0]), np.array([130.0]))
    rng = np.random.default_rng(0)
    below, above = 10 / 1.6448536, 30 / 1.6448536
    half = np.abs(rng.standard_normal(400_000))
    drawn = np.where(rng.random(400_000) < below / (below + above), 100 - below * half, 100 + above * half)
    assert mean[0] == pytest.approx(drawn.mean(), rel=1e-3)
    assert deviation[0] == pytest.approx(drawn.std(), rel=1e-2)


@pytest.mark.parametrize("change", [{"correlation": 1.5}, {"deviation": np.array([-1.0, 0.0])}, {"mean": np.array([1.0])}])
def test_an_uncertainty_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    fields: dict[str, object] = {"mean": np.ones(2), "deviation": np.ones(2), "correlation": 0.0, **change}
    with pytest.raises(InputError):
        Uncertainty("load", region=np.zeros(2, np.int32), **fields)  # type: ignore[arg-type]
