"""``plan.json``: the facts of a plan as one JSON document, documented in ``docs/reference/plan-json.md``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from bailiwick.domain import Conflict, Notice, Problem, Result
from bailiwick.metrics import METRICS, Evaluation

SCHEMA_VERSION = 1
OBJECTIVE_UNITS = {"distance": "{weight} · {unit}", "inertia": "{weight} · {unit}²", "diameter": "{unit}"}


def objective_unit(problem: Problem) -> str:
    """Unit of measure of the objective."""
    unit = "km" if problem.travel is None else "min"
    return OBJECTIVE_UNITS[problem.objective].format(weight=problem.measures[0].name, unit=unit)


def judgement_document(evaluation: Evaluation) -> dict[str, Any]:
    """What is true of an alignment, whoever made it: the part that ``design`` and ``evaluate`` share."""
    problem = evaluation.problem
    graph = problem.adjacency
    return {
        "n_units": problem.n_units,
        "n_territories": problem.n_territories,
        "objective_kind": problem.objective,
        "objective_unit": objective_unit(problem),
        "objective": number(evaluation.objective),
        "balance": balance_document(evaluation),
        "contiguity": {
            "required": graph is not None,
            "rule": None if graph is None else graph.rule,
            "violating_territories": len(evaluation.in_pieces),
            "violating_territory_ids": _ids(problem.territory_ids[evaluation.in_pieces]),
        },
        "distance": problem.distance_words,
        "mean_distance_km": number(evaluation.mean_distance_km),
        "mean_minutes": number(evaluation.number("mean_minutes")) if problem.has_minutes else None,
        "minutes": problem.minutes_words,
        "unassigned": {"count": len(evaluation.unassigned), "unit_ids": _ids(problem.units.ids[evaluation.unassigned])},
        "metrics": _metrics(evaluation),
    }


def plan_document(
    result: Result,
    evaluation: Evaluation,
    *,
    engine_version: str,
    input_digest: str,
    rows: Mapping[str, int],
    warnings: Iterable[Notice],
    timings_seconds: Mapping[str, float],
    levels: Iterable[Mapping[str, Any]] = (),
    realignment: Mapping[str, Any] | None = None,
    robustness: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole of ``plan.json``."""
    bound = result.bound
    return {
        "schema_version": SCHEMA_VERSION,
        "engine_version": engine_version,
        "seed": result.seed,
        "input_digest": input_digest,
        "rows": {name: int(rows[name]) for name in ("read", "used", "rejected")},
        **judgement_document(evaluation),
        "lower_bound": None if bound is None else number(bound.value),
        "bound_holds_for": None if bound is None else bound.holds_for,
        "bound_method": None if bound is None else bound.method,
        "prices": _prices(result),
        "gap": None if result.gap is None else number(result.gap),
        "bound_any_centres": _wider(result),
        "levels": [dict(level) for level in levels],
        "realignment": None if realignment is None else dict(realignment),
        "robustness": None if robustness is None else dict(robustness),
        "stop_reason": result.stop_reason,
        "conflicts": [_conflict(conflict) for conflict in result.conflicts],
        "warnings": notice_list(warnings),
        "timings_seconds": timings(timings_seconds),
    }


def _wider(result: Result) -> dict[str, Any] | None:
    """The bound over all places of the free centres."""
    bound = result.bound_any_centres
    if bound is None:
        return None
    gap = result.gap_any_centres
    return {"value": number(bound.value), "gap": None if gap is None else number(gap), "holds_for": bound.holds_for, "method": bound.method}


def timings(seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds of every phase, to the millisecond; 0 for what has not happened yet."""
    return {name: round(seconds.get(name, 0.0), 3) for name in ("read", "model", "solve", "explain", "write")}


def notice_list(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices as JSON objects."""
    return [{"code": n.code, "message": n.message, "count": int(n.count), "examples": [str(e) for e in n.examples]} for n in notices]


def to_text(document: Mapping[str, Any]) -> str:
    """The bytes of the file: indented, keys in the order of the documentation, no NaN."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def balance_document(evaluation: Evaluation) -> dict[str, Any]:
    """Tolerance, deviations and territories outside, per measure."""
    found = {}
    for m, measure in enumerate(evaluation.problem.measures):
        outside = np.flatnonzero(evaluation.is_violating[:, m])
        found[measure.name] = {
            "tolerance": measure.tolerance,
            "max_deviation": number(evaluation.column("max_deviation")[m]),
            "rms_deviation": number(evaluation.column("rms_deviation")[m]),
            "violating_territories": len(outside),
            "violating_territory_ids": _ids(evaluation.problem.territory_ids[outside]),
            "total": number(evaluation.problem.units.measures[measure.name].sum()),
        }
    return found


def _metrics(evaluation: Evaluation) -> dict[str, Any]:
    names = [m.name for m in evaluation.problem.measures]
    found: dict[str, Any] = {}
    for metric in METRICS:
        if metric.key not in evaluation.values or metric.scope == "territory":
            continue
        if metric.scope == "plan":
            found[metric.key] = number(evaluation.number(metric.key))
        else:
            found[metric.key] = {name: number(value) for name, value in zip(names, evaluation.column(metric.key), strict=True)}
    return found


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(conflict).items()}


def _prices(result: Result) -> dict[str, Any] | None:
    """Per measure the unit, and the price of room of each territory in it."""
    prices = None if result.bound is None else result.bound.prices
    if prices is None:
        return None
    problem = result.problem
    return {
        name: {
            "unit": f"{objective_unit(problem)} per {name}",
            "of_territory": {str(i): number(price) for i, price in zip(problem.territory_ids, column, strict=True)},
        }
        for name, column in zip(prices.measures, prices.values.T, strict=True)
    }


def _ids(ids: np.ndarray) -> list[str]:
    return [str(i) for i in ids]


def number(value: float) -> float | int | None:
    """A JSON number: whole numbers without a point, None for what is not finite."""
    value = float(value)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
