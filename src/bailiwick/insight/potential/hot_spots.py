"""Where high values stand together: Moran's I and Getis and Ord's G*, with significance by permutation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bailiwick.domain import FloatArray, TextArray

N_PERMUTATIONS, N_DRAWS = 999, 4_999
FALSE_DISCOVERY = 0.05


@dataclass(frozen=True, eq=False)
class HotSpots:
    """Spatial pattern of n units.

    Attributes
    ----------
    moran, moran_p
        Moran's I (1 alike neighbours, 0 none, −1 opposite ones) and the share of permutations as far from 0.
    score
        Standardised G* of each unit and its neighbours, shape (n,).
    p_value
        Two-sided: how often units drawn by chance in place of the unit and its neighbours add up to as much, shape (n,).
    kind
        ``hot``, ``cold`` or ``none`` at a false discovery rate of 5 %, shape (n,).
    """

    moran: float
    moran_p: float
    score: FloatArray
    p_value: FloatArray
    kind: TextArray


def hot_spots(values: FloatArray, pairs: NDArray[np.integer], *, seed: int = 0, n_permutations: int = N_PERMUTATIONS) -> HotSpots:
    """Find clusters of high and low values.

    Parameters
    ----------
    values
        Shape (n,); intensive ones (per account, per head), else large units are hot because they are large.
    pairs
        Neighbours, each pair once, shape (m, 2).
    seed
        Of the permutations.

    Notes
    -----
    G* sums a unit and its neighbours; its significance comes from as many units drawn from all, without repetition. The same draws
    serve all units with the same number of neighbours: O(permutations · (m + n)). Discoveries are controlled by Benjamini and Hochberg.

    References
    ----------
    Ord and Getis, Local spatial autocorrelation statistics, Geographical Analysis 27, 1995.

    Examples
    --------
    >>> line = np.column_stack([np.arange(29), np.arange(1, 30)])
    >>> found = hot_spots(np.r_[np.full(15, 10.0), np.zeros(15)] + np.arange(30) % 3, line)
    >>> bool(found.moran > 0.8), found.moran_p <= 0.01
    (True, True)
    """
    n = len(values)
    z = values - values.mean()
    spread = float(values.std())
    if spread == 0 or n < 3 or not len(pairs):
        return HotSpots(0.0, 1.0, np.zeros(n), np.ones(n), np.full(n, "none", dtype=object))
    a, b = np.asarray(pairs).T
    weights = csr_array((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    degree = np.asarray(weights.sum(axis=1)).ravel()
    rng = np.random.default_rng(seed)
    scale = n / weights.sum() / float(z @ z)
    moran = float(z @ (weights @ z)) * scale
    draws = np.empty(n_permutations)
    for i in range(n_permutations):
        mixed = rng.permutation(z)
        draws[i] = float(mixed @ (weights @ mixed)) * scale
    moran_p = float((1 + (np.abs(draws - draws.mean()) >= abs(moran - draws.mean())).sum()) / (n_permutations + 1))
    local = weights @ z
    score, p = _local(z, local + z, degree, rng, N_DRAWS)
    kind: TextArray = np.full(n, "none", dtype=object)
    found = discoveries(p)
    kind[found & (score > 0)], kind[found & (score < 0)] = "hot", "cold"
    return HotSpots(moran, moran_p, score, p, kind)


def _local(z: FloatArray, local: FloatArray, degree: FloatArray, rng: np.random.Generator, count: int) -> tuple[FloatArray, FloatArray]:
    """Score and p-value of each unit; sums of the unit and its neighbours against as many drawn from all units."""
    n = len(z)
    spread = z.std()
    size = degree + 1
    score = local / (spread * np.sqrt(size * (n - size) / max(n - 1, 1)) + 1e-12)
    more = np.zeros(n)
    less = np.zeros(n)
    most = int(degree.max())
    by_degree = [np.flatnonzero(degree == d) for d in range(1, most + 1)]
    for _ in range(count):
        drawn = np.cumsum(z[rng.choice(n, min(most + 1, n), replace=False)])
        for d, rows in enumerate(by_degree):
            if len(rows):
                more[rows] += drawn[min(d + 1, n - 1)] >= local[rows]
                less[rows] += drawn[min(d + 1, n - 1)] <= local[rows]
    p = 2 * np.minimum(more + 1, less + 1) / (count + 1)
    return np.where(degree > 0, score, 0.0), np.where(degree > 0, np.minimum(p, 1.0), 1.0)


def discoveries(p: FloatArray, rate: float = FALSE_DISCOVERY) -> NDArray[np.bool_]:
    """Which p-values stand at a false discovery rate (Benjamini and Hochberg).

    Examples
    --------
    >>> discoveries(np.array([0.001, 0.02, 0.9])).tolist()
    [True, True, False]
    """
    order = np.argsort(p)
    limits = rate * np.arange(1, len(p) + 1) / len(p)
    passed = np.flatnonzero(p[order] <= limits)
    return p <= p[order][passed[-1]] if len(passed) else np.zeros(len(p), bool)
