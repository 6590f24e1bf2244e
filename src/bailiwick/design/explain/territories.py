"""What makes a territory what it is: its centre, what limits it, who presses, which of its units are least certain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.design.explain.moves import Half, Indices, MoveEffect, MoveJudge
from bailiwick.domain import FloatArray, IntArray

N_UNITS = 5
N_JUDGED = 8
N_GOALS = 2
POINT = 0.01


@dataclass(frozen=True, eq=False)
class Pressure:
    """What passes between a territory and one of its neighbours.

    Attributes
    ----------
    territory
        Index of the neighbour.
    n_ours_nearer_there, ours_nearer_there
        Units of ours that are nearer to its centre, and their share of our first measure, as a fraction of our target.
    n_theirs_nearer_here, theirs_nearer_here
        Units of it that are nearer to our centre, and their first measure, as a fraction of our target.
    """

    territory: int
    n_ours_nearer_there: int
    ours_nearer_there: float
    n_theirs_nearer_here: int
    theirs_nearer_here: float


@dataclass(frozen=True, eq=False)
class TerritoryInsight:
    """A territory explained.

    Attributes
    ----------
    territory
        Its index.
    now
        Cost, centre, totals, deviations, pieces.
    centre_unit
        Unit at a free centre; −1 if the centre is fixed or the territory is empty.
    prices
        What one more unit of room is worth, per priced measure, see :class:`bailiwick.domain.Prices`; empty without prices.
    point_worth
        By how much the lower bound falls if the tolerance of a priced measure is one percentage point wider here; likewise.
    n_locked
        Units that are locked to it.
    neighbours
        Those it borders on, the ones that most passes to or from first.
    least_certain
        The best alternative of the units that it would cost least to give away, the cheapest first.
    most_certain
        The best alternative of the units that it would cost most to give away, the dearest first.
    """

    territory: int
    now: Half
    centre_unit: int
    prices: FloatArray
    point_worth: FloatArray
    n_locked: int
    neighbours: tuple[Pressure, ...]
    least_certain: tuple[MoveEffect, ...]
    most_certain: tuple[MoveEffect, ...]


def territory_insight(judge: MoveJudge, territory: int) -> TerritoryInsight:
    """Explain one territory.

    Notes
    -----
    Units are ranked by what they cost more at the present centre of another territory; those named are judged exactly.
    """
    problem = judge.problem
    members = judge.members[territory]
    now = judge.before(territory)
    bordering = _bordering(judge, territory)
    least, most = _certainty(judge, territory, bordering)
    return TerritoryInsight(
        territory=territory,
        now=now,
        centre_unit=_centre_unit(judge, territory, now),
        prices=np.empty(0) if judge.prices is None else judge.prices.values[territory],
        point_worth=_point_worth(judge, territory),
        n_locked=0 if problem.locked is None else int((problem.locked[members] == territory).sum()),
        neighbours=_pressures(judge, territory, bordering),
        least_certain=least,
        most_certain=most,
    )


def _centre_unit(judge: MoveJudge, territory: int, now: Half) -> int:
    members = judge.members[territory]
    if judge.problem.is_fixed[territory] or not len(members):
        return -1
    if now.site >= 0:
        return now.site
    return int(members[np.argmin(((judge.points[members] - now.centre) ** 2).sum(axis=1))])


def _point_worth(judge: MoveJudge, territory: int) -> FloatArray:
    """Fall of the bound at the prices: room that is added times its price, per priced measure.

    The bound counts windows that this plan passes as wide as the plan needs them, so there a wider tolerance adds less room.
    """
    if judge.prices is None:
        return np.empty(0)
    names = [measure.name for measure in judge.problem.measures]
    worth = np.zeros(len(judge.prices.measures))
    for at, price in enumerate(judge.prices.values[territory].tolist()):
        column = names.index(judge.prices.measures[at])
        tolerance = judge.problem.measures[column].tolerance
        if tolerance is None or price == 0:
            continue
        used = float(judge.evaluation.deviations[territory, column]) * (1.0 if price > 0 else -1.0)
        room = max(tolerance + POINT, used) - max(tolerance, used)
        if price < 0:  # nothing is below zero
            room = min(room, max(1.0 - max(tolerance, used), 0.0))
        worth[at] = abs(price) * float(judge.evaluation.targets[territory, column]) * room
    return worth


def _bordering(judge: MoveJudge, territory: int) -> IntArray:
    """Territories that it touches; without a neighbour graph those whose centre is nearest to one of its units, or second to ours."""
    graph, label, members = judge.problem.adjacency, judge.evaluation.territory_idx, judge.members[territory]
    if not len(members) or judge.problem.n_territories == 1:
        return np.empty(0, np.int32)
    if graph is not None:
        start, stop = graph.indptr[members], graph.indptr[members + 1]
        entries = np.repeat(stop - np.cumsum(stop - start), stop - start) + np.arange(int((stop - start).sum()))
        near = np.unique(label[graph.indices[entries]])
        return near[(near >= 0) & (near != territory)].astype(np.int32)
    costs = np.nan_to_num(judge.centre_distance(members), nan=np.inf)
    costs[:, territory] = np.inf
    return np.unique(np.argmin(costs, axis=1)).astype(np.int32)


def _pressures(judge: MoveJudge, territory: int, bordering: IntArray) -> tuple[Pressure, ...]:
    weights, target = judge.problem.weights, float(judge.evaluation.targets[territory, 0])
    ours = judge.members[territory]
    found = []
    for other in bordering.tolist():
        theirs = judge.members[other]
        out = ours[judge.away(ours, other) < judge.away(ours, territory)]
        into = theirs[judge.away(theirs, territory) < judge.away(theirs, other)]
        shares = [float(weights[units].sum()) / target if target > 0 else 0.0 for units in (out, into)]
        found.append(Pressure(other, len(out), shares[0], len(into), shares[1]))
    return tuple(sorted(found, key=lambda p: (-(p.ours_nearer_there + p.theirs_nearer_here), p.territory)))


def _certainty(judge: MoveJudge, territory: int, bordering: IntArray) -> tuple[tuple[MoveEffect, ...], tuple[MoveEffect, ...]]:
    movable = _movable(judge, territory)
    if not len(movable) or not len(bordering):
        return (), ()
    costs = judge.centre_costs(movable)
    extra = costs - costs[:, [territory]]
    extra[:, np.setdiff1d(np.arange(extra.shape[1]), bordering)] = np.inf
    reachable = np.where(_touches(judge, movable, extra.shape[1]), extra, np.inf)
    leaving = reachable.min(axis=1)
    first = [i for i in np.argsort(leaving, kind="stable")[:N_JUDGED] if np.isfinite(leaving[i])]
    least = sorted((_cheapest(judge, int(movable[i]), reachable[i]) for i in first), key=lambda e: e.objective_change)
    last = np.argsort(-extra.min(axis=1), kind="stable")[:N_UNITS]
    most = sorted((_cheapest(judge, int(movable[i]), extra[i]) for i in last), key=lambda e: -e.objective_change)
    return tuple(least[:N_UNITS]), tuple(most)


def _movable(judge: MoveJudge, territory: int) -> Indices:
    members = judge.members[territory]
    locked = judge.problem.locked
    return members if locked is None else members[locked[members] < 0]


def _touches(judge: MoveJudge, units: Indices, k: int) -> np.ndarray:
    """Mask of the territories that each unit touches, shape (s, K); all where connection is not asked for."""
    graph = judge.problem.adjacency
    if graph is None:
        return np.ones((len(units), k), bool)
    touches = np.zeros((len(units), k), bool)
    for row, unit in enumerate(units.tolist()):
        touches[row, judge.evaluation.territory_idx[graph.neighbours(unit)]] = True
    return touches


def _cheapest(judge: MoveJudge, unit: int, extra: FloatArray) -> MoveEffect:
    goals = [j for j in np.argsort(extra, kind="stable")[:N_GOALS] if np.isfinite(extra[j])]
    return min(judge.effects(unit, np.array(goals, dtype=np.int32)), key=lambda e: (e.objective_change, e.goal))
