"""What the open deals will bring within a time, by simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray

_PRIOR = 10.0
_N_BOOTSTRAPS = 100
_MOST_DAYS = 3_650


@dataclass(frozen=True, eq=False)
class PipelineRun:
    """Futures of n open deals.

    Attributes
    ----------
    probability
        To be won within the horizon, shape (n,).
    totals
        Amount won within the horizon in each future and group, shape (simulations, g).
    """

    probability: FloatArray
    totals: FloatArray


def stage_rates(
    stage: NDArray[np.int64], n_stages: int, stage_of_closed: NDArray[np.int64], is_won: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Wins and closings of each stage, with ten closings of the base rate added.

    Parameters
    ----------
    stage
        Stage of the open deals; only its numbering counts.
    stage_of_closed, is_won
        Of closed deals: the stage for which a rate is learned, and the outcome.

    Returns
    -------
    Parameters of a Beta distribution for each stage, shape (n_stages,) each.
    """
    base = float(is_won.mean()) if len(is_won) else 0.5
    won = np.bincount(stage_of_closed, weights=is_won, minlength=n_stages)
    closed = np.bincount(stage_of_closed, minlength=n_stages)
    return np.asarray(won + _PRIOR * base, np.float64), np.asarray(closed - won + _PRIOR * (1 - base), np.float64)


def chance_in_time(
    lasted: FloatArray, is_won: NDArray[np.bool_], is_lost: NDArray[np.bool_], age: FloatArray, horizon_days: float
) -> FloatArray:
    """Chance of an open deal of some age to be won within the horizon, from all deals, those that are still open included.

    Parameters
    ----------
    lasted
        Days from start to end of a closed deal, age of an open one, shape (m,).
    is_won, is_lost
        How a deal ended; neither: still open, shape (m,).
    age
        Of the deals in question, shape (n,).

    Notes
    -----
    Cumulative incidence with losing as a competing end (Aalen and Johansen): open deals count as long as they were seen, so that deals
    that stay open for ever do not look like deals that are won soon.

    Examples
    --------
    >>> won = np.array([True, True, False, False])
    >>> chance_in_time(np.array([1.0, 2, 3, 9]), won, np.array([False, False, True, False]), np.array([0.0, 2.0]), 5).tolist()
    [0.5, 0.0]
    """
    days = np.clip(np.ceil(lasted), 0, _MOST_DAYS).astype(np.int64)
    size = _MOST_DAYS + 2
    wins, losses, left = (np.bincount(days[mask], minlength=size) for mask in (is_won, is_lost, np.ones(len(days), bool)))
    at_risk = np.maximum(len(days) - np.r_[0, np.cumsum(left)[:-1]], 1)
    survival = np.r_[1.0, np.cumprod(1 - (wins + losses) / at_risk)]
    incidence = np.r_[0.0, np.cumsum(survival[:-1] * wins / at_risk)]
    start = np.clip(np.floor(age), 0, _MOST_DAYS).astype(np.int64) + 1
    stop = np.minimum(start + int(horizon_days), size)
    still = survival[start]
    return np.where(still > 1e-9, (incidence[stop] - incidence[start]) / np.maximum(still, 1e-9), 0.0)


def simulate(
    value: FloatArray,
    group: NDArray[np.int64],
    age_days: FloatArray,
    history: tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]],
    lift: tuple[FloatArray, FloatArray],
    horizon_days: float,
    *,
    n_simulations: int = 2_000,
    seed: int = 0,
) -> PipelineRun:
    """Draw futures of open deals: what the history may have been, how classes differ, and who is won.

    Parameters
    ----------
    value, group, age_days
        Of the open deals, shape (n,).
    history
        Of all deals: days lasted, won, lost; see `chance_in_time`.
    lift
        Beta parameters of the rate of winning of the class of each deal, shape (n,) each; the chance is scaled by the rate against the
        mean rate.
    horizon_days
        Until when a deal must be won.

    Notes
    -----
    The history is drawn anew (bootstrap) for the doubt about its chances, and the rates of classes from their Beta distributions.

    Examples
    --------
    >>> lasted, won = np.full(400, 10.0), np.arange(400) < 200
    >>> many = np.full(1, 1e6)
    >>> run = simulate(np.array([100.0]), np.array([0]), np.zeros(1), (lasted, won, ~won), (many, many), 30)
    >>> round(float(run.probability[0]), 2), bool(40 < run.totals.mean() < 60)
    (0.5, True)
    """
    rng = np.random.default_rng(seed)
    lasted, is_won, is_lost = history
    alpha, beta = lift
    base = float(is_won.sum() / max(is_won.sum() + is_lost.sum(), 1))
    ages = np.round(age_days)
    distinct, place = np.unique(ages, return_inverse=True)
    chances = []
    for _ in range(_N_BOOTSTRAPS):
        rows = rng.integers(len(lasted), size=len(lasted))
        chances.append(chance_in_time(lasted[rows], is_won[rows], is_lost[rows], distinct, horizon_days))
    keys, same = np.unique(np.column_stack([alpha, beta]), axis=0, return_inverse=True)
    same = same.ravel()
    totals = np.zeros((n_simulations, int(group.max()) + 1 if len(group) else 1))
    for i in range(n_simulations):
        rates = rng.beta(keys[:, 0], keys[:, 1])[same] / max(base, 1e-9)
        won = rng.random(len(value)) < np.minimum(chances[i % _N_BOOTSTRAPS][place] * rates, 1.0)
        totals[i] = np.bincount(group, weights=value * won, minlength=totals.shape[1])
    mean = chance_in_time(lasted, is_won, is_lost, distinct, horizon_days)[place]
    return PipelineRun(np.minimum(mean * alpha / (alpha + beta) / max(base, 1e-9), 1.0), totals)
