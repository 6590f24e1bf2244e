"""Connection against locks, bars and the map: why territories of a plan are in pieces."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from bailiwick.design.bounds.reach_floor import Access
from bailiwick.domain import Conflict, IntArray, Problem
from bailiwick.domain.naming import territory_name, territory_names, unit_name, unit_names
from bailiwick.domain.wording import counted
from bailiwick.metrics.evaluation import Evaluation

N_IDS = 10
NEXT_TO_NOTHING = 1e-9
"""Length of a step to a unit that the territory may have, so that the fewest others are on the shortest way."""


def connection_conflicts(evaluation: Evaluation, access: Access | None) -> list[Conflict]:
    """Why territories of a plan are in pieces, for those that are."""
    problem = evaluation.problem
    found = _too_many_parts(problem)
    if found:
        return found
    broken = evaluation.in_pieces.tolist()
    apart = {} if access is None else {j: _locks_apart(problem, access, j) for j in broken}
    found = [conflict for conflict in apart.values() if conflict is not None]
    left = [j for j in broken if apart.get(j) is None]
    return found + ([_unproven(problem, left)] if left else [])


def _too_many_parts(problem: Problem) -> list[Conflict]:
    assert problem.adjacency is not None
    parts = problem.adjacency.components()
    n_parts = int(parts.max()) + 1
    if n_parts <= problem.n_territories:
        return []
    first = np.unique(parts, return_index=True)[1]
    return [
        Conflict(
            code="too_many_parts",
            message=f"The map has {n_parts:,} parts that do not touch, more than there are territories: some territory is in pieces.",
            rules=("contiguity", "territories"),
            relaxation=f"ask for {n_parts:,} territories or more, join parts by further neighbours, or do without connection",
            is_proven=True,
            unit_ids=tuple(str(problem.units.ids[i]) for i in first[:N_IDS]),
        )
    ]


def _locks_apart(problem: Problem, access: Access, territory: int) -> Conflict | None:
    """Two units locked to a territory with no way between them over units that it may have."""
    assert problem.adjacency is not None
    if problem.locked is None:
        return None
    may_have = access.without_distance().allowed[access.node_of_unit, territory]
    locked = np.flatnonzero(problem.locked == territory)
    pairs = problem.adjacency.pairs
    inside = pairs[may_have[pairs].all(axis=1)]
    n = problem.n_units
    part = connected_components(csr_matrix((np.ones(len(inside), np.int8), (inside[:, 0], inside[:, 1])), shape=(n, n)), directed=False)[1]
    others = locked[part[locked] != part[locked[0]]] if len(locked) else locked
    if not len(others):
        return None
    start, goal, between = _fewest_between(pairs, may_have, part, int(locked[0]), others)
    blocked = between[~may_have[between]]
    rules = ("contiguity", "lock", *(("forbidden",) if (access.pinned[access.node_of_unit[blocked]] < 0).any() else ()))
    name = territory_name(problem, territory)
    obstacle = "every way between them leads over units that are locked to others or must not go there"
    way = f"let {name} have {unit_names(problem, blocked, most=N_IDS)}, the fewest units between them"
    if not len(blocked):
        obstacle, way = "no way leads from one to the other", "join them by neighbours"
    return Conflict(
        code="locks_apart",
        message=f"{unit_name(problem, start)} and {unit_name(problem, goal)} are locked to {name}, but {obstacle}.",
        rules=rules,
        relaxation=f"lift one of the two locks; or {way}",
        is_proven=True,
        unit_ids=tuple(str(problem.units.ids[i]) for i in (start, goal, *blocked[: N_IDS - 2].tolist())),
        territory_ids=(str(problem.territory_ids[territory]),),
    )


def _fewest_between(pairs: IntArray, may_have: np.ndarray, part: np.ndarray, start: int, goals: np.ndarray) -> tuple[int, int, IntArray]:
    """A unit of the part of ``start``, the goal that is nearest to it by units that stand between, and the units on the way."""
    n = len(may_have)
    both = np.vstack([pairs, pairs[:, ::-1]])
    length = np.where(may_have[both[:, 1]], NEXT_TO_NOTHING, 1.0)
    graph = csr_matrix((length, (both[:, 0], both[:, 1])), shape=(n, n))
    away, before = dijkstra(graph, indices=start, return_predecessors=True)
    goal = int(goals[np.argmin(away[goals])])
    way = []
    at = int(before[goal])
    while at >= 0 and at != start:
        way.append(at)
        at = int(before[at])
    return start, goal, np.array(way[::-1], dtype=np.int32)


def _unproven(problem: Problem, left: list[int]) -> Conflict:
    who = f"{counted(len(left), 'territory', 'territories')} ({territory_names(problem, left)})"
    return Conflict(
        code="not_proven",
        message=f"{who} could not be brought into one piece. It is not proven impossible.",
        rules=("contiguity",),
        relaxation="loosen locks, groups or forbidden pairs there, or do without connection",
        is_proven=False,
        territory_ids=tuple(str(problem.territory_ids[j]) for j in left[:N_IDS]),
    )
