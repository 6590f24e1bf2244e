"""The largest distance against everything else: who is out of reach, and which distance would do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.reach_floor import Access, access_of, home_km, reach_floor
from bailiwick.domain import Conflict, FloatArray, IntArray, Problem
from bailiwick.domain.naming import unit_names
from bailiwick.domain.wording import counted, enough
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics.evaluation import Evaluation
from bailiwick.metrics.rules import too_far

N_IDS = 10
MOST_TABLE = 400_000
"""So many pairs of a node and a territory are shared out again and again to find the least distance that would do."""
ROUNDS = 14


def distance_conflicts(evaluation: Evaluation, access: Access | None) -> list[Conflict]:
    """Why units of a plan are beyond the largest distance."""
    problem = evaluation.problem
    limit = float(problem.max_distance_km or 0.0)
    points = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    away = distance_km(points_km(problem.units), points[evaluation.territory_idx])
    beyond = too_far(away, limit)
    reached = float(away[beyond].max())
    found = [] if access is None else _out_of_reach(evaluation, access, reached)
    found += [] if access is None or found else _too_spread(problem, limit, reached)
    if found:
        return found
    who = f"{counted(len(beyond), 'unit is', 'units are')} more than {limit:g} km from the centre ({unit_names(problem, beyond)})"
    free = "" if problem.is_fixed.all() else " The distance to free centres is judged, but not searched for."
    return [
        Conflict(
            code="not_proven",
            message=f"{who}; the search reached {reached:.4g} km. It is not proven impossible.{free}",
            rules=("max_distance",),
            relaxation=f"allow {enough(reached)} km, which this plan keeps; or give the search more time",
            is_proven=False,
            allowed=limit,
            reached=reached,
            unit_ids=tuple(str(problem.units.ids[i]) for i in beyond[:N_IDS]),
        )
    ]


def _out_of_reach(evaluation: Evaluation, access: Access, reached: float) -> list[Conflict]:
    """Nodes that no territory that they may go to can reach."""
    problem = evaluation.problem
    stuck = np.flatnonzero(~access.allowed.any(axis=1))
    if not len(stuck):
        return []
    least = _nearest_allowed_km(problem, access, stuck)
    order = np.argsort(-least, kind="stable")
    units = _units_of(access, stuck[order])
    is_locked = (access.pinned[stuck] >= 0).any()
    kept = access.without_distance().allowed[stuck]
    is_barred = not kept[access.pinned[stuck] < 0].all()
    rules = ("max_distance", *(("lock",) if is_locked else ()), *(("forbidden",) if is_barred else ()))
    limit = float(problem.max_distance_km or 0.0)
    where = "every centre that they may go to" if len(units) > 1 else "every centre that it may go to"
    met = "and this one keeps it" if reached <= least.max() * (1 + 1e-6) else f"this one has {reached:.4g} km"
    return [
        Conflict(
            code="out_of_reach",
            message=f"{counted(len(units), 'unit is', 'units are')} more than {limit:g} km from {where}: {unit_names(problem, units)}.",
            rules=rules,
            relaxation=f"allow {enough(float(least.max()))} km: no plan needs less, {met}; or add a territory near them",
            is_proven=True,
            allowed=limit,
            least=float(least.max()),
            reached=reached,
            unit_ids=tuple(str(problem.units.ids[i]) for i in units[:N_IDS]),
        )
    ]


def _nearest_allowed_km(problem: Problem, access: Access, nodes: np.ndarray) -> FloatArray:
    """Distance to the nearest fixed centre that each node may go to, of its farthest unit, shape (nodes,)."""
    kept = access.without_distance().allowed[nodes]
    least = np.full(len(nodes), np.inf)
    for j in np.flatnonzero(problem.is_fixed):
        away = np.zeros(len(access.pinned))
        np.maximum.at(away, access.node_of_unit, home_km(problem, int(j)))
        least = np.where(kept[:, j], np.minimum(least, away[nodes]), least)
    return least


def _too_spread(problem: Problem, limit: float, reached: float) -> list[Conflict]:
    """Units far from every home and from each other: more of them than free centres, none two within twice the distance."""
    n_free = int((~problem.is_fixed).sum())
    points = points_km(problem.units)
    far = np.ones(len(points), bool)
    for j in np.flatnonzero(problem.is_fixed):
        far &= home_km(problem, int(j)) > limit
    candidates = np.flatnonzero(far)
    if len(candidates) <= n_free or not n_free:
        return []
    chosen = [int(candidates[0])]
    apart = distance_km(points[candidates], points[chosen[0]])
    chosen = [int(candidates[np.argmax(apart)])]
    apart = distance_km(points[candidates], points[chosen[0]])
    for _ in range(n_free):
        at = int(np.argmax(apart))
        least = float(apart[at])
        if least <= 2 * limit * (1 + 1e-9):
            return []
        chosen.append(int(candidates[at]))
        apart = np.minimum(apart, distance_km(points[candidates], points[chosen[-1]]))
    units = np.array(chosen, dtype=np.int32)
    # Two of them share a centre in every plan, unless a home reaches one of them.
    bound = least / 2 if not problem.is_fixed.any() else min(least / 2, _nearest_home(problem, units))
    centres = "free centres" if problem.is_fixed.any() else "centres"
    return [
        Conflict(
            code="too_spread",
            message=f"{len(units):,} units ({unit_names(problem, units)}) are more than {2 * limit:g} km from each other, but there are "
            f"{n_free:,} {centres}: some two of them share one.",
            rules=("max_distance", "territories"),
            relaxation=f"allow {enough(reached)} km, which this plan keeps; no plan needs less than {bound:.4g} km; or add territories",
            is_proven=True,
            allowed=limit,
            least=bound,
            reached=reached,
            unit_ids=tuple(str(problem.units.ids[i]) for i in units[:N_IDS]),
        )
    ]


def _nearest_home(problem: Problem, units: IntArray) -> float:
    return min(float(home_km(problem, int(j))[units].min()) for j in np.flatnonzero(problem.is_fixed))


def least_distance(problem: Problem, access: Access, load: FloatArray, target: FloatArray, tolerance: float) -> str:
    """The least largest distance with which one measure can be shared out within its tolerance, in words; empty if that is not known.

    By bisection over the distances that there are; units may be split here, so that less is certainly too little.
    """
    if access.is_too_far.size > MOST_TABLE:
        return ""

    def is_possible(limit: float) -> bool:
        wider = access_of(replace(problem, max_distance_km=limit))
        if wider is None or not wider.allowed.any(axis=1).all():
            return False
        floor = reach_floor(load, target, wider.allowed)
        return floor is None or floor.value <= tolerance + 1e-6

    distances = np.unique(np.concatenate([home_km(problem, int(j)) for j in np.flatnonzero(problem.is_fixed)]))
    distances = distances[distances > float(problem.max_distance_km or 0.0)]
    if not len(distances) or not is_possible(float(distances[-1])):
        return ""
    low, high = -1, len(distances) - 1
    for _ in range(ROUNDS):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        low, high = (low, middle) if is_possible(float(distances[middle])) else (middle, high)
    return f"allow {distances[high]:.4g} km (less is certainly too little)" if high - low <= 1 else f"allow {distances[high]:.4g} km"


def _units_of(access: Access, nodes: np.ndarray) -> IntArray:
    """Units of nodes, in the order of the nodes."""
    rank = np.full(len(access.pinned), len(nodes))
    rank[nodes] = np.arange(len(nodes))
    of_unit = rank[access.node_of_unit]
    order = np.argsort(of_unit, kind="stable")
    return order[: int((of_unit < len(nodes)).sum())].astype(np.int32)
