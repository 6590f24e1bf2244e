"""The job that finds several plans along balance, travel and disruption, to choose from."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick import api
from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Run
from bailiwick_web.planning.runs import asked_of_engine
from bailiwick_web.planning.services.runs import KIND_FRONT, keep_front
from bailiwick_web.planning.why import alignment, engine_units

_FIGURES = ("plan", "is_today", "is_knee", "largest_deviation", "mean_distance_km", "moved_units", "moved_share", "keeps_every_rule")


@handler(KIND_FRONT)
def front(handle: Handle) -> dict[str, Any]:
    """Look for the front and keep its plans, also when it was stopped early: then there are fewer."""
    run = Run.objects.select_related("scenario__plan__unit_set").get(job=handle.job)
    if run.summary:
        return {}
    arrays = scenario_arrays(run.scenario)
    handle.tell({"phase": "model", "fraction": 0.0}, at_once=True)
    is_empty = bool((arrays.territory_idx < 0).all())
    found = api.front(engine_units(arrays), current=None if is_empty else alignment(arrays), **asked_of_engine(arrays, run.params, handle))
    if handle.is_lost:
        return {}
    place = {code: j for j, code in enumerate(arrays.codes)}
    order = np.array([place[str(code)] for code in found.problem.territory_ids])
    rows = {row["plan"]: {name: row[name] for name in _FIGURES} for row in found.document()["plans"]}
    plans = [(rows[plan.number], order[plan.evaluation.territory_idx]) for plan in found.plans]
    summary = {
        "n_plans": len(plans),
        "has_today": not is_empty,
        "input_digest": run.scenario.plan.unit_set.digest,
        "territories": arrays.codes,
        "stop_reason": found.stop_reason,
    }
    keep_front(handle.actor, run, plans, summary=summary)
    return {"plans": len(plans)}
