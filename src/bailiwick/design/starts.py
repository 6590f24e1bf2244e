"""Several starts: where centres are free the first places decide much, so small problems try many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from bailiwick.design.bounds.balance_floor import unavoidable_excess
from bailiwick.design.bounds.transport_dual import quick_bound
from bailiwick.design.construct.build import Construction, Diagram, construct, draft, finish_draft, round_off, tightest_measure
from bailiwick.design.construct.kernels import PARALLEL_UNITS
from bailiwick.design.construct.relocate import relocate
from bailiwick.design.construct.repair import n_broken
from bailiwick.design.construct.transport import Transport
from bailiwick.design.improve.exchange import exchange
from bailiwick.design.improve.narrow import can_narrow, narrow
from bailiwick.design.improve.schedule import Improved, ScheduleParams, concede, improve, recut
from bailiwick.design.model import DIAMETER, INERTIA, Model
from bailiwick.design.progress import Watch
from bailiwick.design.realign import realigned
from bailiwick.design.threads import each
from bailiwick.domain import IntArray

MOST_NODES = PARALLEL_UNITS - 1
"""Nodes up to which there are many starts: these run side by side, larger problems have threads within."""
MOST_STARTS = 32
MOST_TRIES = 40
TERRITORY_NODES = 5  # nodes that a territory counts as, where work is shared out
START_NODES, TRY_NODES = 12_000, 40_000  # ÷ nodes: further starts, and tries of a relocation
LEAST_FINISHED, FINISHED = 4, 0.4  # drafts that are laid out to the end, at least and of all
SETTLED = 2
SHORT_SEARCHES = 12
FINALISTS = 6
USUAL_FINALISTS, MOST_FINALISTS = 4, 24
FEW_PROPOSALS = 3_000_000  # of all finalists: large problems have fewer than the usual, tiny ones more
DIAMETER_FINALISTS = 12  # the largest of K diameters differs by a quarter from search to search
WALKS = 2  # finalists from which exchanges are drawn
PAIR = 2  # finalists, after which the search ends if they brought nothing, or if the problem is not small
FEW = 350_000  # proposals of a finalist: three times as many make plans of 150 to 3,000 units 0.1 % better at most
CHEAP = ScheduleParams(few=FEW, price=1.0, cooling_growth=1.15)  # imbalance is cheap at first: what is rugged must be crossed
DEAR = ScheduleParams(few=FEW)
FINAL = (CHEAP, replace(CHEAP, hot=0.5), DEAR, replace(DEAR, hot=0.5))
"""Courses of the finalists, in turn: hot to change course, cool to keep it; with dear imbalance where cheap one leaves some."""
SPENT = ScheduleParams(per_node=50, many=4_000, hot=0.5)  # after a construction that is near the best already
SMALL = 2_000
"""Nodes below which quality goes before time: the tolerance is not spent in the first construction, and more finalists are searched."""
MORE_STARTS = 3
"""Other starts of a small problem, searched in full one after the other while a rule stays broken."""
FIRST_PART = 0.4
LATER_PART = 0.8
"""Shares of the progress before other starts: where three searches as long may follow the one, and where little may follow much."""
SHORT_PART, BEFORE_EXCHANGES = 0.4, 0.9  # of the progress: short searches, and all that comes before the exchanges
BEFORE_NARROWING = 0.5  # of the progress, where the largest diameter is made smaller at last
LEAST_PROPOSALS = 10_000  # of a short search

Searched = tuple[Construction, Improved]
Item = TypeVar("Item")
Found = TypeVar("Found")


def best_plan(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> tuple[Construction, Improved]:
    """The best plan found, with the construction it came from.

    Where centres are fixed, or the problem is large, one construction is searched in full; in a large problem the
    tolerance is spent in it, and the search is short. Else many diagrams are laid out, centres of the best few are
    relocated, all of these are searched in short, and the best of them in full. While a rule stays broken, problems that
    are not large are searched again from other starts. If territories remain outside, a last search concedes.

    Parameters
    ----------
    seed
        Turns the directions of the starting bisections, scatters and relocates centres, and seeds the searches.
    """
    if model.stay.is_there:
        return realigned(model, graph, watch, seed=seed)
    if not can_narrow(model):
        return _conceded(model, graph, watch, seed)
    with watch.part(0.0, BEFORE_NARROWING), watch.unpriced():
        built, found = _conceded(replace(model, objective=INERTIA), graph, watch, seed)
    with watch.part(BEFORE_NARROWING, 1.0):
        return built, narrow(model, found, graph, watch, seed=seed)


def _conceded(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, seed: int) -> Searched:
    """The best plan of all searches for the objective, with the fewest territories outside where not all can be within."""
    with watch.part(0.0, 1.0 if model.load.shape[1] == 1 else 0.6):
        built, found = _searched(model, graph, watch, seed)
    with watch.part(0.6, 1.0):
        return built, concede(model, built, found, graph, watch, seed=seed)


def _searched(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, seed: int) -> Searched:
    """One start or many, and more where a rule stays broken."""
    is_single = model.is_fixed.all() or model.n > MOST_NODES or model.k in (1, model.n)
    n_more = MORE_STARTS if model.n < SMALL else int(is_single and model.n <= MOST_NODES)
    share = FIRST_PART if is_single and model.n < SMALL else LATER_PART
    with watch.part(0.0, share if n_more else 1.0):
        found = (_searched_once if is_single else _searched_often)(model, graph, watch, seed)
    with watch.part(share, 1.0):
        built, plan = _insisted(model, found, graph, watch, seed, n_more)
    return built, recut(model, built, plan, graph, watch, seed=seed)


def keeps_rules(model: Model, found: Improved) -> bool:
    """Whether territories are connected, and no farther outside their windows than no plan can help."""
    return found.excess <= unavoidable_excess(model) + 1e-9 and not n_broken(model, found.label)


def _rank(model: Model, pair: Searched) -> tuple[int, float, float]:
    """Smaller is better: fewer territories in pieces, less excess, less cost."""
    return (n_broken(model, pair[1].label), *pair[1].rank)


def _can_spend(model: Model) -> bool:
    """Whether there is a tolerance to spend in the construction."""
    return model.objective != DIAMETER and bool((model.upper - model.lower < 1.0).any())


def _insisted(model: Model, found: Searched, graph: tuple[IntArray, IntArray], watch: Watch, seed: int, n_more: int) -> Searched:
    """The best plan after other starts, searched in full while a rule stays broken."""
    for at in range(n_more):
        if watch.is_stopped or keeps_rules(model, found[1]):
            break
        with watch.part(at / n_more, (at + 1) / n_more):
            rng = np.random.default_rng([seed, MOST_STARTS + 1 + at])
            is_spent = model.n < SMALL and at % 2 == 0 and _can_spend(model)  # else the first start has spent it
            built = construct(model, watch=watch, rng=rng, is_spent=is_spent)
            searched = _finished(model, built, graph, watch, seed=seed + MOST_STARTS + at)
        found = min(found, searched, key=lambda pair: _rank(model, pair))
    return found


def _searched_once(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, seed: int) -> Searched:
    """One start, mended."""
    is_spent = model.n >= SMALL and _can_spend(model)
    built = construct(model, watch=watch, is_spent=is_spent)
    if model.is_fixed.all() and model.objective != DIAMETER and not len(model.barred):
        fixed = model.centres if model.travel is None else model.travel.rows(np.full(model.k, -1, np.int32))
        watch.lower_bound = quick_bound(model, fixed, built.prices, measure=tightest_measure(model))
    return _finished(model, built, graph, watch, seed=seed, params=SPENT if is_spent else None)


def _finished(
    model: Model, built: Construction, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int, params: ScheduleParams | None = None
) -> Searched:
    """One start searched in full, with the exchanges at the end."""
    with watch.part(0.0, BEFORE_EXCHANGES):
        plan = improve(model, built, graph, watch, seed=seed, params=params)
    with watch.part(BEFORE_EXCHANGES, 1.0):
        return built, exchange(model, built, [plan], graph, watch, seed=seed)


def _searched_often(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, seed: int) -> Searched:
    """Many starts, each mended; the finalists in pairs, each two side by side."""
    starts = _diagrams(model, watch, seed) if model.travel is None else _constructions(model, watch, seed)
    tried = _short_searches(model, starts, graph, watch, seed)

    n_proposals = FINAL[0].proposals(model.n)
    n_usual = MOST_FINALISTS if n_proposals < FEW else USUAL_FINALISTS
    n_least = max(PAIR, min(n_usual, FEW_PROPOSALS // n_proposals))
    if model.objective == DIAMETER:
        n_least = max(n_least, DIAMETER_FINALISTS)
    n_most = max(FINALISTS, n_least)

    def search_on(at: int) -> Searched:
        start, found = tried[at % len(tried)]
        params = FINAL[at % len(FINAL)]
        with watch.part(*(SHORT_PART + (BEFORE_EXCHANGES - SHORT_PART) * share for share in (at / n_most, (at + 1) / n_most))):
            begun = replace(start, label=found.label, centres=found.centres)
            return start, improve(model, begun, graph, watch, seed=seed + at, params=params)

    results: list[Searched] = []
    for at in range(0, n_most, PAIR):
        results += _side_by_side(search_on, range(at, at + PAIR), watch)
        best = min(range(len(results)), key=lambda r: _rank(model, results[r]))
        is_enough = len(results) >= n_least and (best < at or model.n >= SMALL) and keeps_rules(model, results[best][1])
        if watch.is_stopped or is_enough:
            break
    results.sort(key=lambda pair: _rank(model, pair))
    built, plans = results[0][0], [found for _, found in results[:WALKS]]
    with watch.part(BEFORE_EXCHANGES, 1.0):
        return built, exchange(model, built, plans, graph, watch, seed=seed)


def _work(model: Model) -> int:
    """What one evaluation of prices takes, in nodes."""
    return model.n + TERRITORY_NODES * model.k


def _generators(model: Model, seed: int) -> list[np.random.Generator | None]:
    """Of the starts, the more the smaller the problem; the first is the plain one."""
    n_starts = min(MOST_STARTS, 4 + START_NODES // _work(model), 8 + model.n // 4)
    return [None, *(np.random.default_rng([seed, start]) for start in range(1, n_starts))]


def _constructions(model: Model, watch: Watch, seed: int) -> list[Construction]:
    """Starts by travel times, whose centres go from site to site already."""
    return _until_stopped(lambda rng: construct(model, watch=watch, rng=rng), _generators(model, seed), watch)


def _diagrams(model: Model, watch: Watch, seed: int) -> list[Construction]:
    """The best of the diagrams that were drafted, laid out and relocated, rounded off, cheapest first."""
    transport, is_free = Transport.of(model, measure=tightest_measure(model)), ~model.is_fixed
    drafts = _until_stopped(lambda rng: draft(transport, model.centres, watch=watch, rng=rng), _generators(model, seed), watch)
    drafts.sort(key=lambda diagram: diagram.value)
    kept = drafts[: max(LEAST_FINISHED, int(FINISHED * len(drafts)))]
    found = _until_stopped(lambda drawn: finish_draft(transport, drawn, is_free, watch=watch), kept, watch)
    found.sort(key=lambda diagram: diagram.value)
    tries = min(MOST_TRIES, TRY_NODES // _work(model))

    def relocated(at: int) -> Diagram:
        rng = np.random.default_rng([seed, MOST_STARTS, at])
        return relocate(transport, found[at], is_free, tries=tries, rng=rng, watch=watch)

    if not watch.is_stopped:
        found += _side_by_side(relocated, range(min(SETTLED, len(found))), watch)
    found.sort(key=lambda diagram: diagram.value)
    return [round_off(model, transport, diagram) for diagram in found[:SHORT_SEARCHES]]


def _short_searches(
    model: Model, constructions: list[Construction], graph: tuple[IntArray, IntArray], watch: Watch, seed: int
) -> list[Searched]:
    """Constructions and the ends of their short searches, best first."""
    params = ScheduleParams(few=min(max(400 * model.n, LEAST_PROPOSALS), 60_000), per_node=10, n_slices=6, mending_rounds=2)

    def searched(at: int) -> Searched:
        built = constructions[at]
        with watch.part(SHORT_PART * at / len(constructions), SHORT_PART * (at + 1) / len(constructions)):
            return built, improve(model, built, graph, watch, seed=seed + at, params=params)

    return sorted(_until_stopped(searched, range(len(constructions)), watch), key=lambda pair: _rank(model, pair))


def _until_stopped(work: Callable[[Item], Found], items: Sequence[Item], watch: Watch) -> list[Found]:
    """What ``work`` gives for each item, side by side; when the watch says stop, those that were begun before, and the first always."""

    def unless_stopped(number: int) -> list[Found]:
        return [] if number and watch.is_stopped else [work(items[number])]

    return [one for found in _side_by_side(unless_stopped, range(len(items)), watch) for one in found]


def _side_by_side(work: Callable[[Item], Found], items: Sequence[Item], watch: Watch) -> list[Found]:
    """What ``work`` gives for each item: on several threads, but one after the other where a report may end the search."""
    return [work(item) for item in items] if watch.may_be_stopped else each(work, items)
