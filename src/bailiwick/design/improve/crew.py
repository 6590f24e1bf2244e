"""Annealing by several hands: groups of territories are searched side by side, and regrouped from round to round.

How many groups there are and what each of them does follows from the problem and the seed alone, so the number of threads
changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bailiwick.compiled import kernel
from bailiwick.design.improve.graph_kernels import SEARCH_LIMIT, Borders, Graph, Scratch, Turf, lay_out_borders
from bailiwick.design.improve.search_kernels import STINT, Ground, Heat, State, anneal
from bailiwick.design.threads import each
from bailiwick.domain import FloatArray, IntArray

PER_GROUP = 32  # territories, at least; with fewer too many borders lie between groups
MOST_GROUPS = 16
ROUNDS = 4  # of a run, each with other groups, so that every border gets its turn
UNEVEN = 0.3  # by how much the halves of a division may differ from even ones: lines fall elsewhere every time
APART = 16  # words of eight bytes: numbers that different threads change must not share a line of the cache


class Crew:
    """Runs the annealing of one search.

    Parameters
    ----------
    graph
        Along which nodes change hands.
    k
        Number of territories.
    seed
        Of the random sources.

    Attributes
    ----------
    has_borders
        Whether the border lists fit the plan; to be unset when the plan was changed from outside.
    scratch
        Working memory of each group.
    """

    def __init__(self, graph: Graph, k: int, *, seed: int) -> None:
        n = len(graph.indptr) - 1
        self.graph, self.k, self.seed = graph, k, seed
        n_groups = min(k // PER_GROUP, MOST_GROUPS)
        self.n_groups = max(n_groups - n_groups % 2, 1)
        self.has_borders = False
        self._rng = np.random.default_rng([seed, k])
        self._random = [np.full(APART, mixed(seed, number), np.uint64) for number in range(self.n_groups)]
        most = int(min(n, (SEARCH_LIMIT + 1) * int(np.diff(graph.indptr).max(initial=0)))) + 1
        stamp = np.zeros(n, np.int64)
        self.scratch = [Scratch(stamp, np.zeros(APART, np.int64), np.empty(most, np.int32)) for _ in range(self.n_groups)]

    def run(self, ground: Ground, state: State, borders: Borders, heat: Heat, *, is_alone: bool = False) -> int:
        """Anneal the plan in place, all territories as one group if ``is_alone``; returns the number of accepted steps."""
        if is_alone or self.n_groups == 1 or np.isfinite(ground.stay.cap):  # a cap is one for all territories
            everyone = np.zeros(self.k, np.int32)
            return self._together(ground, state, borders, heat, everyone, 1)
        accepted = 0
        positions = middles(ground.points, state.label, self.k)
        ladder = np.geomspace(heat.hot, heat.cold, ROUNDS + 1) if heat.hot > 0 else np.zeros(ROUNDS + 1)
        for at in range(ROUNDS):
            group = divided(positions, self.n_groups, self._rng)
            part = heat._replace(hot=float(ladder[at]), cold=float(ladder[at + 1]), n_proposals=heat.n_proposals // ROUNDS)
            accepted += self._together(ground, state, borders, part, group, self.n_groups)
        return accepted

    def _together(self, ground: Ground, state: State, borders: Borders, heat: Heat, group: IntArray, n_groups: int) -> int:
        """All groups to the end of their proposals, each in proportion to its territories."""
        turfs = [Turf(group, number, np.flatnonzero(group == number).astype(np.int32), np.zeros(1, np.bool_)) for number in range(n_groups)]
        todo = [heat.n_proposals * len(turf.territories) // self.k // STINT for turf in turfs]
        done, total, moved = [0] * n_groups, 0, [np.zeros(APART) for _ in turfs]
        self._tell_marks()

        def work(number: int) -> tuple[int, int]:
            is_alone = n_groups == 1
            own = state if is_alone else _sums_apart(state, moved[number])
            lists = borders if is_alone else borders._replace(count=borders.count.copy())
            turf, scratch, random = turfs[number], self.scratch[number], self._random[number]
            found: tuple[int, int] = anneal(self.graph, ground, own, lists, turf, scratch, heat, random, done[number], todo[number])
            if not is_alone:
                _bring_home(state, own, turf.territories)
                borders.count[turf.territories] = lists.count[turf.territories]
            return found

        while True:
            if not self.has_borders:
                lay_out_borders(self.graph, state.label, borders)
                self.has_borders = True
            waiting = sorted((number for number in range(n_groups) if done[number] < todo[number]), key=lambda number: -todo[number])
            if not waiting:
                break
            for number, (stints, accepted) in zip(waiting, each(work, waiting), strict=True):
                done[number], total = stints, total + accepted
                self.has_borders = self.has_borders and not turfs[number].is_full[0]
                turfs[number].is_full[0] = False
        state.moved[0] += sum(float(own[0]) for own in moved)
        return total

    def _tell_marks(self) -> None:
        """Stamps of groups that were, must not be taken for those of groups that are."""
        last = max(int(scratch.mark[0]) for scratch in self.scratch)
        for scratch in self.scratch:
            scratch.mark[0] = last


def _sums_apart(state: State, moved: FloatArray) -> State:
    """The plan with sums per territory of a group's own.

    Two threads that write to neighbouring numbers take the line of the cache from each other with every move.
    """
    centres = state.centres.copy() if state.is_mean.any() else state.centres
    return state._replace(loads=state.loads.copy(), size=state.size.copy(), mass=state.mass.copy(), centres=centres, moved=moved)


def _bring_home(state: State, own: State, mine: IntArray) -> None:
    """The sums of a group's territories into those of the plan."""
    state.loads[mine], state.size[mine], state.mass[mine] = own.loads[mine], own.size[mine], own.mass[mine]
    if own.centres is not state.centres:
        state.centres[mine] = own.centres[mine]


def mixed(seed: int, number: int) -> int:
    """State of the random source ``number`` of a seed: never zero, and far from those of other seeds and numbers."""
    return ((seed * 2 + 1) * 0x9E3779B97F4A7C15 ^ number * 0xD1342543DE82EF95) % 2**64 or 1


@kernel
def middles(points, label, k):  # type: ignore[no-untyped-def]
    """Mean position of the nodes of each territory, shape (K, d)."""
    n, d = points.shape
    size, middle = np.zeros(k), np.zeros((k, d))
    for i in range(n):
        size[label[i]] += 1.0
        for axis in range(d):
            middle[label[i], axis] += points[i, axis]
    for j in range(k):
        for axis in range(d):
            middle[j, axis] /= max(size[j], 1.0)
    return middle


def divided(positions: FloatArray, n_groups: int, rng: np.random.Generator) -> IntArray:
    """Group of every territory, shape (K,): halved across random directions, again and again.

    Parameters
    ----------
    positions
        Of the territories, shape (K, d).
    rng
        Turns the directions and shifts the lines.
    """
    group = np.zeros(len(positions), np.int32)
    waiting: list[tuple[Sequence[int] | np.ndarray, int, int]] = [(np.arange(len(positions)), 0, n_groups)]
    while waiting:
        members, first, count = waiting.pop()
        group[members] = first
        if count == 1:
            continue
        left = count // 2
        even = len(members) * left / count
        cut = int(even * (1.0 + rng.uniform(-UNEVEN, UNEVEN)))
        cut = min(max(cut, left), len(members) - (count - left))
        along = (positions[members] * rng.normal(size=positions.shape[1])).sum(axis=1)
        order = np.asarray(members)[np.argsort(along, kind="stable")]
        waiting += [(order[:cut], first, left), (order[cut:], first + left, count - left)]
    return group
