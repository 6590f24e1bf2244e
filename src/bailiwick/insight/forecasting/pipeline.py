"""What the open deals will bring within a time, by simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray

_PRIOR = 10.0


@dataclass(frozen=True, eq=False)
class PipelineRun:
    """Futures of n open deals.

    Attributes
    ----------
    probability
        To be won at all, shape (n,).
    in_time
        To be closed within the horizon if it is won, shape (n,).
    totals
        Amount won within the horizon in each future and group, shape (simulations, g).
    """

    probability: FloatArray
    in_time: FloatArray
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


def simulate(
    value: FloatArray,
    group: NDArray[np.int64],
    alpha: FloatArray,
    beta: FloatArray,
    age_days: FloatArray,
    cycle_days: FloatArray,
    horizon_days: float,
    *,
    n_simulations: int = 2_000,
    seed: int = 0,
) -> PipelineRun:
    """Draw futures: rates of the stages, who is won, and whether in time.

    Parameters
    ----------
    value, group, age_days
        Of the open deals, shape (n,).
    alpha, beta
        Beta parameters of the chance of each deal, shape (n,).
    cycle_days
        Days from start to end of closed deals that were won, shape (m,).
    horizon_days
        Until when a deal must be closed.

    Notes
    -----
    Deals of one stage share their drawn rate, so that the doubt about a rate does not average out over deals.

    Examples
    --------
    >>> run = simulate(np.array([100.0]), np.array([0]), np.array([5e5]), np.array([5e5]), np.zeros(1), np.array([10.0]), 30)
    >>> run.probability.round(3).tolist(), run.in_time.tolist(), bool(40 < run.totals.mean() < 60)
    ([0.5], [1.0], True)
    """
    rng = np.random.default_rng(seed)
    in_time = np.array([_in_time(age, cycle_days, horizon_days) for age in age_days])
    keys, same = np.unique(np.column_stack([alpha, beta]), axis=0, return_inverse=True)
    same = same.ravel()
    totals = np.zeros((n_simulations, int(group.max()) + 1 if len(group) else 1))
    for i in range(n_simulations):
        rates = rng.beta(keys[:, 0], keys[:, 1])[same]
        won = rng.random(len(value)) < rates * in_time
        totals[i] = np.bincount(group, weights=value * won, minlength=totals.shape[1])
    return PipelineRun(alpha / (alpha + beta), in_time, totals)


def _in_time(age: float, cycle_days: FloatArray, horizon_days: float) -> float:
    """Share of the cycles that lasted longer than the age and end within the horizon."""
    longer = cycle_days[cycle_days >= age]
    if len(longer) < 5:
        return (
            min(1.0, horizon_days / max(float(np.median(cycle_days)) if len(cycle_days) else horizon_days, 1.0)) if len(cycle_days) else 1.0
        )
    return float((longer <= age + horizon_days).mean())
