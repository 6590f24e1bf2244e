"""How fairly the measures are shared: each territory's load beside its target."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray


def load_range(load: FloatArray) -> FloatArray:
    """Largest minus smallest load, per measure, shape (M,); load = total ÷ target, shape (K, M)."""
    return load.max(axis=0) - load.min(axis=0)


def coefficient_of_variation(load: FloatArray) -> FloatArray:
    """Standard deviation ÷ mean of the loads, per measure, shape (M,); 0 where the mean is 0.

    Examples
    --------
    >>> coefficient_of_variation(np.array([[0.5], [1.5]])).tolist()
    [0.5]
    """
    mean = load.mean(axis=0)
    return np.divide(load.std(axis=0), mean, out=np.zeros_like(mean), where=mean > 0)


def gini(load: FloatArray) -> FloatArray:
    """Gini coefficient of the loads, per measure, shape (M,): 0 is equal, (K − 1) / K is all in one territory.

    Notes
    -----
    With the loads in ascending order: Σ (2 i − K − 1) load_i ÷ (K Σ load), i = 1…K. O(K log K).

    Examples
    --------
    >>> gini(np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [4.0, 1.0]])).tolist()
    [0.75, 0.0]
    """
    k = len(load)
    rank = 2.0 * np.arange(1, k + 1) - k - 1
    total = load.sum(axis=0)
    return np.divide((rank[:, None] * np.sort(load, axis=0)).sum(axis=0), k * total, out=np.zeros_like(total), where=total > 0)
