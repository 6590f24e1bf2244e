"""Contradictions between locks, forbidden pairs, groups and the number of territories, found before any search."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from bailiwick.design.model import number_nodes
from bailiwick.domain import IntArray, Problem
from bailiwick.errors import InfeasibleError


def check_hard_rules(problem: Problem) -> None:
    """Raise if no assignment can keep every lock, bar and group and give every territory a unit.

    Raises
    ------
    InfeasibleError
        With the units and territories that clash, and the smallest change that helps.
    """
    node_of_unit = number_nodes(problem)
    pinned = _pinned(problem, node_of_unit)
    bars = _bars(problem, node_of_unit)
    _check_bars(problem, node_of_unit, pinned, bars)
    _check_room(problem, pinned, bars)


def _pinned(problem: Problem, node_of_unit: IntArray) -> IntArray:
    """Territory to which each node is locked, or −1."""
    pinned = np.full(int(node_of_unit.max()) + 1, -1, np.int32)
    if problem.locked is None:
        return pinned
    locked = np.flatnonzero(problem.locked >= 0)
    pairs = np.unique(np.column_stack([node_of_unit[locked], problem.locked[locked]]), axis=0)
    torn = pairs[:-1][pairs[1:, 0] == pairs[:-1, 0], 0]
    if len(torn):
        members = locked[node_of_unit[locked] == torn[0]]
        wanted = ", ".join(f"{problem.units.ids[i]} to {problem.territory_ids[problem.locked[i]]}" for i in members[:4])
        raise InfeasibleError(
            f"units that must stay together are locked to different territories: {wanted}",
            conflicts=("group", "lock"),
            relaxation="lock all units of the group to one territory, or take one of them out of the group",
        )
    pinned[pairs[:, 0]] = pairs[:, 1]
    return pinned


def _bars(problem: Problem, node_of_unit: IntArray) -> IntArray:
    """Pairs of a node and a territory forbidden to one of its units, each once, shape (m, 2)."""
    if problem.forbidden is None or not len(problem.forbidden):
        return np.empty((0, 2), np.int32)
    return np.unique(np.column_stack([node_of_unit[problem.forbidden[:, 0]], problem.forbidden[:, 1]]), axis=0)


def _check_bars(problem: Problem, node_of_unit: IntArray, pinned: IntArray, bars: IntArray) -> None:
    hit = bars[pinned[bars[:, 0]] == bars[:, 1]]
    if len(hit):
        raise _locked_and_forbidden(problem, node_of_unit, int(hit[0, 0]), int(hit[0, 1]))
    nowhere = np.flatnonzero(np.bincount(bars[:, 0], minlength=len(pinned)) >= problem.n_territories)
    if not len(nowhere):
        return
    members = np.flatnonzero(node_of_unit == nowhere[0])
    if len(members) == 1:
        raise InfeasibleError(
            f"{len(nowhere)} units are forbidden in every territory; the first is {problem.units.ids[members[0]]}",
            conflicts=("forbidden",),
            relaxation="allow each of them in one territory",
        )
    raise InfeasibleError(
        f"the units {_listed(problem, members)} must stay together, but every territory is forbidden to one of them",
        conflicts=("group", "forbidden"),
        relaxation="allow all units of the group in one territory, or take one of them out of the group",
    )


def _locked_and_forbidden(problem: Problem, node_of_unit: IntArray, node: int, territory: int) -> InfeasibleError:
    assert problem.forbidden is not None
    assert problem.locked is not None
    members, name = np.flatnonzero(node_of_unit == node), problem.territory_ids[territory]
    locked = members[problem.locked[members] == territory][0]
    barred = min(i for i, j in problem.forbidden.tolist() if j == territory and node_of_unit[i] == node)
    locked_id, barred_id = problem.units.ids[locked], problem.units.ids[barred]
    if len(members) == 1:
        return InfeasibleError(
            f"unit {locked_id} is locked to territory {name} and forbidden there",
            conflicts=("lock", "forbidden"),
            relaxation=f"remove the lock of {locked_id} or its bar from {name}",
        )
    return InfeasibleError(
        f"unit {locked_id} is locked to territory {name}, and {barred_id}, which must stay with it, is forbidden there",
        conflicts=("group", "lock", "forbidden"),
        relaxation=f"remove the lock of {locked_id}, the bar of {barred_id} from {name}, or one of them from the group",
    )


def _check_room(problem: Problem, pinned: IntArray, bars: IntArray) -> None:
    """Every territory needs a unit of its own: match territories without a locked unit to free nodes."""
    wanting = np.setdiff1d(np.arange(problem.n_territories), pinned)
    free = np.flatnonzero(pinned < 0)
    open_bars = bars[np.isin(bars[:, 1], wanting) & (pinned[bars[:, 0]] < 0)]
    choices = len(free) - np.bincount(open_bars[:, 1], minlength=problem.n_territories)[wanting]
    # A territory with as many choices as there are wanting ones can always be served last.
    scarce = wanting[choices < len(wanting)]
    if not len(scarce):
        return
    allowed = np.ones((len(scarce), len(free)), bool)
    row = np.full(problem.n_territories, -1)
    row[scarce] = np.arange(len(scarce))
    open_bars = open_bars[row[open_bars[:, 1]] >= 0]
    allowed[row[open_bars[:, 1]], np.searchsorted(free, open_bars[:, 0])] = False
    matched = maximum_bipartite_matching(csr_matrix(allowed), perm_type="column")
    left_out = scarce[matched < 0]
    if len(left_out):
        rules = {"group": problem.groups, "lock": problem.locked, "forbidden": problem.forbidden}
        raise InfeasibleError(
            f"no unit is left for {len(left_out)} of the {problem.n_territories} territories, the first is "
            f"{problem.territory_ids[left_out[0]]}: the other units are locked, forbidden there, or kept together",
            conflicts=("territories", *(name for name, rule in rules.items() if rule is not None)),
            relaxation=f"ask for {problem.n_territories - len(left_out)} territories, or loosen a lock, a bar or a group",
        )


def _listed(problem: Problem, units: np.ndarray) -> str:
    ids = [str(problem.units.ids[i]) for i in units[:4]]
    return ", ".join(ids) + (" …" if len(units) > 4 else "")
