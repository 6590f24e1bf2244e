"""Four ways to divide a pool of hours, money or people among territories or segments."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError

METHODS = ("sales", "potential", "growth", "workload")
"""In proportion to past sales; to potential; to open potential × (1 + growth); to the number of accounts or hours of work."""


def shares_of(method: str, *, sales: FloatArray, potential: FloatArray, growth: FloatArray, workload: FloatArray) -> FloatArray:
    """Share of each group by one of the methods, shape (g,); equal shares where nothing tells them apart."""
    basis = {
        "sales": np.maximum(sales, 0),
        "potential": np.maximum(potential, 0),
        "growth": np.maximum(potential - sales, 0) * np.maximum(1 + growth, 0),
        "workload": np.maximum(workload, 0),
    }[method]
    total = float(basis.sum())
    return basis / total if total > 0 else np.full(len(basis), 1 / len(basis))


def allocate(pool: float, shares: FloatArray, floor: FloatArray | None = None, *, step: float = 0.0) -> FloatArray:
    """Amounts that add up to the pool exactly, none below its floor.

    Parameters
    ----------
    pool
        To divide.
    shares
        Shape (g,), summing to 1.
    floor
        Least amounts, shape (g,).
    step
        Whole steps (1 for people); 0: any amount. Rests go to the largest remainders.

    Raises
    ------
    InputError
        If the floors exceed the pool, or the pool is no number of whole steps.

    Examples
    --------
    >>> allocate(10, np.array([0.7, 0.2, 0.1]), np.array([0.0, 0.0, 3.0])).round(2).tolist()
    [5.44, 1.56, 3.0]
    >>> allocate(7, np.array([0.5, 0.3, 0.2]), step=1).tolist()
    [4.0, 2.0, 1.0]
    """
    least = np.zeros(len(shares)) if floor is None else np.asarray(floor, np.float64)
    if least.sum() > pool + 1e-9:
        raise InputError(
            f"the floors add up to {least.sum():g}, more than the pool of {pool:g}; lower them or enlarge the pool",
            code="insight_setting",
            field="floor",
        )
    fixed = np.zeros(len(shares), bool)
    amounts = pool * shares
    while True:
        below = (amounts < least - 1e-12) & ~fixed
        if not below.any():
            break
        fixed |= below
        rest = pool - least[fixed].sum()
        open_shares = np.where(fixed, 0.0, shares)
        scale = rest / open_shares.sum() if open_shares.sum() > 0 else 0.0
        amounts = np.where(fixed, least, open_shares * scale)
    return _stepped(amounts, pool, least, step) if step > 0 else amounts


def _stepped(amounts: FloatArray, pool: float, least: FloatArray, step: float) -> FloatArray:
    n_steps = pool / step
    if abs(n_steps - round(n_steps)) > 1e-9:
        raise InputError(f"the pool of {pool:g} is no number of whole steps of {step:g}", code="insight_setting", field="pool")
    low = np.maximum(np.floor(amounts / step + 1e-9), np.ceil(least / step - 1e-9))
    left = round(n_steps - low.sum())
    if left < 0:
        raise InputError(
            "the floors, rounded up to whole steps, exceed the pool; lower them or enlarge the pool", code="insight_setting", field="floor"
        )
    order = np.argsort(-(amounts / step - low), kind="stable")
    low[order[:left]] += 1
    return np.asarray(low * step)
