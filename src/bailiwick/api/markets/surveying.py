"""The market of a plan from its files: a plan folder, or units with an alignment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from bailiwick.api.facade import evaluate
from bailiwick.api.loading import load
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.surveys import survey_market
from bailiwick.api.plan import Judgement
from bailiwick.domain.said import say
from bailiwick.errors import InputError

_ROLES = ("sales", "potential", "effort", "competition")


def survey_plan(
    plan: Any,
    alignment: Any = None,
    *,
    measure: str,
    sales: str | None = None,
    potential: str | None = None,
    effort: str | None = None,
    competition: str | None = None,
    weights: Mapping[str, float] | None = None,
    column_map: Mapping[str, str] | None = None,
    is_planar: bool = False,
    seed: int = 0,
) -> Findings:
    """The market of a plan, as `survey_market` tells it, from files.

    Parameters
    ----------
    plan
        Folder of a plan that ``bailiwick design`` or ``realign`` wrote; or, with an alignment, the units as `evaluate` takes them.
    alignment
        Table with unit_id and territory_id; None: that of the plan folder.
    measure, sales, potential, effort, competition, weights, seed
        As for `survey_market`. A plan folder keeps the measures that were balanced.
    column_map, is_planar
        How the units are read.

    Raises
    ------
    InputError
        If something cannot be read or a measure is missing.

    Examples
    --------
    >>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "sales": [3, 2, 2, 3]}
    >>> found = survey_plan(units, dict(zip("abcd", "WWEE")), measure="sales", is_planar=True)
    >>> found["territories"][["territory", "sales"]].values.tolist()
    [['E', 5.0], ['W', 5.0]]
    """
    roles = dict(zip(_ROLES, (sales, potential, effort, competition), strict=True))
    judged = _judged(plan, alignment, [measure, *filter(None, roles.values())], column_map, is_planar=is_planar)
    problem, idx = judged.problem, judged.evaluation.territory_idx
    names = [str(name) for name in (problem.territory_ids if problem.territory_names is None else problem.territory_names)]
    return survey_market(problem.units, idx, names, measure=measure, adjacency=problem.adjacency, weights=weights, seed=seed, **roles)


def _judged(plan: Any, alignment: Any, measures: list[str], column_map: Mapping[str, str] | None, *, is_planar: bool) -> Judgement:
    if alignment is not None:
        return evaluate(plan, alignment, balance=list(dict.fromkeys(measures)), column_map=column_map, is_planar=is_planar)
    if not isinstance(plan, str | os.PathLike) or not os.path.isdir(plan):
        text = say("%(plan)s is no folder of a plan; give one, or the units together with an alignment", plan=str(plan)[:100])
        raise InputError(text, code="insight_setting", field="alignment")
    return load(plan)
