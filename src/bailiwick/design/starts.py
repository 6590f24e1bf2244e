"""Several starts: where centres are free the first places decide much, so small problems try many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.construct.build import Construction, construct
from bailiwick.design.improve.schedule import ScheduleParams, improve
from bailiwick.design.model import Model
from bailiwick.design.progress import Watch
from bailiwick.domain import IntArray

TRIAL_NODES = 24_000
MOST_STARTS = 12


def best_start(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> Construction:
    """The construction whose short search ends best, with the plan of that search; just a construction for large problems.

    Parameters
    ----------
    seed
        Turns the directions of the starting bisections, and seeds the short searches.
    """
    built = construct(model)
    n_starts = min(MOST_STARTS, TRIAL_NODES // model.n)
    if model.is_fixed.all() or n_starts < 2 or model.k in (1, model.n):
        return built
    params = ScheduleParams(few=100_000, n_slices=6, mending_rounds=2)
    best, chosen = None, built
    for start in range(n_starts):
        if start > 0:
            built = construct(model, rng=np.random.default_rng([seed, start]))
        with watch.part(0.4 * start / n_starts, 0.4 * (start + 1) / n_starts):
            found = improve(model, built, graph, watch, seed=seed + start, params=params)
        if best is None or found.is_better_than(best):
            best, chosen = found, replace(built, label=found.label, centres=found.centres)
        if watch.is_stopped:
            break
    return chosen
