"""Forecasts of territories that add up to the nation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bailiwick.domain import FloatArray


def reconciler(summing: FloatArray, scaled_errors: FloatArray, scale: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """A projection of forecasts of all series onto those that add up, with the least variance of errors (MinT, shrunk covariance).

    Parameters
    ----------
    summing
        Which lowest series add up to which, shape (n, b).
    scaled_errors
        Back-test errors ÷ scale, shape (k, n, h); NaN where there are none.
    scale
        Shape (n,).

    Returns
    -------
    A function from shape (n, h) to shape (n, h).

    References
    ----------
    Wickramasuriya, Athanasopoulos and Hyndman, Optimal forecast reconciliation, Journal of the American Statistical Association 114, 2019.

    Examples
    --------
    >>> summing = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    >>> project = reconciler(summing, np.random.default_rng(0).normal(size=(4, 3, 2)), np.ones(3))
    >>> found = project(np.array([[9.0], [4.0], [4.0]]))
    >>> bool(abs(found[0, 0] - found[1, 0] - found[2, 0]) < 1e-9), bool(8 < found[0, 0] < 9)
    (True, True)
    """
    n, b = summing.shape
    if n == b:
        return lambda ahead: ahead
    flat = scaled_errors.transpose(0, 2, 1).reshape(-1, n)
    flat = flat[np.isfinite(flat).all(axis=1)] * scale
    inverse = np.linalg.pinv(shrunk_covariance(flat) if len(flat) > 1 else np.diag(np.maximum(scale, 1e-9) ** 2))
    weight = summing.T @ inverse
    projection = summing @ np.linalg.pinv(weight @ summing) @ weight
    return lambda ahead: projection @ ahead


def shrunk_covariance(errors: FloatArray) -> FloatArray:
    """Covariance about zero, its correlations drawn towards 0 as far as their own variance asks (Schäfer and Strimmer 2005).

    Parameters
    ----------
    errors
        Shape (k, n).
    """
    k, n = errors.shape
    deviation = np.sqrt((errors**2).mean(axis=0))
    deviation = np.where(deviation > 0, deviation, max(float(deviation.max()), 1e-9) * 1e-3)
    z = errors / deviation
    correlation = z.T @ z / k
    variance = (
        ((z[:, :, None] * z[:, None, :] - correlation) ** 2).sum(axis=0) * k / max(k - 1, 1) ** 3 if n <= 120 else np.full((n, n), 1 / k)
    )
    off = ~np.eye(n, dtype=bool)
    spread = float((correlation[off] ** 2).sum())
    shrink = float(np.clip(variance[off].sum() / spread, 0, 1)) if spread > 0 else 1.0
    mixed = (1 - shrink) * correlation
    np.fill_diagonal(mixed, 1.0)
    return np.asarray(mixed * deviation[:, None] * deviation[None, :])
