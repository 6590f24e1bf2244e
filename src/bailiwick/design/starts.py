"""Several starts: where centres are free the first places decide much, so small problems try many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.transport_dual import quick_bound
from bailiwick.design.construct.build import Construction, construct, tightest_measure
from bailiwick.design.improve.schedule import Improved, ScheduleParams, improve
from bailiwick.design.model import DIAMETER, Model
from bailiwick.design.progress import Watch
from bailiwick.design.realign import realigned
from bailiwick.domain import IntArray

MOST_NODES = 20_000
MOST_STARTS = 32
FINALISTS = 3


def best_plan(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> tuple[Construction, Improved]:
    """The best plan found, with the construction it came from.

    Where centres are fixed, or the problem is large, one construction is searched in full. Else many are searched in
    short, and the best few of them in full.

    Parameters
    ----------
    seed
        Turns the directions of the starting bisections, scatters centres, and seeds the searches.
    """
    if model.stay.is_there:
        return realigned(model, graph, watch, seed=seed)
    built = construct(model, watch=watch)
    if model.is_fixed.all() and model.objective != DIAMETER and not len(model.barred):
        fixed = model.centres if model.travel is None else model.travel.rows(np.full(model.k, -1, np.int32))
        watch.lower_bound = quick_bound(model, fixed, built.prices, measure=tightest_measure(model))
    if model.is_fixed.all() or model.n > MOST_NODES or model.k in (1, model.n):
        return built, improve(model, built, graph, watch, seed=seed)
    tried = _short_searches(model, built, graph, watch, seed)
    results = []
    for at, (start, found) in enumerate(tried[:FINALISTS]):
        with watch.part(0.4 + 0.2 * at, 0.6 + 0.2 * at):
            begun = replace(start, label=found.label, centres=found.centres)
            results.append((start, improve(model, begun, graph, watch, seed=seed + at, params=ScheduleParams(few=1_000_000))))
        if watch.is_stopped:
            break
    return min(results, key=lambda result: result[1].rank)


def _short_searches(
    model: Model, built: Construction, graph: tuple[IntArray, IntArray], watch: Watch, seed: int
) -> list[tuple[Construction, Improved]]:
    """Constructions and the ends of their short searches, best first."""
    n_starts = min(MOST_STARTS, 4 + 12_000 // model.n, 8 + model.n // 4)
    params = ScheduleParams(few=min(400 * model.n, 60_000), per_node=10, n_slices=6, mending_rounds=2, concession=None)
    tried = []
    for start in range(n_starts):
        if start > 0:
            built = construct(model, rng=np.random.default_rng([seed, start]), watch=watch)
        with watch.part(0.4 * start / n_starts, 0.4 * (start + 1) / n_starts):
            tried.append((built, improve(model, built, graph, watch, seed=seed + start, params=params)))
        if watch.is_stopped:
            break
    return sorted(tried, key=lambda pair: pair[1].rank)
