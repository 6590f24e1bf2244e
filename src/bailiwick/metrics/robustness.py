"""How likely it is that territories stay within their tolerance when a measure turns out otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.uncertainty import Uncertainty


@dataclass(frozen=True, eq=False)
class Spread:
    """What an uncertain measure comes to per territory.

    Attributes
    ----------
    mean
        Expected total, shape (K,).
    own
        Variance of the total that is not of regions, shape (K,).
    common
        Standard deviation that each region's factor brings, shape (K, R).
    """

    mean: FloatArray
    own: FloatArray
    common: FloatArray


def spread_of(uncertainty: Uncertainty, territory_idx: IntArray, n_territories: int) -> Spread:
    """Sum an uncertain measure up over territories, exactly: O(n + K · R)."""
    k, regions = n_territories, uncertainty.n_regions
    rho = uncertainty.correlation
    own = np.bincount(territory_idx, weights=(1 - rho) * uncertainty.deviation**2, minlength=k)
    cell = territory_idx.astype(np.int64) * regions + uncertainty.region
    common = np.bincount(cell, weights=np.sqrt(rho) * uncertainty.deviation, minlength=k * regions).reshape(k, regions)
    mean = np.bincount(territory_idx, weights=uncertainty.mean, minlength=k)
    return Spread(mean.astype(np.float64), own.astype(np.float64), common.astype(np.float64))


def probability_within(uncertainty: Uncertainty, territory_idx: IntArray, target_shares: FloatArray, tolerance: float) -> FloatArray:
    """Probability that each territory stays within ``tolerance`` of its share of what the whole comes to, shape (K,).

    Parameters
    ----------
    territory_idx
        Territory of each unit, shape (n,).
    target_shares
        Shape (K,).

    Notes
    -----
    With samples, the share of them. Else exact in the normal model: territory j is within where
    ``W_j − (1 + τ) s_j W ≤ 0`` and ``W_j − (1 − τ) s_j W ≥ 0``; each side is a sum of normal values, and at least one of them
    always holds, so that the probability is the sum of both minus 1.

    Examples
    --------
    Two territories of one unit each, 100 ± 10, independent: their difference has a standard deviation of 14.1, and 5 % of the
    mean of 100 are passed where it is above 10.

    >>> sure = Uncertainty("calls", np.full(2, 100.0), np.full(2, 10.0), np.zeros(2, np.int32), 0.0)
    >>> probability_within(sure, np.array([0, 1]), np.array([0.5, 0.5]), 0.05).round(3).tolist()
    [0.52, 0.52]
    """
    k = len(target_shares)
    if uncertainty.samples is not None:
        return np.asarray((np.abs(sample_deviations(uncertainty, territory_idx, target_shares)) <= tolerance + 1e-12).mean(axis=1))
    spread = spread_of(uncertainty, territory_idx, k)
    below = _side(spread, target_shares * (1 + tolerance))
    above = _side(spread, target_shares * (1 - tolerance))
    return np.clip(below - above, 0.0, 1.0)


def _side(spread: Spread, factor: FloatArray) -> FloatArray:
    """Probability that ``W_j ≤ factor_j · W``, shape (K,)."""
    mean = spread.mean - factor * spread.mean.sum()
    common = spread.common - factor[:, None] * spread.common.sum(axis=0)
    variance = spread.own * ((1 - factor) ** 2 - factor**2) + factor**2 * spread.own.sum() + (common**2).sum(axis=1)
    sd = np.sqrt(np.maximum(variance, 0.0))
    scale = 1e-12 * max(float(spread.mean.sum()), 1e-300)
    sure = np.where(mean <= scale, 1.0, 0.0)
    return np.where(sd > scale, ndtr(-mean / np.maximum(sd, scale)), sure)


def draw_deviations(uncertainty: Uncertainty, territory_idx: IntArray, target_shares: FloatArray, *, n_draws: int, seed: int) -> FloatArray:
    """Deviations of territories in random cases, shape (K, S): the samples as they are, or draws of the normal model.

    Notes
    -----
    A territory's own part is one normal number with the sum of the variances of its units, so that a draw costs K · R
    and not n.
    """
    if uncertainty.samples is not None:
        return sample_deviations(uncertainty, territory_idx, target_shares)
    spread = spread_of(uncertainty, territory_idx, len(target_shares))
    rng = np.random.default_rng([seed, 20_261])
    factors = rng.standard_normal((spread.common.shape[1], n_draws))
    total = spread.mean[:, None] + np.sqrt(spread.own)[:, None] * rng.standard_normal((len(target_shares), n_draws))
    total = total + np.einsum("kr,rs->ks", spread.common, factors)
    return _deviations(total, target_shares)


def sample_deviations(uncertainty: Uncertainty, territory_idx: IntArray, target_shares: FloatArray) -> FloatArray:
    """Deviations of territories in each sample, shape (K, S)."""
    samples = np.empty((0, 0)) if uncertainty.samples is None else uncertainty.samples
    k = len(target_shares)
    total = np.column_stack([np.bincount(territory_idx, weights=column, minlength=k) for column in samples.T]).astype(np.float64)
    return _deviations(total, target_shares)


def _deviations(total: FloatArray, target_shares: FloatArray) -> FloatArray:
    target = target_shares[:, None] * np.maximum(total.sum(axis=0), 1e-300)
    return np.asarray(total / target - 1.0)


def expected_spread(uncertainty: Uncertainty, territory_idx: IntArray, target_shares: FloatArray) -> FloatArray:
    """Standard deviation of the deviation of each territory, shape (K,), to first order; over the samples where there are some."""
    if uncertainty.samples is not None:
        return np.asarray(sample_deviations(uncertainty, territory_idx, target_shares).std(axis=1))
    spread = spread_of(uncertainty, territory_idx, len(target_shares))
    whole = max(float(spread.mean.sum()), 1e-300)
    share = spread.mean / whole
    common = spread.common - share[:, None] * spread.common.sum(axis=0)
    variance = spread.own * ((1 - share) ** 2 - share**2) + share**2 * spread.own.sum() + (common**2).sum(axis=1)
    return np.sqrt(np.maximum(variance, 0.0)) / (target_shares * whole)
