"""Instances as the literature makes them, from a seed, and real graphs of the same kind.

- Capacitated p-median (Osman & Christofides 1994, the OR-Library): places and demands are whole numbers drawn evenly, 1 to 100 and
  1 to 20; every unit counts the same for distance. Here capacity leaves 10 % of slack, and a territory must not be emptier than it may
  be full: ±11.1 % around the mean.
- Commercial territories (Ríos-Mercado & Fernández 2009; Ríos-Mercado & Escalante 2016): city blocks in the plane, neighbours as in a
  street network, customers, demand and workload drawn evenly from 4 to 20, 15 to 400 and 15 to 100, each within ±5 %; territories
  connected, their largest diameter as small as can be.
- Least inertia (Hess et al. 1965; Validi, Buchanan & Lykhovyd 2022): census tracts of 1,200 to 8,000 people around towns, population within
  ±0.5 %, districts connected, Σ people · km² from a unit of the district as small as can be; the same on ZIP codes and counties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from instances import delaunay_edges
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

STREETS = 0.75  # share of the Delaunay edges, the short ones, that are kept where blocks touch
STATE_KM, TOWNS = 500.0, 40


@dataclass(frozen=True, eq=False)
class Instance:
    """A problem of one of the families.

    Attributes
    ----------
    xy
        Positions, km, shape (n, 2).
    measures
        Name → values, shape (n,); the first is the weight of distance.
    tolerances
        Name → allowed deviation of a territory from the mean, or None.
    edges
        Pairs of neighbours, shape (m, 2); None where territories need not be connected.
    """

    family: str
    name: str
    xy: np.ndarray
    measures: dict[str, np.ndarray]
    tolerances: dict[str, float | None]
    edges: np.ndarray | None
    k: int
    objective: str


def p_median(n: int, k: int, seed: int) -> Instance:
    """Capacitated p-median."""
    rng = np.random.default_rng([seed, n, k])
    xy = rng.integers(1, 101, (n, 2)).astype(np.float64)
    measures = {"stops": np.ones(n), "demand": rng.integers(1, 21, n).astype(np.float64)}
    return Instance("p-median", f"{n} → {k}", xy, measures, {"stops": None, "demand": 1 / 0.9 - 1}, None, k, "distance")


def commercial(n: int, k: int, seed: int) -> Instance:
    """City blocks with three activities."""
    rng = np.random.default_rng([seed, n, k])
    xy = rng.uniform(0.0, 500.0, (n, 2))
    measures = {
        "customers": rng.integers(4, 21, n).astype(np.float64),
        "demand": rng.integers(15, 401, n).astype(np.float64),
        "workload": rng.integers(15, 101, n).astype(np.float64),
    }
    edges = short_edges(xy, STREETS)
    return Instance("commercial", f"{n:,} → {k}", xy, measures, dict.fromkeys(measures, 0.05), edges, k, "diameter")


def tracts(n: int, k: int, seed: int) -> Instance:
    """Census tracts of a state: dense in and around towns, some 4,000 people each."""
    rng = np.random.default_rng([seed, n, k])
    towns = rng.uniform(0.0, STATE_KM, (TOWNS, 2))
    share = 1.0 / np.arange(1, TOWNS + 1)
    home = rng.choice(TOWNS, n, p=share / share.sum())
    xy = towns[home] + rng.standard_normal((n, 2)) * (25.0 * np.sqrt(share[home]) + 2.0)[:, None]
    is_rural = rng.random(n) < 0.25
    xy[is_rural] = rng.uniform(0.0, STATE_KM, (int(is_rural.sum()), 2))
    people = np.clip(rng.normal(4_000.0, 1_300.0, n), 1_200.0, 8_000.0).round()
    return Instance("inertia", f"{n:,} tracts → {k}", xy, {"people": people}, {"people": 0.005}, short_edges(xy, 0.95), k, "inertia")


def zip_region(load: Callable[[str], dict[str, Any]], n: int, k: int, at: int) -> Instance:
    """The n ZIP codes nearest to one of them, in one piece: uneven populations, a real graph."""
    return _region(load("zips"), "ZIP codes", n, k, at)


def county_region(load: Callable[[str], dict[str, Any]], n: int, k: int, at: int) -> Instance:
    """The n counties nearest to one of them."""
    return _region(load("counties"), "counties", n, k, at)


def _region(data: dict[str, Any], title: str, n: int, k: int, at: int) -> Instance:
    away = ((data["xy"] - data["xy"][at]) ** 2).sum(axis=1)
    near = np.argsort(away, kind="stable")[:n]
    position = np.full(len(away), -1)
    position[near] = np.arange(n)
    edges = position[data["edges"]]
    edges = edges[(edges >= 0).all(axis=1)]
    piece = connected_components(coo_matrix((np.ones(len(edges)), edges.T), (n, n)), directed=False)[1]
    kept = np.flatnonzero(piece == np.argmax(np.bincount(piece)))
    again = np.full(n, -1)
    again[kept] = np.arange(len(kept))
    edges = again[edges]
    people = np.asarray(data["w"][near[kept], 0], dtype=np.float64)
    name = f"{len(kept):,} {title} → {k}"
    return Instance(
        "inertia", name, data["xy"][near[kept]], {"people": people}, {"people": 0.005}, edges[(edges >= 0).all(axis=1)], k, "inertia"
    )


def short_edges(xy: np.ndarray, share: float) -> np.ndarray:
    """The shortest edges of the Delaunay triangulation, and of the others those without which the graph would fall apart, shape (m, 2)."""
    edges = delaunay_edges(xy)
    length = ((xy[edges[:, 0]] - xy[edges[:, 1]]) ** 2).sum(axis=1)
    order = np.argsort(length, kind="stable")
    n_kept = int(share * len(edges))
    kept, others = edges[order[:n_kept]], edges[order[n_kept:]]
    n = len(xy)
    piece = connected_components(coo_matrix((np.ones(len(kept)), kept.T), (n, n)), directed=False)[1]
    bridges = []
    for a, b in others:
        if piece[a] != piece[b]:
            bridges.append((a, b))
            piece[piece == piece[b]] = piece[a]
    return np.vstack([kept, np.array(bridges).reshape(-1, 2)]).astype(np.int64)
