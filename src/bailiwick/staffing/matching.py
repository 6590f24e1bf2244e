"""Who should have which territory: how good people are apart from what they were given, and the best assignment with its prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats
from scipy.optimize import linear_sum_assignment

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError

_PRIOR_SCALE = 0.5
"""Spread among people that is as likely passed as not before anything is known: half of what is expected."""
_SPREADS, _NOISES, _UNLIKELY = 200, 9, 1e-7
_FAR, _HALVINGS = 8.0, 50
_NOTHING = 1e-9
"""What is expected where nobody sold anything: such rows tell nothing."""


@dataclass(frozen=True, eq=False)
class Performance:
    """How much each of n people sells of what is expected of anybody with their territories, shape (n,).

    Attributes
    ----------
    raw
        Sold ÷ expected.
    adjusted, low, high
        The same drawn to the mean of all as far as chance may have made it, with its 95 % interval.
    weight
        How much the own figures count in it, 0 to 1.
    error
        Standard deviation of what may be true of each.
    spread
        Standard deviation of the truth among people, as far as it is more than chance.
    states, share
        What may be true of spread and noise – rows of (variance among people, noise) – and how likely each is.
    whole
        Expected of each, shape (n,).
    """

    raw: FloatArray
    adjusted: FloatArray
    low: FloatArray
    high: FloatArray
    weight: FloatArray
    error: FloatArray
    spread: float
    states: FloatArray
    share: FloatArray
    whole: FloatArray

    def draws(self, n: int, rng: np.random.Generator) -> FloatArray:
        """What may be true of all people together, n times, shape (n, people): spread, noise and centre are uncertain, too."""
        at = _levels(self.raw, self.whole, self.states)
        which = rng.choice(len(self.share), n, p=self.share)
        centre = at.centre[which] + np.sqrt(at.doubt[which]) * rng.standard_normal(n)
        weight, own = at.weight[which], np.nan_to_num(self.raw)[None, :]
        mean = weight * own + (1 - weight) * centre[:, None]
        return mean + np.sqrt(self.states[which, :1] * (1 - weight)) * rng.standard_normal(mean.shape)


def performance(rep_idx: IntArray, sold: FloatArray, expected: FloatArray, n_reps: int, *, learned: int = 0) -> Performance:
    """Judge people by what they sold against what was expected, drawn to the mean where there is little to judge by.

    Parameters
    ----------
    rep_idx, sold, expected
        One row per person, territory and period, shape (r,); expected is above 0.
    learned
        How many figures behind ``expected`` were themselves learned from these rows, beyond the level of all.

    Raises
    ------
    InputError
        If nothing is left to tell chance by, as with one row each.

    Notes
    -----
    One normal level above the people. The noise of a sale is pooled over all periods of all people, in proportion to what was expected.
    Nothing is taken for known that is estimated: intervals are averages over what noise, spread among people and centre may be, each as
    likely as the figures make it, with a half-Cauchy prior of scale 0.5 for the spread. ``spread`` is that of the method of moments.

    References
    ----------
    R. DerSimonian, N. Laird: Meta-analysis in clinical trials. Controlled Clinical Trials 7 (1986), 177–188.
    A. Gelman: Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1 (2006), 515–534.

    Examples
    --------
    >>> who = np.array([0] * 12 + [1] * 12 + [2] * 2, np.int32)
    >>> noise = np.tile([0.9, 1.1], 13)
    >>> found = performance(who, np.r_[[1.2] * 12, [0.8] * 12, [1.2] * 2] * noise, np.ones(26), 3)
    >>> found.raw.round(2).tolist(), bool(1 < found.adjusted[2] < found.adjusted[0] < 1.2)
    ([1.2, 0.8, 1.2], True)
    """
    n_rows = np.bincount(rep_idx[expected > _NOTHING], minlength=n_reps)
    whole = np.where(n_rows > 0, np.bincount(rep_idx, expected, n_reps), 0.0).astype(np.float64)
    raw = np.divide(np.bincount(rep_idx, sold, n_reps), whole, out=np.full(n_reps, np.nan), where=n_rows > 0)
    free = int(np.maximum(n_rows - 1, 0).sum()) - learned
    if free < 1:
        text = say("no months are left to tell chance by; expected two or more of each rep, with sales of others in the same months")
        raise InputError(text, code="too_little_data", field="sales")
    deviations = sold - np.nan_to_num(raw)[rep_idx] * expected
    level = float(np.average(np.nan_to_num(raw) ** 2, weights=whole)) * float(expected.mean())
    noise = max(float((deviations**2 / expected).sum()) / free, 1e-8 * level, 1e-300)  # variance of a sale is this times the expected
    states, prior = _states(noise, free)
    at = _levels(raw, whole, states)
    likely = at.log_likelihood + np.log(prior)
    share = np.exp(likely - likely.max())
    kept = np.flatnonzero(share > _UNLIKELY).astype(np.int32)
    states, at, share = states[kept], at.only(kept), share[kept] / share[kept].sum()
    mean = at.weight * np.nan_to_num(raw) + (1 - at.weight) * at.centre[:, None]
    variance = states[:, :1] * (1 - at.weight) + (1 - at.weight) ** 2 * at.doubt[:, None]
    adjusted = share @ mean
    error = np.sqrt(share @ (variance + (mean - adjusted) ** 2))
    low, high = (_quantile(q, mean, np.sqrt(variance), share) for q in (0.025, 0.975))
    spread = float(np.sqrt(_moments(raw, whole, noise)))
    return Performance(raw, adjusted, low, high, share @ at.weight, error, spread, states, share, whole)


def _moments(raw: FloatArray, whole: FloatArray, noise: float) -> float:
    """Variance of the truth among people by DerSimonian and Laird; 0 where chance explains what differs."""
    sure, own = whole / noise, np.nan_to_num(raw)
    middle = float(sure @ own / sure.sum())
    scale = float(sure.sum() - (sure @ sure) / sure.sum())
    surplus = float(sure @ (own - middle) ** 2) - (int((whole > 0).sum()) - 1)
    return max(0.0, surplus / scale) if scale > 0 else 0.0


def _states(noise: float, free: int) -> tuple[FloatArray, FloatArray]:
    """Variance among people and noise that may be, shape (s, 2), and how likely each is before people are compared, shape (s,)."""
    step = (np.arange(_SPREADS) + 0.5) / _SPREADS
    among = (_PRIOR_SCALE * np.tan(np.pi / 2 * step**2)) ** 2  # closer together near 0
    noises = free * noise / stats.chi2.ppf((np.arange(_NOISES) + 0.5) / _NOISES, free)
    pairs = np.stack(np.meshgrid(among, noises, indexing="ij"), axis=-1).reshape(-1, 2)
    return pairs, np.repeat(step, _NOISES)


@dataclass(frozen=True, eq=False)
class _Levels:
    """For each state: centre of all with its variance, weight of each person's own figures, log-likelihood."""

    centre: FloatArray
    doubt: FloatArray
    weight: FloatArray
    log_likelihood: FloatArray

    def only(self, kept: IntArray) -> _Levels:
        return _Levels(self.centre[kept], self.doubt[kept], self.weight[kept], self.log_likelihood[kept])


