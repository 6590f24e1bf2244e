"""Realignment: the plan that stands today is the start, and every change of hands has its price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.bounds.disruption_floor import standing
from bailiwick.design.bounds.transport_dual import quick_bound
from bailiwick.design.construct.build import (
    Construction,
    construct,
    fill_empty,
    rough_construction,
    rough_diagram,
    tightest_measure,
    transport_kind,
)
from bailiwick.design.construct.centres import spread_coincident
from bailiwick.design.construct.kernels import LOOKUP, is_barred
from bailiwick.design.construct.repair import carve, connect, pieces
from bailiwick.design.improve.rounds import Rounds
from bailiwick.design.improve.schedule import Improved
from bailiwick.design.model import DIAMETER, INERTIA, Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.design.stay import NOTHING
from bailiwick.design.threads import each
from bailiwick.design.travel import Travel
from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.geography.geodesy import distance_km
from bailiwick.metrics.centres import best_sites
from bailiwick.metrics.disruption import match_labels

SMALL_NODES = 2_000
SMALL_RUNS = 4
MORE_MENDERS = 4
MENDERS_AT_ONCE = 2
"""The last few are mended by one group, which is one thread: two sources go side by side."""
LAST_FEW = 20
"""One territory out of balance in so many is worth another try: the cure is there, the source missed it."""
FEW_MOVES = 2.0
WORTH_A_DRAWING = 1.2
WORTH_A_SEARCH = 1.1
"""Plans with new centres are searched if they begin at most so many times as dear as those around today's centres."""


