"""Why a unit is where it is, why not elsewhere, and what a move would cost: from the engine, for the present state."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from django.utils.translation import gettext as _

from bailiwick import api
from bailiwick.api.explaining.explainer import Explainer, Explanation
from bailiwick.domain import UnitTable
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.planning.convert import COUNT, LOCK, ScenarioArrays


def why(arrays: ScenarioArrays, unit_idx: int, *, instead: str | None = None) -> Explanation:
    """Explain one unit; the first question at a version takes a moment, the next ones do not."""
    if arrays.territory_idx[unit_idx] < 0:
        raise Conflict(_("It has no territory, so there is nothing to explain yet."), code="unassigned")
    return _explainer(arrays).unit(str(arrays.units.table.ids[unit_idx]), instead=instead or None)


def why_territory(arrays: ScenarioArrays, code: str) -> Explanation:
    """Explain a territory: its centre, what limits it, who presses on it, its least and most certain units."""
    if not (arrays.territory_idx == arrays.codes.index(code)).any():
        raise Conflict(_("It has no units, so there is nothing to explain yet."), code="unassigned")
    return _explainer(arrays).territory(code)


@lru_cache(maxsize=4)
def _explainer(arrays: ScenarioArrays) -> Explainer:
    judged = api.evaluate(
        engine_units(arrays),
        alignment(arrays),
        reps=arrays.roster(),
        balance={name: arrays.balance.get(name) for name in arrays.balance} or {COUNT: 0.05},
        adjacency=arrays.units.adjacency if arrays.is_contiguous else "none",
        lock=LOCK,
        forbidden=arrays.forbidden_ids,
    )
    return Explainer(judged)


def engine_units(arrays: ScenarioArrays) -> UnitTable:
    """The units with the column that says which of them must stay: locked, named, or where a rule puts them."""
    stays = (arrays.is_stuck | arrays.is_ruled) & (arrays.territory_idx >= 0)
    codes = np.array([*arrays.codes, ""], dtype=object)
    return replace(arrays.units.table, measures=arrays.own_measures, attributes={LOCK: np.where(stays, codes[arrays.territory_idx], "")})


def alignment(arrays: ScenarioArrays) -> dict[str, str]:
    """Unit code → territory code, empty for none."""
    codes = [*arrays.codes, ""]
    return {str(unit): codes[t] for unit, t in zip(arrays.units.table.ids, arrays.territory_idx.tolist(), strict=True)}
