"""Maximum likelihood for models with a few positive parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bailiwick.domain import FloatArray

LEVEL = 0.95
"""Level of every interval of this room."""
Z_LEVEL = 1.959963984540054
FLAT_SD = 5.0
"""Standard deviation, in logarithms, beyond which a parameter counts as not told by the data."""
_STEP = 1e-3
_AT_EDGE = 7.0
"""Parameters of scaled data are near 1; a logarithm beyond this runs off to 0 or to infinity."""
_BOUND = 18.0
_MORE_IF_FLAT = 4


@dataclass(frozen=True, eq=False)
class Fit:
    """Where a likelihood is largest, and how sharply.

    Attributes
    ----------
    values
        The parameters, all positive, shape (p,).
    log_likelihood
        Its value there.
    log_covariance
        Covariance of the logarithms of the parameters: the inverse of the observed information, shape (p, p).
    is_flat
        True if the data leave a direction open: a parameter may be many times larger or smaller for almost the same likelihood.
    log_likelihood_fn
        Of parameters of shape (p,).
    """

    values: FloatArray
    log_likelihood: float
    log_covariance: FloatArray
    is_flat: bool
    log_likelihood_fn: Callable[[FloatArray], float]

    def in_units(self, factors: FloatArray, shift: float) -> Fit:
        """The same for parameters in other units, ``factors`` times as large, with ``shift`` taken off the log-likelihood."""

        def log_likelihood(values: FloatArray) -> float:
            return self.log_likelihood_fn(values / factors) - shift

        return Fit(self.values * factors, self.log_likelihood - shift, self.log_covariance, self.is_flat, log_likelihood)

    @property
    def intervals(self) -> FloatArray:
        """95 % interval of each parameter, lower and upper end, shape (p, 2): Wald's, on the logarithms, from the Hessian."""
        reach = Z_LEVEL * np.sqrt(np.diag(self.log_covariance))
        return np.exp(np.log(self.values)[:, None] + np.column_stack([-reach, reach]))

    def draws(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Parameters that the data leave possible, shape (count, p).

        Notes
        -----
        From the normal approximation of their logarithms. Where the likelihood is flat that is no approximation: more are drawn, and those
        are taken that are likely (sampling and importance resampling, with a flat prior of the logarithms).
        """
        n = count * _MORE_IF_FLAT if self.is_flat else count
        logs = rng.multivariate_normal(np.log(self.values), self.log_covariance, size=n, method="eigh")
        middle = np.log(self.values)
        logs = np.clip(logs, np.minimum(-_BOUND, middle), np.maximum(_BOUND, middle))
        return np.exp(logs[self._likely(logs, count, rng)] if self.is_flat else logs)

    def _likely(self, logs: FloatArray, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Rows by their likelihood against how often they are drawn."""
        away = logs - np.log(self.values)
        drawn = -0.5 * np.einsum("ij,jk,ik->i", away, np.linalg.pinv(self.log_covariance), away)
        with np.errstate(all="ignore"):
            weights = np.array([self.log_likelihood_fn(np.exp(row)) for row in logs]) - self.log_likelihood - drawn
        weights = np.where(np.isfinite(weights), weights, -np.inf)
        share = np.exp(weights - weights.max())
        return rng.choice(len(logs), size=count, p=share / share.sum())


def maximise(log_likelihood_fn: Callable[[FloatArray], float], starts: Sequence[Sequence[float]]) -> Fit:
    """Largest value of a log-likelihood over positive parameters.

    Parameters
    ----------
    log_likelihood_fn
        Takes parameters of shape (p,).
    starts
        Where to start from; the best end counts.

    Notes
    -----
    Quasi-Newton steps (L-BFGS-B, then Nelder and Mead to be exact) on the logarithms; the Hessian is taken by central differences.

    Examples
    --------
    >>> waits = np.array([1.0, 2.0, 3.0])
    >>> fit = maximise(lambda rate: float(np.log(rate[0]) * 3 - rate[0] * waits.sum()), [[1.0]])
    >>> round(float(fit.values[0]), 6), bool(fit.intervals[0, 0] < 0.5 < fit.intervals[0, 1])
    (0.5, True)
    """

    def cost(logs: FloatArray) -> float:
        value = -log_likelihood_fn(np.exp(logs))
        return float(value) if np.isfinite(value) else 1e300

    bounds = [(-_BOUND, _BOUND)] * len(starts[0])
    ends = [minimize(cost, np.log(start), method="L-BFGS-B", jac="3-point", bounds=bounds) for start in starts]
    best = min(ends, key=lambda end: end.fun)
    exact = minimize(cost, best.x, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000})
    logs = exact.x if exact.fun <= best.fun else best.x
    covariance, is_flat = _covariance(cost, logs)
    at_edge = np.abs(logs) > _AT_EDGE
    if at_edge.any():
        ridge = np.where(at_edge, np.sign(logs) * FLAT_SD, 0.0)  # parameters that run off do so together
        covariance, is_flat = covariance + np.outer(ridge, ridge), True
    return Fit(np.exp(logs), -cost(logs), covariance, is_flat, log_likelihood_fn)


def _covariance(cost_fn: Callable[[FloatArray], float], logs: FloatArray) -> tuple[FloatArray, bool]:
    """Inverse Hessian; directions in which the cost is flat get a standard deviation of FLAT_SD and no more."""
    values, vectors = np.linalg.eigh(_hessian(cost_fn, logs))
    least = FLAT_SD**-2
    is_flat = bool((values < least).any())
    covariance: FloatArray = (vectors / np.maximum(values, least)) @ vectors.T
    return covariance, is_flat


def _hessian(cost_fn: Callable[[FloatArray], float], at: FloatArray) -> NDArray[np.float64]:
    count = len(at)
    steps = np.eye(count) * _STEP
    found = np.empty((count, count))
    for i in range(count):
        for j in range(i + 1):
            corners = [si * sj * cost_fn(at + si * steps[i] + sj * steps[j]) for si in (1, -1) for sj in (1, -1)]
            found[i, j] = found[j, i] = sum(corners) / (4 * _STEP**2)
    return found