def realigned(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> tuple[Construction, Improved]:
    """The best plan found from today's plan and from a fresh construction around today's centres.

    Parameters
    ----------
    seed
        Of the searches.
    """
    centres = centres_of_today(model)
    is_small = model.n <= SMALL_NODES or model.travel is not None
    built = construct(model, watch=watch, at=centres) if is_small else rough_construction(model, centres)
    if model.is_fixed.all() and model.objective != DIAMETER and not len(model.barred):
        fixed = model.centres if model.travel is None else centres
        watch.lower_bound = quick_bound(model, fixed, built.prices, measure=tightest_measure(model))
    begun = replace(built, label=start_of_today(model, built, centres), centres=centres)
    starts = [begun, *_within_cap(model, [built, *_redrawn(model, built, watch)])]
    seeds = range(seed, seed + (SMALL_RUNS if model.n <= SMALL_NODES else 1))
    courses = [Rounds(model, start, graph, watch, seed=one) for start in starts for one in seeds]
    if model.k in (1, model.n) or courses[0].tell(0.0):
        return built, courses[0].best
    best = _cooled(courses, watch) if model.n <= SMALL_NODES else _raced(courses, watch)
    with watch.part(0.4, 0.9):
        if not watch.is_stopped:
            best.mend()
        if not watch.is_stopped:
            best.polish()
    with watch.part(0.9, 1.0):
        found = mended_again(model, best, begun, graph, watch, seed=seed)
    return built, keep_names(model, found)


def _within_cap(model: Model, starts: list[Construction]) -> list[Construction]:
    return [start for start in starts if model.stay.moved(start.label) <= model.stay.cap]


def _redrawn(model: Model, built: Construction, watch: Watch) -> list[Construction]:
    """A construction that looks for new centres, where changes of hands are so cheap that it may pay."""
    if model.is_fixed.all() or watch.is_stopped or model.travel is not None:
        return []
    empty, most = replace(model, stay=NOTHING), WORTH_A_SEARCH * _cost(model, built.label, built.centres)
    if model.n > SMALL_NODES:
        rough = _named(model, *rough_diagram(empty, watch=watch))
        if watch.is_stopped or _cost(model, *rough) > WORTH_A_DRAWING * most:
            return []
    fresh = construct(empty, watch=watch)
    label, centres = _named(model, fresh.label, fresh.centres)
    return [replace(built, label=label, centres=centres)] if _cost(model, label, centres) < most else []


def _named(model: Model, label: IntArray, centres: FloatArray) -> tuple[IntArray, FloatArray]:
    """The same under the names that keep most in place."""
    named = keep_names(model, Improved(label, centres, np.zeros((1, 1)), 0.0))
    return named.label, named.centres


def _cost(model: Model, label: IntArray, centres: FloatArray) -> float:
    """Objective of a plan at some centres; for the diameter its disruption only."""
    disruption = model.stay.price * model.stay.moved(label)
    if model.objective == DIAMETER:
        return disruption
    away = distance_km(model.points, centres[label])
    return float((model.weight * away ** (2 if model.objective == INERTIA else 1)).sum()) + disruption


def _cooled(courses: list[Rounds], watch: Watch) -> Rounds:
    """The course that is ahead after the main cooling of each."""
    done = []
    for at, course in enumerate(courses):
        with watch.part(0.4 * at / len(courses), 0.4 * (at + 1) / len(courses)):
            course.cool()
        done.append(course)
        if watch.is_stopped:
            break
    return _ahead(done)


def _raced(courses: list[Rounds], watch: Watch) -> Rounds:
    """The course that is ahead after the first slice of the main cooling of each, cooled to the end."""
    done = []
    for at, course in enumerate(courses):
        with watch.part(0.1 * at / len(courses), 0.1 * (at + 1) / len(courses)):
            course.cool(1)
        done.append(course)
        if watch.is_stopped:
            break
    best = _ahead(done)
    with watch.part(0.1, 0.4):
        if not watch.is_stopped:
            best.cool()
    return best


def mended_again(
    model: Model, course: Rounds, begun: Construction, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int
) -> Improved:
    """The best plan of a course, mended by other random sources while a last few territories are out of balance."""
    best, floor = course.best, course.floor

    def mended(at: int) -> Improved:
        mender = Rounds(model, replace(begun, label=best.label, centres=best.centres), graph, watch, seed=seed + SMALL_RUNS + at)
        mender.mend()
        return mender.best

    for at in range(0, MORE_MENDERS, MENDERS_AT_ONCE):
        is_nearly_there = floor < best.excess and LAST_FEW * best.n_violations <= model.k
        if watch.is_stopped or not is_nearly_there:
            break
        numbers = range(at, at + MENDERS_AT_ONCE)
        found = [mended(number) for number in numbers if not watch.is_stopped] if watch.may_be_stopped else each(mended, numbers)
        best = min([best, *found], key=lambda one: one.rank)
    return best


def _ahead(courses: list[Rounds]) -> Rounds:
    """The course with the least cost and priced excess of its best plan, all at the price of the first."""
    price = courses[0].price
    return min(courses, key=lambda course: course.best.cost + price * course.best.excess)


def centres_of_today(model: Model) -> FloatArray:
    """Centres to start from, shape (K, d), km: the fixed ones, else the best node of the territory as it stands.

    Free territories that have nothing today start where a heavy territory reaches farthest. With travel times rows of costs,
    shape (K, n).
    """
    if model.travel is not None:
        return model.travel.rows(_sites_of_today(model.travel, standing(model)))
    today = standing(model)
    power = 2 if model.objective == INERTIA else 1
    sites = best_sites(model.points, model.weight, today, model.k, power=power)
    centres = np.where(model.is_fixed[:, None], model.centres, model.points[np.maximum(sites, 0)])
    empty = np.flatnonzero((sites < 0) & ~model.is_fixed)
    if len(empty):
        square = ((model.points - centres[np.maximum(today, 0)]) ** 2).sum(axis=1)
        far = (model.weight + 1e-9) * np.where(today >= 0, square, np.inf)
        for j in empty:
            i = int(np.argmax(far))
            centres[j] = model.points[i]
            far = np.minimum(far, (model.weight + 1e-9) * ((model.points - centres[j]) ** 2).sum(axis=1))
    return centres


def _sites_of_today(travel: Travel, today: IntArray) -> IntArray:
    """The same as sites, shape (K,)."""
    sites = travel.best_sites(today)
    empty = np.flatnonzero((sites < 0) & travel.is_free)
    if not len(empty):
        return sites
    idx = today[travel.node_of_unit]
    away = travel.table.rows(sites)[idx, np.arange(len(idx))]
    far = (travel.weights + 1e-9) * np.where(idx >= 0, away, np.inf)
    for j in empty:
        sites[j] = np.argmax(far)
        far = np.minimum(far, (travel.weights + 1e-9) * travel.table.rows(sites[[j]])[0])
        far[sites[j]] = -1.0
    return sites


def start_of_today(model: Model, built: Construction, centres: FloatArray) -> IntArray:
    """Today's plan with a territory for every node and a node for every territory, in one piece as far as the cap allows."""
    label = _without_bars(model, standing(model))
    power = LOOKUP if model.travel is not None else 2 if model.objective == INERTIA else 1
    if model.must_connect and (label >= 0).any():
        label = _grown(model, label, centres, power)
    label = fill_empty(model, label, centres)
    if not model.must_connect:
        return label
    scores = centres, np.zeros(model.k), power
    whole = connect(model, label, *scores)
    within = [one for one in (carve(model, whole, *scores), whole) if model.stay.moved(one) <= model.stay.cap]
    return within[0] if within else _joined_within_cap(model, label, whole)


def _grown(model: Model, label: IntArray, centres: FloatArray, power: int) -> IntArray:
    """Nodes without a territory taken by the neighbour that is nearest and may; everything else stays."""
    taken = _without_bars(model, connect(model, label, centres, np.zeros(model.k), power))
    return np.where(label >= 0, label, taken).astype(np.int32)


def _without_bars(model: Model, label: IntArray) -> IntArray:
    """The same with −1 for nodes that are barred from their territory, unless they are locked to it."""
    label = label.copy()
    for i in np.flatnonzero((np.diff(model.barred_ptr) > 0) & (label >= 0) & (model.pinned < 0)):
        if is_barred(model.barred_ptr, model.barred, i, label[i]):
            label[i] = -1
    return label


def _joined_within_cap(model: Model, label: IntArray, whole: IntArray) -> IntArray:
    """Only the cheapest of the pieces handed over, as many as the cap allows."""
    piece = pieces(model, label)
    changed = np.flatnonzero(label != whole)
    label = label.copy()
    costs = []
    for number in np.unique(piece[changed]):
        trial = label.copy()
        mine = changed[piece[changed] == number]
        trial[mine] = whole[mine]
        costs.append((model.stay.moved(trial) - model.stay.moved(label), int(number)))
    for _, number in sorted(costs):
        trial = label.copy()
        mine = changed[piece[changed] == number]
        trial[mine] = whole[mine]
        if model.stay.moved(trial) <= model.stay.cap:
            label = trial
    return label


def keep_names(model: Model, found: Improved) -> Improved:
    """The same plan under the names that keep most in place, where territories are interchangeable and that costs less."""
    is_special = bool(model.is_fixed.any() or (model.pinned >= 0).any() or len(model.barred))
    if is_special or not np.allclose(model.target, model.target[:1]):
        return found
    today = model.stay.today()
    weight = np.zeros(model.n)
    np.add.at(weight, np.repeat(np.arange(model.n), np.diff(model.stay.ptr)), model.stay.share)
    matched = match_labels(today, found.label, weight + 1e-15)
    name = np.append(matched, np.full(model.k - len(matched), -1, np.int32))
    name[name < 0] = np.setdiff1d(np.arange(model.k), name)
    label = name[found.label].astype(np.int32)
    saved = model.stay.moved(found.label) - model.stay.moved(label)
    if saved <= 1e-12:
        return found
    centres = np.empty_like(found.centres)
    centres[name] = found.centres
    return replace(found, label=label, centres=centres, cost=found.cost - saved * price_in_search(model))


def price_in_search(model: Model) -> float:
    """What moving all disruption costs in the unit in which searches count: of weights that sum to K, or km of diameter."""
    return model.stay.price * (1.0 if model.objective == DIAMETER else model.scale)


def price_of_fewest_moves(problem: Problem) -> float:
    """Price of one of disruption at which few changes come before short ways, in the unit of the objective.

    Moving everything costs ``FEW_MOVES`` times as much as carrying the whole weight from one centre to the next; for the diameter, as
    many times the sum of such distances over all territories.
    """
    model = compile_problem(problem)
    total = float(problem.disruption.sum())
    if total <= 0:
        return 0.0
    centres = centres_of_today(model)
    transport = transport_kind(model).of(model)
    spacing = float(np.median(transport.spacing(spread_coincident(centres, 1.0) if model.travel is None else centres)))
    if model.objective == DIAMETER:
        return FEW_MOVES * spacing * model.k / total
    return FEW_MOVES * spacing**transport.power * float(model.weight.sum()) / total
