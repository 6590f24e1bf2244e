"""Contradictions between locks, forbidden pairs and groups, found before any search."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import Problem
from bailiwick.errors import InfeasibleError


def check_hard_rules(problem: Problem) -> None:
    """Raise if no assignment can keep every lock, bar and group.

    Raises
    ------
    InfeasibleError
        With the units and territories that clash, and the smallest change that helps.
    """
    _check_groups_and_locks(problem)
    _check_bars(problem)


def _check_groups_and_locks(problem: Problem) -> None:
    if problem.groups is None or problem.locked is None:
        return
    both = (problem.groups >= 0) & (problem.locked >= 0)
    pairs = np.unique(np.column_stack([problem.groups[both], problem.locked[both]]), axis=0)
    torn = pairs[:-1][pairs[1:, 0] == pairs[:-1, 0], 0]
    if not len(torn):
        return
    members = np.flatnonzero(both & (problem.groups == torn[0]))
    wanted = ", ".join(f"{problem.units.ids[i]} to {problem.territory_ids[problem.locked[i]]}" for i in members[:4])
    raise InfeasibleError(
        f"units that must stay together are locked to different territories: {wanted}",
        conflicts=("group", "lock"),
        relaxation="lock all units of the group to one territory, or take one of them out of the group",
    )


def _check_bars(problem: Problem) -> None:
    if problem.forbidden is None or not len(problem.forbidden):
        return
    bars = np.unique(problem.forbidden, axis=0)
    if problem.locked is not None:
        hit = bars[problem.locked[bars[:, 0]] == bars[:, 1]]
        if len(hit):
            unit, territory = problem.units.ids[hit[0, 0]], problem.territory_ids[hit[0, 1]]
            raise InfeasibleError(
                f"unit {unit} is locked to territory {territory} and forbidden there",
                conflicts=("lock", "forbidden"),
                relaxation=f"remove the lock of {unit} or its bar from {territory}",
            )
    n_barred = np.bincount(bars[:, 0], minlength=problem.n_units)
    nowhere = np.flatnonzero(n_barred >= problem.n_territories)
    if len(nowhere):
        raise InfeasibleError(
            f"{len(nowhere)} units are forbidden in every territory; the first is {problem.units.ids[nowhere[0]]}",
            conflicts=("forbidden",),
            relaxation="allow each of them in one territory",
        )