def _levels(raw: FloatArray, whole: FloatArray, states: FloatArray) -> _Levels:
    is_known = whole > 0
    own = raw[is_known]
    among, chance = states[:, :1], states[:, 1:] / whole[is_known]
    sure = 1 / (among + chance)
    doubt = 1 / sure.sum(axis=1)
    centre = doubt * (sure @ own)
    squares = (sure * (own - centre[:, None]) ** 2).sum(axis=1)
    log_likelihood = 0.5 * (np.log(sure).sum(axis=1) + np.log(doubt) - squares)
    weight = np.zeros((len(states), len(raw)))
    weight[:, is_known] = among * sure
    return _Levels(centre, doubt, weight, log_likelihood)


def _quantile(q: float, mean: FloatArray, deviation: FloatArray, share: FloatArray) -> FloatArray:
    """Quantile of a mixture of normals for each column, by halving, shape (n,)."""
    below, above = (mean - _FAR * deviation).min(axis=0), (mean + _FAR * deviation).max(axis=0)
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        is_less = share @ special.ndtr((middle - mean) / deviation) < q
        below, above = np.where(is_less, middle, below), np.where(is_less, above, middle)
    return (below + above) / 2


@dataclass(frozen=True, eq=False)
class Assignment:
    """The best assignment of n rows to n columns.

    Attributes
    ----------
    column
        Column of each row, shape (n,).
    total
        Its worth.
    price
        What everything together loses if row i must have column j and the others are assigned anew as well as can be, shape (n, n).
    """

    column: IntArray
    total: float
    price: FloatArray


def best_assignment(worth: FloatArray) -> Assignment:
    """Assign rows to columns for the most worth, with the price of every other pair.

    Parameters
    ----------
    worth
        Square, finite, shape (n, n).

    Notes
    -----
    If row i takes the column of row k, k must go elsewhere, and so on until somebody takes the column of i: the price of a pair is the
    cheapest such chain, found for all pairs at once by shortest paths over rows (Floyd and Warshall), O(n³). There are no negative
    circles, as the assignment is the best one.

    Examples
    --------
    >>> found = best_assignment(np.array([[9.0, 5.0], [6.0, 4.0]]))
    >>> found.column.tolist(), found.total, found.price.tolist()
    ([0, 1], 13.0, [[0.0, 2.0], [2.0, 0.0]])
    """
    n = len(worth)
    column = linear_sum_assignment(worth, maximize=True)[1].astype(np.int32)
    held = worth[np.arange(n), column]
    step = held[:, None] - worth[:, column]  # row i takes the column of row k: what i loses
    reach = step.copy()
    np.fill_diagonal(reach, 0.0)
    for k in range(n):
        np.minimum(reach, reach[:, k, None] + reach[None, k, :], out=reach)
    chain = step + reach.T  # i → k, then from k on until somebody takes what i had
    price = np.zeros((n, n))
    price[:, column] = np.maximum(chain, 0.0)
    price[np.arange(n), column] = 0.0
    return Assignment(column, float(held.sum()), price)
