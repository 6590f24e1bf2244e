"""The optimum of small instances by integer programming (HiGHS through SciPy), and floors of the diameter; nothing of the engine is used.

The model of Hess et al. (1965): x_is = 1 if unit i belongs to the territory with its centre in unit s. Connection by separators,
added as they are broken (Validi, Buchanan & Lykhovyd 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from families import Instance
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.spatial.distance import cdist

Cut = tuple[int, int, np.ndarray]


@dataclass(frozen=True)
class Optimum:
    """What the solver found: the value of its best plan, if any, and the proven bound."""

    value: float | None
    bound: float


def optimum(instance: Instance, *, time_limit: float, most_rounds: int = 60) -> Optimum:
    """Least Σ weight · distance (or its square) over all plans that keep the rules; both values are equal once it is proven."""
    model = _Hess(instance)
    cuts: list[Cut] = []
    bound = 0.0
    for _ in range(most_rounds):
        solved = milp(
            model.cost,
            integrality=np.ones(len(model.cost)),
            bounds=Bounds(0, 1),
            constraints=model.constraints(cuts),
            options={"time_limit": time_limit, "mip_rel_gap": 1e-6},
        )
        bound = max(bound, float(solved.mip_dual_bound or 0.0))
        if solved.x is None:
            return Optimum(None, bound)
        centre = model.n * [0]
        for i, s in zip(*np.nonzero(solved.x.reshape(model.n, model.n) > 0.5), strict=True):
            centre[i] = s
        broken = _separators(instance, np.array(centre))
        if not broken:
            return Optimum(float(solved.fun), bound)
        cuts += broken
    return Optimum(None, bound)


class _Hess:
    def __init__(self, instance: Instance) -> None:
        self.n = n = len(instance.xy)
        weight = next(iter(instance.measures.values()))
        cost = cdist(instance.xy, instance.xy) ** (2 if instance.objective == "inertia" else 1)
        self.cost = (weight[:, None] * cost).ravel()
        unit, site = np.divmod(np.arange(n * n), n)
        column = np.arange(n * n)
        ones = np.ones(n * n)
        is_open = csr_matrix((np.ones(n), (np.zeros(n, int), np.arange(n) * (n + 1))), (1, n * n))
        self.rows = [
            LinearConstraint(csr_matrix((ones, (unit, column))), 1, 1),
            LinearConstraint(is_open, instance.k, instance.k),
            LinearConstraint(csr_matrix((np.r_[ones, -ones], (np.r_[column, column], np.r_[column, site * (n + 1)]))), -np.inf, 0),
        ]
        for name, tolerance in instance.tolerances.items():
            if tolerance is not None:
                load = instance.measures[name] * instance.k / instance.measures[name].sum()
                full = csr_matrix((load[unit], (site, column)))
                opened = csr_matrix((np.ones(n), (np.arange(n), np.arange(n) * (n + 1))), (n, n * n))
                both = vstack([full - (1 + tolerance) * opened, (1 - tolerance) * opened - full])
                self.rows.append(LinearConstraint(both, -np.inf, 0))

    def constraints(self, cuts: list[Cut]) -> list[LinearConstraint]:
        if not cuts:
            return self.rows
        row, column, value = [], [], []
        for number, (i, s, separator) in enumerate(cuts):
            row += [number] * (1 + len(separator))
            column += [i * self.n + s, *(separator * self.n + s)]
            value += [1.0] + [-1.0] * len(separator)
        return [*self.rows, LinearConstraint(csr_matrix((value, (row, column)), (len(cuts), self.n**2)), -np.inf, 0)]


def _separators(instance: Instance, centre: np.ndarray) -> list[Cut]:
    """For every unit that is cut off from its centre: units of which one must be of the territory, for all sites in turn."""
    if instance.edges is None:
        return []
    n = len(centre)
    a, b = instance.edges.T
    graph = coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), (n, n)).tocsr()
    found: list[Cut] = []
    for s in np.unique(centre):
        members = np.flatnonzero(centre == s)
        piece = connected_components(graph[members][:, members], directed=False)[1]
        for number in np.unique(piece):
            part = members[piece == number]
            if s in part:
                continue
            around = np.setdiff1d(np.unique(graph[part].indices), part)
            rest = np.setdiff1d(np.arange(n), around)
            reached = rest[breadth_first_order(graph[rest][:, rest], int(np.searchsorted(rest, s)), return_predecessors=False)]
            separator = np.intersect1d(around, graph[reached].indices)
            found += [(int(i), int(s), separator) for i in part]
    return found


def diameter_floor(instance: Instance) -> float:
    """A largest diameter that no plan is below, km.

    Of K + 1 units two share a territory: the least distance among units that are far from each other (Gonzalez 1985). And the
    territory of a unit needs its load from somewhere: the distance within which there is enough of it around the loneliest unit.
    """
    away = cdist(instance.xy, instance.xy)
    least = 0.0
    for name, tolerance in instance.tolerances.items():
        load = instance.measures[name]
        order = np.argsort(away, axis=1)
        enough = np.cumsum(load[order], axis=1) >= (1 - (tolerance or 0)) * load.sum() / instance.k
        least = max(least, float(np.take_along_axis(away, order, axis=1)[np.arange(len(load)), enough.argmax(axis=1)].max()))
    chosen = [int(np.argmax(away.sum(axis=1)))]
    near = away[chosen[0]].copy()
    while len(chosen) <= instance.k:
        least_of_chosen = float(near.max())
        chosen.append(int(np.argmax(near)))
        near = np.minimum(near, away[chosen[-1]])
    return max(least, least_of_chosen)
