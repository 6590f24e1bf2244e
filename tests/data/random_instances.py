"""Random problems of a few units; the same seed and settings give the same problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay
from tiny_instances import OBJECTIVES, grid, grid_pairs, problem

from bailiwick.domain import Adjacency, Objective, Problem, UnitTable

LAYOUTS = ("points", "grid", "sphere")
CENTRES = ("free", "fixed", "mixed")


@dataclass(frozen=True)
class Wish:
    """What a random problem is to look like."""

    seed: int
    n: int = 8
    k: int = 2
    objective: Objective = "distance"
    layout: str = "points"
    must_connect: bool = True
    tolerance: float = 0.3
    centres: str = "free"
    n_measures: int = 1
    n_locked: int = 0
    n_barred: int = 0
    n_grouped: int = 0
    has_zeros: bool = False
    has_unequal_shares: bool = False

    @classmethod
    def drawn(cls, seed: int, **settings: Any) -> Wish:
        """Everything drawn from the seed but for what is given."""
        rng = np.random.default_rng([seed, 77])
        drawn: dict[str, Any] = {
            "n": int(rng.integers(4, 10)),
            "k": int(rng.integers(2, 4)),
            "objective": OBJECTIVES[rng.integers(3)],
            "layout": LAYOUTS[rng.integers(3)],
            "must_connect": bool(rng.random() < 0.6),
            "tolerance": float(rng.choice([0.05, 0.1, 0.2, 0.3, 0.5])),
            "centres": CENTRES[rng.integers(3)],
            "n_measures": int(rng.integers(1, 3)),
            "n_locked": int(rng.choice([0, 0, 1, 2])),
            "n_barred": int(rng.choice([0, 0, 1, 3])),
            "n_grouped": int(rng.choice([0, 0, 2, 3])),
            "has_zeros": bool(rng.random() < 0.2),
            "has_unequal_shares": bool(rng.random() < 0.3),
        }
        return cls(seed, **{**drawn, **settings})


def make(wish: Wish, *, unit_ids: Any = None, territory_ids: Any = None, order: Any = None) -> Problem:
    """The problem that was wished for; other names, or the units in another order, leave everything else as it is."""
    drawn = _drawn(wish)
    units = drawn.units
    if unit_ids is not None:
        drawn = replace(drawn, units=replace(units, ids=np.array(unit_ids, dtype=object)))
    if territory_ids is not None:
        drawn = replace(drawn, territory_ids=np.array(territory_ids, dtype=object))
    if order is None:
        return drawn
    rank = np.argsort(order)
    adjacency = drawn.adjacency
    return replace(
        drawn,
        units=UnitTable(units.ids[order], units.coordinates[order], {m: v[order] for m, v in units.measures.items()}, units.is_planar),
        adjacency=None if adjacency is None else Adjacency.from_pairs(wish.n, rank[adjacency.pairs]),
        locked=None if drawn.locked is None else drawn.locked[order],
        groups=None if drawn.groups is None else drawn.groups[order],
        forbidden=None if drawn.forbidden is None else np.column_stack([rank[drawn.forbidden[:, 0]], drawn.forbidden[:, 1]]),
    )


def _drawn(wish: Wish) -> Problem:
    rng = np.random.default_rng(wish.seed)
    n, k = wish.n, wish.k
    points = _points(wish, rng)
    values = {f"m{m}": rng.integers(0 if wish.has_zeros else 1, 6, n).astype(float) for m in range(wish.n_measures)}
    shares = rng.integers(2, 5, k).astype(float) if wish.has_unequal_shares else np.ones(k)
    rules: dict[str, Any] = {}
    if wish.n_locked:
        rules["locked"] = np.full(n, -1)
        rules["locked"][rng.choice(n, min(wish.n_locked, n), replace=False)] = rng.integers(0, k, min(wish.n_locked, n))
    if wish.n_barred:
        rules["forbidden"] = np.column_stack([rng.integers(0, n, wish.n_barred), rng.integers(0, k, wish.n_barred)])
    if wish.n_grouped:
        rules["groups"] = np.full(n, -1)
        rules["groups"][rng.choice(n, min(wish.n_grouped, n), replace=False)] = int(rng.integers(0, 9))
    return problem(
        points,
        k,
        measures=values,
        tolerance=wish.tolerance,
        pairs=_pairs(wish, points, rng) if wish.must_connect else None,
        centres=_centres(wish, points, rng),
        shares=shares / shares.sum(),
        is_planar=wish.layout != "sphere",
        objective=wish.objective,
        **rules,
    )


def _points(wish: Wish, rng: np.random.Generator) -> np.ndarray:
    if wish.layout == "grid":
        columns = _columns(wish.n)
        return 10.0 * np.array(grid(columns, -(-wish.n // columns)))[: wish.n]
    points = rng.random((wish.n, 2))
    if wish.layout == "sphere":
        return np.column_stack([(points[:, 0] * 12 + 175 + 180) % 360 - 180, points[:, 1] * 10 + 50])
    return 100.0 * points


def _columns(n: int) -> int:
    return max(2, round(n**0.5))


def _pairs(wish: Wish, points: np.ndarray, rng: np.random.Generator) -> list[tuple[int, int]]:
    n = wish.n
    if wish.layout == "grid":
        columns = _columns(n)
        return [(a, b) for a, b in grid_pairs(columns, -(-n // columns)) if max(a, b) < n]
    plane = np.column_stack([points[:, 0] % 360, points[:, 1]])
    if n < 4:
        return [(i, i + 1) for i in range(n - 1)]
    corners = Delaunay(plane).simplices
    edges = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    length = np.linalg.norm(plane[edges[:, 0]] - plane[edges[:, 1]], axis=1)
    tree = minimum_spanning_tree(coo_matrix((length, (edges[:, 0], edges[:, 1])), shape=(n, n))).tocoo()
    extra = edges[rng.random(len(edges)) < 0.6]
    return [(int(a), int(b)) for a, b in np.vstack([np.column_stack([tree.row, tree.col]), extra])]


def _centres(wish: Wish, points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    centres = points[rng.choice(wish.n, wish.k, replace=False)] + rng.normal(0, 0.3, (wish.k, 2))
    if wish.centres == "free":
        centres[:] = np.nan
    if wish.centres == "mixed":
        centres[rng.random(wish.k) < 0.5] = np.nan
    return centres
