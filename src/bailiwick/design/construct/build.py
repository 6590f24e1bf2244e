"""Construction: a first balanced and connected plan."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.spatial import cKDTree

from bailiwick.design.construct.by_travel import TableTransport, told_apart
from bailiwick.design.construct.centres import locate, recentre, spread_coincident, start_centres
from bailiwick.design.construct.kernels import LOOKUP, is_barred
from bailiwick.design.construct.proposal_kernels import mutual_rows
from bailiwick.design.construct.repair import in_one_piece
from bailiwick.design.construct.transport import LADDER, Transport
from bailiwick.design.construct.windows import climb_to_windows
from bailiwick.design.model import Model
from bailiwick.design.progress import Watch
from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.row_kernels import compacted

SPENDING = (0.03, 0.03, 0.012)
"""Temperatures of the rounds in which the tolerance is spent; the last one is that of the final prices, too."""
KEPT = 0.1
"""Share of the windows that is kept for the rounding to whole units."""
COARSE_POINTS = 20_000
COARSE_PER_TERRITORY = 40
ROUGH_PER_TERRITORY, ROUGH_POINTS, ROUGH_ROUNDS = 25, 2_000, 5
ROUGH_ACCURACY = 0.02


@dataclass(frozen=True, eq=False)
class Construction:
    """A first plan with the centres and prices that made it.

    Attributes
    ----------
    label
        Territory per node, shape (n,).
    centres
        Shape (K, d), km; with travel times rows of costs, shape (K, n).
    prices
        Shape (K,), km per share of a territory.
    transport
        The transport problem that was solved.
    """

    label: IntArray
    centres: FloatArray
    prices: FloatArray
    transport: Transport


@dataclass(frozen=True, eq=False)
class Diagram:
    """Centres with prices that balance their territories, units divided where need be.

    Attributes
    ----------
    centres
        Shape (K, d), km.
    prices
        Shape (K,), km per share of a territory.
    value
        Cost of the divided plan (weights sum to K): the dual at these prices.
    """

    centres: FloatArray
    prices: FloatArray
    value: float


def transport_kind(model: Model) -> type[Transport]:
    """Transport between points, or by a table of travel times."""
    return Transport if model.travel is None else TableTransport


def construct(
    model: Model,
    *,
    watch: Watch,
    rounds: int = 25,
    rng: np.random.Generator | None = None,
    at: FloatArray | None = None,
    is_spent: bool = False,
) -> Construction:
    """Balanced power diagram, rounded to whole nodes, repaired to connected territories.

    Parameters
    ----------
    rounds
        Most location-allocation rounds for free centres.
    rng
        Turns the directions of the starting bisection, or scatters centres; None gives the plain start.
    watch
        Asked between steps; when it says stop, the plan is finished from what is known.
    at
        Centres to stay at, shape (K, d), km, or rows of costs, shape (K, n); None: they are looked for.
    is_spent
        Spend the tolerance: prices for the windows and not for the targets. Not with travel times.
    """
    if model.travel is not None:
        return _construct_by_travel(model, watch=watch, rounds=rounds, rng=rng, at=at)
    transport = Transport.of(model, measure=tightest_measure(model))
    return round_off(model, transport, lay_out(model, transport, watch=watch, rounds=rounds, rng=rng, at=at, is_spent=is_spent))


def lay_out(
    model: Model,
    transport: Transport,
    *,
    watch: Watch,
    rounds: int = 25,
    rng: np.random.Generator | None = None,
    at: FloatArray | None = None,
    is_spent: bool = False,
) -> Diagram:
    """Places for the free centres and balancing prices; parameters as for :func:`construct`."""
    is_free = ~model.is_fixed & (at is None)
    size = max(1, model.n // max(COARSE_PER_TERRITORY * model.k, COARSE_POINTS))
    coarse = transport.coarsened(size)
    centres = start_centres(coarse, model.centres, rng=rng) if at is None else at
    centres = spread_coincident(centres, float(np.median(transport.spacing(centres))))
    if is_free.any():
        centres, prices = locate(coarse, centres, is_free, rounds=rounds, should_stop=lambda: watch.report("construct", 0.0))
    else:
        prices = coarse.balance(centres, ladder=LADDER[:-1])
    if is_spent and not watch.report("construct", 0.0):
        centres, prices = spend(model, transport, coarse, centres, prices, is_free)
    elif not watch.report("construct", 0.0):
        prices = transport.balance(centres, ladder=LADDER[1:] if size == 1 else LADDER[2:], start=prices)
    return valued(transport, centres, prices)


def spend(
    model: Model, transport: Transport, coarse: Transport, centres: FloatArray, prices: FloatArray, is_free: np.ndarray
) -> tuple[FloatArray, FloatArray]:
    """Centres and prices for which loads lie within their windows, and no nearer to their targets than saves distance."""
    measure = tightest_measure(model)
    target, lower, upper = (bound[:, measure] for bound in (model.target, model.lower, model.upper))
    scale = transport.target / np.maximum(target, 1e-300)  # loads of heavy units are cut, and targets with them
    lower, upper = ((bound + KEPT * (target - bound)) * scale for bound in (lower, upper))
    for temperature in SPENDING:
        prices = climb_to_windows(coarse, centres, prices, lower, upper, temperature, max_steps=4)
        centres = recentre(coarse, coarse.assign(centres, prices)[0], centres, is_free)
    return centres, climb_to_windows(transport, centres, prices, lower, upper, SPENDING[-1], max_steps=3, gain=1e-5)


def rough_construction(model: Model, centres: FloatArray) -> Construction:
    """A start around given centres, shape (K, d), km, from prices at the highest temperature only.

    A fifth of the work of :func:`construct`. Where staying is worth something, colder prices let go of what stands in patches
    that have to be joined again; this is the better start of a search then.
    """
    transport = Transport.of(model, measure=tightest_measure(model))
    centres = spread_coincident(centres, float(np.median(transport.spacing(centres))))
    prices = transport.balance(centres, ladder=LADDER[:1], accuracy=ROUGH_ACCURACY, max_steps=8)
    return round_off(model, transport, Diagram(centres, prices, np.nan))


def rough_diagram(model: Model, *, watch: Watch) -> tuple[IntArray, FloatArray]:
    """About where territories would lie that are drawn afresh: territory per node, and centres; from merged nodes and few rounds."""
    transport = Transport.of(model, measure=tightest_measure(model))
    coarse = transport.coarsened(model.n // max(ROUGH_PER_TERRITORY * model.k, ROUGH_POINTS))
    centres = start_centres(coarse, model.centres)
    centres = spread_coincident(centres, float(np.median(transport.spacing(centres))))
    centres, prices = locate(coarse, centres, ~model.is_fixed, rounds=ROUGH_ROUNDS, should_stop=lambda: watch.report("construct", 0.0))
    return fill_empty(model, transport.assign(centres, prices)[0], centres), centres


def valued(transport: Transport, centres: FloatArray, prices: FloatArray) -> Diagram:
    """A diagram with its value."""
    return Diagram(centres, prices, float(transport.assign(centres, prices)[1] + prices @ transport.target))


def round_off(model: Model, transport: Transport, diagram: Diagram) -> Construction:
    """Whole nodes, no territory without any, and connected territories where they are asked for."""
    centres, prices = diagram.centres, diagram.prices
    label, _, _ = transport.assign(centres, prices)
    label = fill_empty(model, label, centres)
    return Construction(in_one_piece(model, label, centres, prices, transport.power), centres, prices, transport)


def _construct_by_travel(
    model: Model, *, watch: Watch, rounds: int, rng: np.random.Generator | None, at: FloatArray | None
) -> Construction:
    """The same with travel times: free centres go from site to best site."""
    travel = model.travel
    assert travel is not None
    transport = TableTransport.of(model, measure=tightest_measure(model))

    def rows_at(sites: IntArray) -> FloatArray:
        return told_apart(travel.rows(sites), travel.points(sites), model.points)

    sites = travel.nearest_sites(start_centres(transport, model.centres, rng=rng))
    rows = rows_at(sites) if at is None else at
    prices = transport.balance(rows, ladder=LADDER[:1], accuracy=0.05, max_steps=8)
    for _ in range(rounds if travel.is_free.any() and at is None else 0):
        moved = travel.best_sites(fill_empty(model, transport.assign(rows, prices)[0], rows))
        if (moved == sites).all() or watch.report("construct", 0.0):
            break
        sites, rows = moved, rows_at(moved)
        prices = transport.balance(rows, ladder=(0.06,), start=prices, accuracy=0.04, max_steps=5)
    if not watch.report("construct", 0.0):
        prices = transport.balance(rows, ladder=LADDER[1:], start=prices)
    label = fill_empty(model, transport.assign(rows, prices)[0], rows)
    return Construction(in_one_piece(model, label, rows, prices, LOOKUP), rows, prices, transport)


def tightest_measure(model: Model) -> int:
    """The measure whose window leaves least room: the one that transport balances."""
    window = (model.upper - model.lower).mean(axis=0)
    window[model.target.sum(axis=0) <= 0] = np.inf
    return int(np.argmin(window))


def fill_empty(model: Model, label: IntArray, centres: FloatArray) -> IntArray:
    """Give every territory at least one node: the nearest to its centre that another territory can spare."""
    label = label.copy()
    homeless = np.flatnonzero(label < 0)
    for i in homeless:
        label[i] = _nearest_allowed(model, centres, int(i))
    size = np.bincount(label, minlength=model.k)
    for j in np.flatnonzero(size == 0):
        _hand_down(model, label, centres, size, int(j))
    return label


def _hand_down(model: Model, label: IntArray, centres: FloatArray, size: np.ndarray, empty: int) -> None:
    """Give an empty territory the nearest node; one whose only node is taken gets another in turn, until one can spare it."""
    handed: dict[int, tuple[int, int]] = {}
    waiting = [empty]
    for b in waiting:
        away = ((model.points - centres[b]) ** 2).sum(axis=1) if model.travel is None else centres[b]
        for i in np.argsort(away, kind="stable"):
            a = int(label[i])
            if a == empty or a in handed or model.pinned[i] >= 0 or is_barred(model.barred_ptr, model.barred, i, b):
                continue
            handed[a] = int(i), b
            if size[a] == 1:
                waiting.append(a)
                continue
            size[a] -= 1
            size[empty] = 1
            while a != empty:
                i, a = handed[a]
                label[i] = a
            return


def _nearest_allowed(model: Model, centres: FloatArray, i: int) -> int:
    away = ((centres - model.points[i]) ** 2).sum(axis=1) if model.travel is None else centres[:, i].copy()
    away[model.barred[model.barred_ptr[i] : model.barred_ptr[i + 1]]] = np.inf
    return int(np.argmin(away))


def proposal_graph(model: Model, n_neighbours: int = 6) -> tuple[IntArray, IntArray]:
    """The graph along which units change hands: the adjacency, or nearest neighbours where none is asked for.

    Nodes in one place form a chain, and each of them is a neighbour of the first node of the nearest other places; with
    nearest nodes instead, a crowded place would be its own neighbour only.
    """
    if model.must_connect:
        return model.indptr, model.indices
    is_new = np.append(True, (model.points[1:] != model.points[:-1]).any(axis=1))  # nodes in one place follow each other
    first, place = np.flatnonzero(is_new), np.cumsum(is_new) - 1
    q = min(n_neighbours + 1, len(first))
    tree = cKDTree(model.points[first], balanced_tree=False, compact_nodes=False)  # asked once per place: laid out quickly
    near = tree.query(model.points[first], k=q, workers=int(nb.get_num_threads()))[1]
    near = near.astype(np.int32).reshape(len(first), q)[:, 1:]
    return compacted(*mutual_rows(first.astype(np.int32), near, place.astype(np.int32)))
