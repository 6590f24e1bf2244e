"""Groups of units that stay together but do not touch: territories are connected by their units, whatever is one node.

The search sees a group as one node, which is right where its units touch. A group in several places would join what does
not touch: where a plan is in pieces for that reason, the group gets a seat, a territory to which its units are locked
place by place, and the plan is searched again. Other seats are tried while a rule stays broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bailiwick.design.bounds.balance_floor import unavoidable_excess
from bailiwick.design.constraints.hard import check_hard_rules
from bailiwick.design.construct.build import proposal_graph
from bailiwick.design.construct.kernels import is_barred
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.design.starts import SMALL, best_plan
from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.errors import InfeasibleError
from bailiwick.geography.geodesy import coordinates_to_points, distance_km
from bailiwick.metrics.evaluation import Evaluation, evaluate

FIRST_PART = 0.5
MOST_SEATINGS = 12
FEW_SEATINGS = 1
"""Seatings searched in a small problem, and in others."""


@dataclass(frozen=True, eq=False)
class Seated:
    """A plan with the territory in which every scattered group has its seat.

    Attributes
    ----------
    prices
        Of its construction, shape (K,).
    evaluation
        The plan, judged by units.
    excess
        Sum of the relative amounts outside the windows.
    seats
        Territory of each scattered group.
    """

    prices: FloatArray
    evaluation: Evaluation
    excess: float
    seats: tuple[int, ...]

    @property
    def rank(self) -> tuple[int, float, float]:
        """Smaller is better: fewer territories in pieces, less excess, less cost."""
        return len(self.evaluation.in_pieces), round(self.excess, 9), self.evaluation.objective


def best_by_units(problem: Problem, model: Model, watch: Watch, *, seed: int) -> tuple[FloatArray, Evaluation]:
    """Prices of the construction, shape (K,), and the best plan found, its territories connected by their units where they can be.

    Parameters
    ----------
    model
        The compiled problem, every group one node.
    seed
        Of the searches.
    """
    groups = scattered_groups(problem)
    with watch.part(0.0, FIRST_PART if len(groups) else 1.0):
        best = _searched(problem, model, groups, model, watch, seed)
    with watch.part(FIRST_PART, 1.0):
        if len(groups):
            best = _reseated(problem, model, groups, best, watch, seed)
    return best.prices, best.evaluation


def scattered_groups(problem: Problem) -> IntArray:
    """Numbers of the groups whose units are in several pieces by themselves; none where territories need not be connected."""
    if problem.groups is None or problem.adjacency is None:
        return np.empty(0, np.int32)
    of_piece = np.unique(np.column_stack([problem.groups, problem.adjacency.components(problem.groups)]), axis=0)[:, 0]
    groups, n_pieces = np.unique(of_piece, return_counts=True)
    return groups[(groups >= 0) & (n_pieces > 1)].astype(np.int32)


def with_seats(problem: Problem, groups: IntArray, seats: tuple[int, ...]) -> Problem:
    """The problem with the units of scattered groups locked to their seats, and only those of them together that touch."""
    assert problem.groups is not None
    assert problem.adjacency is not None
    piece = problem.adjacency.components(problem.groups)
    is_scattered = np.isin(problem.groups, groups)
    apart = np.where(is_scattered, problem.groups.max() + 1 + piece, problem.groups)
    locked = np.full(problem.n_units, -1) if problem.locked is None else problem.locked.copy()
    locked[is_scattered] = np.array(seats)[np.searchsorted(groups, problem.groups[is_scattered])]
    return replace(problem, groups=apart, locked=locked)


def _searched(problem: Problem, whole: Model, groups: IntArray, model: Model, watch: Watch, seed: int) -> Seated:
    """The best plan of a model, judged as a plan of the problem with the compiled form ``whole``."""
    built, found = best_plan(model, proposal_graph(model), watch, seed=seed)
    label = model.to_units(found.label)
    seats = tuple(int(label[np.argmax(problem.groups == group)]) for group in groups)
    return Seated(built.prices, evaluate(problem, label), float(whole.excesses(whole.to_nodes(label)).sum()), seats)


def _reseated(problem: Problem, model: Model, groups: IntArray, best: Seated, watch: Watch, seed: int) -> Seated:
    """The best plan over some seatings of the scattered groups, while a rule stays broken."""
    tried: set[tuple[int, ...]] = set()
    floor = unavoidable_excess(model) + 1e-9
    n_most = MOST_SEATINGS if model.n < SMALL else FEW_SEATINGS
    for at in range(n_most):
        if watch.is_stopped or (not len(best.evaluation.in_pieces) and best.excess <= floor):
            break
        seats = next((one for one in _seatings(problem, model, groups, best) if one not in tried), None)
        if seats is None:
            break
        tried.add(seats)
        seated = with_seats(problem, groups, seats)
        if _is_possible(seated):
            with watch.part(at / n_most, (at + 1) / n_most):
                found = _searched(problem, model, groups, compile_problem(seated), watch, seed)
            best = min(best, found, key=lambda one: one.rank)
    return best


def _is_possible(problem: Problem) -> bool:
    try:
        check_hard_rules(problem)
    except InfeasibleError:
        return False
    return True


def _seatings(problem: Problem, model: Model, groups: IntArray, best: Seated) -> Iterator[tuple[int, ...]]:
    """The seats of a plan, then those with one group elsewhere: groups of territories in pieces first, near territories first."""
    yield best.seats
    evaluation, changes = best.evaluation, []
    centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    for at, group in enumerate(groups):
        members = np.flatnonzero(problem.groups == group)
        node = int(model.node_of_unit[members[0]])
        is_whole = best.seats[at] not in evaluation.in_pieces
        for j in range(model.k):
            may_go = model.pinned[node] in (-1, j) and not is_barred(model.barred_ptr, model.barred, node, j)
            if may_go and j != best.seats[at]:
                away = float(distance_km(model.points[node], centres[j]))
                changes.append((is_whole, away, at, j))
    for _, _, at, j in sorted(changes):
        yield (*best.seats[:at], j, *best.seats[at + 1 :])
