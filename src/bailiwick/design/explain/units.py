"""Why a unit is where it is, and where else it could be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.design.explain.exchanges import Exchange, best_exchange
from bailiwick.design.explain.moves import MoveEffect, MoveJudge
from bailiwick.domain import FloatArray, IntArray

N_ALTERNATIVES = 4
HARD = ("forbidden", "last_unit", "max_distance", "max_moved", "contiguity")
"""Obstacles that put a territory behind all others as an alternative."""
REASONS = ("only", "lock", "cheapest", "group", "forbidden", "last_unit", "max_distance", "max_moved", "contiguity", "balance", "open")


@dataclass(frozen=True, eq=False)
class UnitInsight:
    """Why a unit is in its territory.

    Attributes
    ----------
    unit
        Index of the unit.
    together
        The unit and those that must go with it.
    territory
        Index of its territory.
    reason
        One of :data:`REASONS`. ``only``: there is no other territory. ``lock``: it is locked there. ``cheapest``: no other
        territory would lower the objective. ``group``: alone it would be better elsewhere, its group would not. A rule: some
        other territory would lower the objective, and that rule stands against it. ``open``: some other territory would
        lower the objective and no rule stands against it; the search has not found it.
    nearest
        Territory of the nearest centre.
    alternatives
        Judged moves, the best first: those that break no hard rule, by the change of the objective.
    better
        The move that would lower the objective most, or None; one that no rule stands against, if there is one.
    instead
        The move to the territory that was asked about, or None.
    exchange
        A second move with which the one that was asked about, else the better, else the next best one, would keep the balance
        that it breaks alone; None if there is none, or nothing to make up for.
    """

    unit: int
    together: IntArray
    territory: int
    reason: str
    nearest: int
    alternatives: tuple[MoveEffect, ...]
    better: MoveEffect | None
    instead: MoveEffect | None
    exchange: Exchange | None

    @property
    def next_best(self) -> MoveEffect | None:
        """The best alternative; None if there is only one territory."""
        return self.alternatives[0] if self.alternatives else None


def unit_insight(judge: MoveJudge, unit: int, *, instead: int | None = None) -> UnitInsight:
    """Explain one unit.

    Parameters
    ----------
    judge
        Of the plan.
    unit
        Index of a unit that has a territory.
    instead
        Territory to judge in any case: why not there?

    Notes
    -----
    Territories are ranked by cost at the present centres, those first that the unit touches, and the first few and the nearest of
    all are judged exactly. With fixed centres the ranking is exact, too.
    """
    territory = int(judge.evaluation.territory_idx[unit])
    together = judge.together_with(unit)
    costs = judge.centre_costs(together)
    own_row = costs[np.searchsorted(together, unit)]
    goals = _candidates(judge, together, costs.sum(axis=0))
    if instead is not None and instead != territory:
        goals = np.union1d(goals, [instead])
    effects = sorted(judge.effects(unit, goals), key=_rank)
    asked = next((e for e in effects if e.goal == instead), None)
    better = _better(judge, effects)
    wished = asked or better or next(iter(effects), None)
    return UnitInsight(
        unit=unit,
        together=together,
        territory=territory,
        reason=_reason(judge, together, own_row, territory, effects, better),
        nearest=_nearest(judge, unit),
        alternatives=tuple(effects[:N_ALTERNATIVES]),
        better=better,
        instead=asked,
        exchange=None if wished is None else best_exchange(judge, wished),
    )


def _candidates(judge: MoveJudge, together: IntArray, costs: FloatArray) -> IntArray:
    territory = int(judge.evaluation.territory_idx[together[0]])
    touches = np.zeros(len(costs), bool)
    touches[judge.touched(together)] = True
    order = np.lexsort((np.arange(len(costs)), np.nan_to_num(costs, nan=np.inf), ~touches))
    order = order[order != territory]
    nearest = order[np.argsort(np.nan_to_num(costs[order], nan=np.inf), kind="stable")[:1]]
    return np.union1d(order[:N_ALTERNATIVES], nearest).astype(np.int32)


def _rank(effect: MoveEffect) -> tuple[bool, float, int]:
    return any(rule in HARD for rule in effect.obstacles), effect.objective_change, effect.goal


def _better(judge: MoveJudge, effects: list[MoveEffect]) -> MoveEffect | None:
    """The move that lowers the objective most, if any; one that no rule stands against before all others."""
    slack = 1e-9 * max(judge.evaluation.objective, 1.0)
    improving = [effect for effect in effects if effect.objective_change < -slack]
    allowed = [effect for effect in improving if not effect.obstacles]
    return min(allowed or improving, key=lambda e: (e.objective_change, e.goal), default=None)


def _nearest(judge: MoveJudge, unit: int) -> int:
    away = judge.centre_distance(np.array([unit]))[0]
    own = int(judge.evaluation.territory_idx[unit])
    nearest = int(np.nanargmin(away))
    return own if away[own] <= away[nearest] else nearest


def _reason(
    judge: MoveJudge, together: IntArray, own_row: FloatArray, territory: int, effects: list[MoveEffect], better: MoveEffect | None
) -> str:
    if not effects:
        return "only"
    locked = judge.problem.locked
    if locked is not None and (locked[together] >= 0).any():
        return "lock"
    if better is not None:
        return better.obstacles[0] if better.obstacles else "open"
    is_alone_better = len(together) > 1 and np.nanmin(own_row) < own_row[territory] * (1 - 1e-9)
    return "group" if is_alone_better else "cheapest"
