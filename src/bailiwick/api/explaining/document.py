"""Explanations as JSON documents, described in ``docs/reference/explain-json.md``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bailiwick.api.document import objective_unit
from bailiwick.design.explain.exchanges import Exchange
from bailiwick.design.explain.moves import Half, MoveEffect, MoveJudge
from bailiwick.design.explain.territories import Pressure, TerritoryInsight
from bailiwick.design.explain.units import UnitInsight
from bailiwick.domain import Problem
from bailiwick.metrics.balance import TOLERANCE_SLACK

SCHEMA_VERSION = 1
N_IDS = 50
"""Ids that a list holds at most; counts beside it are complete."""


def unit_document(judge: MoveJudge, insight: UnitInsight, *, asked: int | None) -> dict[str, Any]:
    """Document of a unit."""
    problem = judge.problem
    km = judge.km_to(np.array([insight.unit]), insight.territory)
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "unit",
        "unit_id": str(problem.units.ids[insight.unit]),
        "name": str(problem.units.labels[insight.unit]),
        "together_with": [str(problem.units.ids[i]) for i in insight.together[:N_IDS] if i != insight.unit],
        "territory_id": str(problem.territory_ids[insight.territory]),
        "reason": insight.reason,
        "distance_km": _number(float(km[0])),
        "minutes": None if problem.travel is None else _number(float(judge.away(np.array([insight.unit]), insight.territory)[0])),
        "territory_id_of_today": today_id(problem, insight.unit),
        "nearest_territory_id": str(problem.territory_ids[insight.nearest]),
        "objective_unit": objective_unit(problem),
        "alternatives": [move_document(judge, effect) for effect in insight.alternatives],
        "better": None if insight.better is None else str(problem.territory_ids[insight.better.goal]),
        "instead": None if insight.instead is None else move_document(judge, insight.instead),
        "exchange": None if insight.exchange is None else _exchange_document(judge, insight.exchange),
        "is_there_already": asked is not None and asked == insight.territory,
    }


def _exchange_document(judge: MoveJudge, exchange: Exchange) -> dict[str, Any]:
    problem, objective = judge.problem, judge.evaluation.objective
    return {
        "territory_id": str(problem.territory_ids[exchange.first.goal]),
        "second_unit_id": str(problem.units.ids[exchange.unit]),
        "second_territory_id": str(problem.territory_ids[exchange.goal]),
        "objective_change": _number(exchange.objective_change),
        "objective_change_share": _number(exchange.objective_change / objective) if objective > 0 else None,
    }


def territory_document(judge: MoveJudge, insight: TerritoryInsight) -> dict[str, Any]:
    """Document of a territory."""
    problem, now = judge.problem, insight.now
    names = problem.territory_names
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "territory",
        "territory_id": str(problem.territory_ids[insight.territory]),
        "name": str(problem.territory_ids[insight.territory] if names is None else names[insight.territory]),
        "n_units": len(judge.members[insight.territory]),
        "n_locked": insight.n_locked,
        "n_pieces": len(now.pieces) if problem.adjacency is not None else None,
        "centre": {
            "is_fixed": bool(problem.is_fixed[insight.territory]),
            "unit_id": None if insight.centre_unit < 0 else str(problem.units.ids[insight.centre_unit]),
            "coordinates": [_number(v) for v in judge.evaluation.centre_coordinates[insight.territory].tolist()],
        },
        "objective": _number(now.cost),
        "objective_unit": objective_unit(problem),
        "balance": [_limit(problem, insight, m) for m in range(len(problem.measures))],
        "prices": _price_documents(judge, insight),
        "neighbours": [_pressure_document(problem, pressure) for pressure in insight.neighbours],
        "least_certain": [move_document(judge, effect, with_units=True) for effect in insight.least_certain],
        "most_certain": [move_document(judge, effect, with_units=True) for effect in insight.most_certain],
    }


def move_document(judge: MoveJudge, effect: MoveEffect, *, with_units: bool = False) -> dict[str, Any]:
    """Document of one judged move."""
    problem, objective = judge.problem, judge.evaluation.objective
    head = {"unit_ids": [str(problem.units.ids[i]) for i in effect.unit_idx[:N_IDS]]} if with_units else {}
    return {
        **head,
        "territory_id": str(problem.territory_ids[effect.goal]),
        "objective_change": _number(effect.objective_change),
        "objective_change_share": _number(effect.objective_change / objective) if objective > 0 else None,
        "distance_km": {"before": _number(effect.kilometres[0]), "after": _number(effect.kilometres[1])},
        "minutes": None if effect.minutes is None else {"before": _number(effect.minutes[0]), "after": _number(effect.minutes[1])},
        "obstacles": list(effect.obstacles),
        "balance": [row for side in (0, 1) for row in balance_rows(problem, effect, side)],
        "contiguity": _contiguity(problem, effect),
        "disruption": _disruption(judge, effect),
        "price_gap": _number(effect.price_gap),
        "conditions": conditions(judge, effect),
    }


def conditions(judge: MoveJudge, effect: MoveEffect) -> list[dict[str, Any]]:
    """What would have to change for the move to be made, each with a number."""
    problem = judge.problem
    found: list[dict[str, Any]] = []
    for side in (0, 1):
        for row in balance_rows(problem, effect, side):
            if row["is_passed"]:
                found.append({"kind": "tolerance", **_without(row, "is_passed"), "more": _number(abs(row["after"]) - row["tolerance"])})
    weight = float(problem.weights[effect.unit_idx].sum())
    if effect.objective_change > 0 and weight > 0 and not judge.is_diameter:
        found.append({"kind": "distance", "per_weight": _number(effect.objective_change / weight)})
    if judge.prices is not None and effect.price_gap > 0:
        loads = {name: float(problem.units.measures[name][effect.unit_idx].sum()) for name in judge.prices.measures}
        found += [{"kind": "price", "measure": m, "difference": _number(effect.price_gap / load)} for m, load in loads.items() if load > 0]
    return found


def balance_rows(problem: Problem, effect: MoveEffect, side: int) -> list[dict[str, Any]]:
    """Every measure of one of the two territories before and after."""
    territory = (effect.origin, effect.goal)[side]
    rows = []
    for m, measure in enumerate(problem.measures):
        before, after = float(effect.before[side].deviations[m]), float(effect.after[side].deviations[m])
        rows.append(
            {
                "territory_id": str(problem.territory_ids[territory]),
                "measure": measure.name,
                "tolerance": measure.tolerance,
                "before": _number(before),
                "after": _number(after),
                "is_passed": is_passed(measure.tolerance, before, after),
            }
        )
    return rows


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def is_passed(tolerance: float | None, before: float, after: float) -> bool:
    """Whether a tolerance is passed after a move, and not less than before."""
    if tolerance is None or abs(after) <= tolerance + TOLERANCE_SLACK:
        return False
    return abs(after) > abs(before) + TOLERANCE_SLACK or abs(before) <= tolerance + TOLERANCE_SLACK


def today_id(problem: Problem, unit: int) -> str | None:
    """Territory that a unit has today; None without one, or where nothing is known of today."""
    baseline = problem.baseline
    if baseline is None or baseline.territory_idx[unit] < 0:
        return None
    return str(problem.territory_ids[baseline.territory_idx[unit]])


def cut_off(effect: MoveEffect) -> np.ndarray:
    """Units of the territory that is left which would hang apart from its main piece."""
    pieces = effect.after[0].pieces
    return np.concatenate(pieces[1:]) if len(pieces) > 1 else np.empty(0, np.int64)


def _disruption(judge: MoveJudge, effect: MoveEffect) -> dict[str, Any] | None:
    """What would change hands against the alignment of today."""
    problem, baseline = judge.problem, judge.problem.baseline
    if baseline is None:
        return None
    total, moved = float(problem.disruption.sum()), judge.evaluation.number("moved_disruption")
    return {
        "name": baseline.name or problem.measures[0].name,
        "change": _number(effect.disruption_change),
        "objective_change": _number(baseline.price * effect.disruption_change),
        "moved_share": {
            "before": _number(moved / total if total > 0 else 0.0),
            "after": _number((moved + effect.disruption_change) / total if total > 0 else 0.0),
        },
        "allowed": baseline.max_moved_share,
    }


def _contiguity(problem: Problem, effect: MoveEffect) -> dict[str, Any] | None:
    if problem.adjacency is None:
        return None
    apart = cut_off(effect)
    return {
        "origin_pieces": _pieces(effect.before[0], effect.after[0]),
        "goal_pieces": _pieces(effect.before[1], effect.after[1]),
        "n_cut_off": len(apart),
        "cut_off_unit_ids": [str(problem.units.ids[i]) for i in apart[:N_IDS]],
    }


def _pieces(before: Half, after: Half) -> dict[str, int]:
    return {"before": len(before.pieces), "after": len(after.pieces)}


def _limit(problem: Problem, insight: TerritoryInsight, m: int) -> dict[str, Any]:
    measure = problem.measures[m]
    return {
        "measure": measure.name,
        "tolerance": measure.tolerance,
        "total": _number(float(insight.now.totals[m])),
        "deviation": _number(float(insight.now.deviations[m])),
    }


def _price_documents(judge: MoveJudge, insight: TerritoryInsight) -> list[dict[str, Any]]:
    names = () if judge.prices is None else judge.prices.measures
    return [
        {
            "measure": name,
            "unit": f"{objective_unit(judge.problem)} per {name}",
            "value": _number(float(price)),
            "percentage_point_worth": _number(float(worth)),
        }
        for name, price, worth in zip(names, insight.prices, insight.point_worth, strict=True)
    ]


def _pressure_document(problem: Problem, pressure: Pressure) -> dict[str, Any]:
    return {
        "territory_id": str(problem.territory_ids[pressure.territory]),
        "n_ours_nearer_there": pressure.n_ours_nearer_there,
        "ours_nearer_there": _number(pressure.ours_nearer_there),
        "n_theirs_nearer_here": pressure.n_theirs_nearer_here,
        "theirs_nearer_here": _number(pressure.theirs_nearer_here),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
