"""Judge a plan of a family by NumPy and SciPy alone: rules kept or not, and the objective. Nothing of the engine is used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from families import Instance
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist, pdist


@dataclass(frozen=True)
class Verdict:
    """What is true of a plan.

    Attributes
    ----------
    objective
        Σ weight · distance or distance² from the best unit of each territory, or the largest diameter.
    deviation
        Largest relative deviation from the mean over territories, in multiples of the tolerance.
    n_outside, n_in_pieces, n_empty
        Territories outside a tolerance, in more than one piece, without a unit.
    """

    objective: float
    deviation: float
    n_outside: int
    n_in_pieces: int
    n_empty: int

    @property
    def is_feasible(self) -> bool:
        """Whether every rule is kept."""
        return not (self.n_outside or self.n_in_pieces or self.n_empty)


def verdict(instance: Instance, label: np.ndarray) -> Verdict:
    """Judge the territory of each unit, shape (n,)."""
    label = np.asarray(label)
    size = np.bincount(label, minlength=instance.k)
    outside, deviation = np.zeros(instance.k, bool), 0.0
    for name, tolerance in instance.tolerances.items():
        if tolerance is None:
            continue
        loads = np.bincount(label, weights=instance.measures[name], minlength=instance.k)
        off = np.abs(loads / (instance.measures[name].sum() / instance.k) - 1)
        outside |= off > tolerance + 1e-9
        deviation = max(deviation, float(off.max()) / tolerance)
    return Verdict(objective(instance, label), deviation, int(outside.sum()), _n_in_pieces(instance, label), int((size == 0).sum()))


def objective(instance: Instance, label: np.ndarray) -> float:
    """The objective from the positions alone."""
    weight = next(iter(instance.measures.values()))
    found = []
    for j in np.unique(label):
        members = np.flatnonzero(label == j)
        places = instance.xy[members]
        if instance.objective == "diameter":
            found.append(float(pdist(places).max(initial=0.0)))
            continue
        cost = cdist(places, places) ** (2 if instance.objective == "inertia" else 1)
        found.append(float((cost @ weight[members]).min()))
    return max(found) if instance.objective == "diameter" else sum(found)


def _n_in_pieces(instance: Instance, label: np.ndarray) -> int:
    if instance.edges is None:
        return 0
    a, b = instance.edges.T
    is_inside = label[a] == label[b]
    n = len(label)
    graph = coo_matrix((np.ones(int(is_inside.sum())), (a[is_inside], b[is_inside])), (n, n))
    _, piece = connected_components(graph, directed=False)
    pieces_of = np.unique(np.column_stack([label, piece]), axis=0)[:, 0]
    return int((np.bincount(pieces_of, minlength=instance.k) > 1).sum())
