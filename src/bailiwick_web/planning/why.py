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
    units, said = engine_units(arrays), as_said(list(arrays.own_measures))
    judged = api.evaluate(
        replace(units, measures={said[name]: values for name, values in units.measures.items()}),
        alignment(arrays),
        reps=arrays.roster(),
        balance={said.get(name, name): tolerance for name, tolerance in arrays.balance.items()} or {COUNT: 0.05},
        adjacency=arrays.units.adjacency if arrays.is_contiguous else "none",
        lock=LOCK,
        forbidden=arrays.kept_apart_ids,  # as the engine judges
    )
    return Explainer(judged)


def as_said(names: list[str]) -> dict[str, str]:
    """Names of measures → as sentences and headings show them; unchanged where two would read alike.

    >>> as_said(["workload_hours", "Sales"])
    {'workload_hours': 'workload hours', 'Sales': 'Sales'}
    >>> as_said(["a_b", "a b"])
    {'a_b': 'a_b', 'a b': 'a b'}
    """
    said = [name.replace("_", " ") for name in names]
    return dict(zip(names, said if len(set(said)) == len(said) else names, strict=True))


def engine_units(arrays: ScenarioArrays) -> UnitTable:
    """The units with the column that says which of them must stay: locked, named, or where a rule puts them."""
    stays = (arrays.is_stuck | arrays.is_ruled) & (arrays.territory_idx >= 0)
    codes = np.array([*arrays.codes, ""], dtype=object)
    return replace(arrays.units.table, measures=arrays.own_measures, attributes={LOCK: np.where(stays, codes[arrays.territory_idx], "")})


def alignment(arrays: ScenarioArrays) -> dict[str, str]:
    """Unit code → territory code, empty for none."""
    codes = [*arrays.codes, ""]
    return {str(unit): codes[t] for unit, t in zip(arrays.units.table.ids, arrays.territory_idx.tolist(), strict=True)}
