"""Inputs made here from a seed. Nothing but numpy and scipy, so that the peers' environment can make the same ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import Delaunay

SIDE_KM = 100.0
COUNTRY_KM = (4000.0, 2500.0)
TOWNS = 3000
WAVES, SHIFT_KM = 24, 150.0


def random_points(n: int = 500, k: int = 10, seed: int = 0) -> dict[str, Any]:
    """Points uniform in a square of 100 km with three unrelated measures; Delaunay edges are the neighbours.

    ``calls`` is one of 2, 4, 6, 12, 24 a year, ``potential`` lognormal with σ = 0.6, ``accounts`` an integer from 1 to 9.
    The record has the keys of the shared inputs: xy (n, 2) in km, w (n, 3), names, edges (m, 2), K.
    """
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, SIDE_KM, (n, 2))
    calls = rng.choice([2.0, 4.0, 6.0, 12.0, 24.0], n, p=[0.35, 0.3, 0.2, 0.1, 0.05])
    potential = rng.lognormal(0.0, 0.6, n)
    accounts = rng.integers(1, 10, n).astype(np.float64)
    return {
        "xy": xy,
        "w": np.column_stack([calls, potential, accounts]),
        "names": np.array(["calls", "potential", "accounts"]),
        "edges": delaunay_edges(xy),
        "K": k,
    }


def country(n: int, k: int, seed: int = 0) -> dict[str, Any]:
    """Accounts around 3,000 towns in a country of 4,000 × 2,500 km, for growth curves.

    The size of the r-th largest town is proportional to 1 / r (Zipf), accounts lie around its middle with a standard
    deviation of 3 km for the smallest towns to 40 km for the largest, and one in ten lies anywhere. ``calls`` as above.
    """
    rng = np.random.default_rng([seed, n])
    towns = rng.uniform(0.0, 1.0, (TOWNS, 2)) * COUNTRY_KM
    share = 1.0 / np.arange(1, TOWNS + 1)
    radius_km = np.maximum(40.0 * np.sqrt(share), 3.0)
    home = rng.choice(TOWNS, n, p=share / share.sum())
    xy = towns[home] + rng.normal(0.0, 1.0, (n, 2)) * radius_km[home, None]
    is_rural = rng.random(n) < 0.1
    xy[is_rural] = rng.uniform(0.0, 1.0, (int(is_rural.sum()), 2)) * COUNTRY_KM
    calls = rng.choice([2.0, 4.0, 6.0, 12.0, 24.0], n, p=[0.35, 0.3, 0.2, 0.1, 0.05])
    return {"xy": xy, "w": calls[:, None], "names": np.array(["calls"]), "K": k}


def shifted(xy: np.ndarray, measure: np.ndarray, seed: int = 0) -> np.ndarray:
    """A measure after a market shift, shape (n,): times exp of a smooth regional field and of noise, in all as much as before.

    The field is a sum of 24 plane waves with wave lengths of several hundred km and a standard deviation of 0.15; the noise of each
    unit has one of 0.2. On 300 territories of the ZIP codes within ±5 % it puts about 220 outside.
    """
    rng = np.random.default_rng(seed)
    field = np.zeros(len(xy))
    for _ in range(WAVES):
        wave, phase = rng.normal(0, 1 / SHIFT_KM, 2), rng.uniform(0, 2 * np.pi)
        field += np.cos(xy @ wave + phase)
    after = measure * np.exp(0.15 * field / np.sqrt(WAVES / 2) + rng.normal(0, 0.2, len(xy)))
    return np.asarray(after * (measure.sum() / after.sum()))


def delaunay_edges(xy: np.ndarray) -> np.ndarray:
    """Edges of the Delaunay triangulation, shape (m, 2), lower index first."""
    corners = Delaunay(xy).simplices
    edges = np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    return np.unique(edges, axis=0)


OWN = {"random500": random_points}
