"""Lower bound of the largest diameter: units far apart must share a territory, and a lonely unit's territory needs its load from somewhere.

References
----------
Gonzalez, T. F. (1985). Clustering to minimize the maximum intercluster distance. Theoretical Computer Science 38.
"""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.for_centres import bounded_model, holds_for, windows_with
from bailiwick.design.model import Model
from bailiwick.domain import Bound, FloatArray, IntArray
from bailiwick.geography.geodesy import distance_km
from bailiwick.metrics.evaluation import Evaluation

SLACK = 1e-8
MOST_DISTANCES = 20_000_000
"""So many distances are looked at; with more units than that fewer of them."""


def diameter_bound(model: Model, evaluation: Evaluation) -> Bound:
    """Lower bound over all plans that keep the tolerances.

    Parameters
    ----------
    model
        The compiled problem of the evaluation.

    Notes
    -----
    *Apart*: of K + 1 units two share a territory, so the largest diameter is at least the least distance among any K + 1 of them; they are
    taken one after the other, each farthest from those before. *Lonely*: the territory of a unit holds at least the least load that a
    territory may have, of every measure, all of it within its diameter of that unit; tried for the same units, which begin at the
    edge. Both hold whatever else is asked for. O(K n log n).
    """
    problem = evaluation.problem
    model = bounded_model(model, problem)
    lower, _, is_outside = windows_with(model, model.to_nodes(evaluation.territory_idx))
    chosen, apart = _far_apart(model, max(1, min(model.k + 1, MOST_DISTANCES // model.n)))
    lonely = np.array([_reach_of_enough(model, int(i), lower.min(axis=0)) for i in chosen])
    measures = list(range(model.load.shape[1]))
    value = max(apart if len(chosen) > model.k else 0.0, float(lonely.max()))
    words = holds_for(problem, measures, centres="", is_widened=bool(is_outside.any()))
    return Bound(min(value, evaluation.objective), words, "units far apart, and the load around lonely ones")


def _far_apart(model: Model, count: int) -> tuple[IntArray, float]:
    """Units, each farthest from those before, and the least distance between two of them, km."""
    chosen = [int(np.argmax(((model.points - model.points.mean(axis=0)) ** 2).sum(axis=1)))]
    near, least = distance_km(model.points, model.points[chosen[0]]), np.inf
    while len(chosen) < count:
        chosen.append(int(np.argmax(near)))
        least = min(least, float(near[chosen[-1]]))
        near = np.minimum(near, distance_km(model.points, model.points[chosen[-1]]))
    return np.array(chosen, np.int32), least


def _reach_of_enough(model: Model, i: int, enough: FloatArray) -> float:
    """Distance from node i within which there is enough of every measure, km."""
    away = distance_km(model.points, model.points[i])
    order = np.argsort(away, kind="stable")
    reached = np.cumsum(model.load[order], axis=0) >= enough - SLACK
    return float(away[order][reached.argmax(axis=0)].max())
