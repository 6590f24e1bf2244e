"""The job that lets the engine design territories for a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bailiwick import api
from bailiwick.api.comparison import match_labels
from bailiwick.api.view import plan_colours
from bailiwick.domain import Progress
from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.planning.convert import COUNT, LOCK, ScenarioArrays, scenario_arrays
from bailiwick_web.planning.models import Run
from bailiwick_web.planning.run_troubles import troubles
from bailiwick_web.planning.services.runs import ANEW, KIND, keep_result
from bailiwick_web.planning.why import alignment, engine_units


@handler(KIND)
def design(handle: Handle) -> dict[str, Any]:
    """Run the engine and keep what it found, also when it was stopped early: any plan is complete.

    A repeated job finds the result of the first and adds nothing.
    """
    run = Run.objects.select_related("scenario__plan__unit_set").get(job=handle.job)
    if run.result is not None:
        return {"scenario": str(run.result.public_id)}
    arrays = scenario_arrays(run.scenario)
    handle.tell({"phase": "model", "fraction": 0.0}, at_once=True)
    plan = find_plan(arrays, run.params, handle)
    if handle.is_lost:
        return {}
    after = keep_names(arrays, replace_labels(arrays, plan))
    result = keep_result(handle.actor, run, arrays, after, colours=colours(arrays, plan), summary=summary(arrays, plan, after))
    return {"scenario": str(result.public_id)}


def find_plan(arrays: ScenarioArrays, params: dict[str, Any], handle: Handle) -> api.Plan:
    """Draw the territories anew, or change those of today as little as their imbalance needs."""
    asked, units = asked_of_engine(arrays, params, handle), engine_units(arrays)
    if params["mode"] == ANEW:
        return api.design(units, **asked)
    return api.realign(units, current=alignment(arrays), **asked)


def asked_of_engine(arrays: ScenarioArrays, params: dict[str, Any], handle: Handle) -> dict[str, Any]:
    """What every run asks for: the territories with their homes and capacities, locks, forbidden pairs, limits."""
    return {
        "reps": arrays.roster(),
        "balance": {name: arrays.balance.get(name) for name in arrays.balance} or {COUNT: 0.05},
        "adjacency": arrays.units.adjacency if arrays.is_contiguous else "none",
        "lock": LOCK,
        "forbidden": arrays.kept_apart_ids,
        "seed": params["seed"],
        "time_limit": params["time_limit_seconds"],
        "on_progress": lambda progress: handle.tell(progress_document(progress)),
        "stop": lambda _: handle.should_stop(),
    }


def colours(arrays: ScenarioArrays, plan: api.Plan) -> list[str]:
    """Colours of today where there are any: planners know their territories by them; else such that neighbours differ."""
    if (arrays.territory_idx >= 0).any():
        return [territory.colour for territory in arrays.territories]
    by_code = dict(zip(map(str, plan.problem.territory_ids), map(str, plan_colours(plan.evaluation)), strict=True))
    return [by_code[code] for code in arrays.codes]


def replace_labels(arrays: ScenarioArrays, plan: api.Plan) -> np.ndarray:
    """Territory index of each unit in the order of the scenario, shape (n,)."""
    place = {code: j for j, code in enumerate(arrays.codes)}
    order = np.array([place[str(code)] for code in plan.problem.territory_ids])
    return order[plan.result.territory_idx]


def keep_names(before: ScenarioArrays, after: np.ndarray) -> np.ndarray:
    """Territories that nothing tells apart get the names under which most of their units are known, shape (n,).

    Without a home and with equal capacities their numbers mean nothing to the engine: drawn anew, all would change hands for nothing.
    """
    held = (before.is_stuck | before.is_ruled) & (before.territory_idx >= 0)
    told_apart = {
        *before.territory_idx[held].tolist(),
        *before.forbidden[:, 1].tolist(),
        *np.flatnonzero(before.given.any(axis=1)).tolist(),
    }
    alike: dict[float, list[int]] = {}
    for j, territory in enumerate(before.territories):
        if territory.home_lon is None and not territory.is_locked and j not in told_apart:
            alike.setdefault(float(territory.capacity), []).append(j)
    weight = next(iter(before.measures.values()))
    renamed = np.arange(before.k)
    for group in alike.values():
        place = np.full(before.k + 1, -1)
        place[group] = np.arange(len(group))
        matched = match_labels(place[before.territory_idx], place[after], weight)
        goes = np.concatenate([matched, np.full(len(group) - len(matched), -1)])
        goes[goes < 0] = np.setdiff1d(np.arange(len(group)), goes)
        renamed[group] = np.array(group)[goes]
    return np.asarray(renamed[after], dtype=np.int32)


def progress_document(progress: Progress) -> dict[str, Any]:
    """Progress as JSON; what is not known yet is null."""

    def known(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    best, bound = known(progress.objective), known(progress.lower_bound)
    return {
        "phase": progress.phase,
        "fraction": round(float(progress.fraction), 4),
        "seconds": round(float(progress.seconds), 1),
        "objective": best,
        "lower_bound": bound,
        "gap": best / bound - 1 if best and bound else None,
        "n_violations": int(progress.n_violations),
    }


def summary(before: ScenarioArrays, plan: api.Plan, after: np.ndarray) -> dict[str, Any]:
    """What the card says: worst deviations before and after, what moves, the gap, what could not be met."""
    moved = (after != before.territory_idx) & (before.territory_idx >= 0)
    measures = []
    balanced = [name for name in before.measures if before.balance.get(name) is not None]
    found = replace(before, territory_idx=after)
    deviations = np.abs(found.deviations)
    for m, (name, values) in enumerate(before.measures.items()):
        if name in balanced:
            worst = float(np.abs(before.deviations[:, m]).max()) if before.k else 0.0
            share = float(values[moved].sum() / values.sum()) if values.sum() else 0.0
            measures.append({"name": name, "before": worst, "after": float(deviations[:, m].max()), "moved_share": share})
    gap = plan.gap
    return {
        "measures": measures,
        "n_moved": int(moved.sum()),
        "gap": gap,
        "is_kept": plan.keeps_every_rule,
        "is_first": bool((before.territory_idx < 0).all()),
        "mean_distance_km": plan.evaluation.mean_distance_km,
        "stop_reason": plan.result.stop_reason,
        "troubles": [{"text": str(said), "made_of": said.made_of} for said in troubles(before, found)],
        "notices": [{"code": n.code, "message": n.message} for n in plan.notices][:12],
    }
