"""Three ways to divide one base of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

import bailiwick
from bailiwick.api.approaches.report import Approach, ApproachComparison, figures_of
from bailiwick.api.approaches.segments import Segments, find_segments
from bailiwick.api.balance import COUNT, Balance, parse_balance, resolve_balance
from bailiwick.api.layers.carve import carve, rule_columns
from bailiwick.api.layers.steps import Budget, design_layer
from bailiwick.api.options import read_search, shows
from bailiwick.api.problem import with_count
from bailiwick.api.searching import SearchKeywords, SearchOptions
from bailiwick.api.sources import Source, read_source
from bailiwick.design.hierarchy.tree import apportion
from bailiwick.domain import FloatArray, IntArray, Measure, Problem, UnitTable
from bailiwick.domain.layers import Layer, LayerPlan, Step
from bailiwick.domain.rules import Condition
from bailiwick.errors import InputError
from bailiwick.metrics import evaluate
from bailiwick.metrics.portfolio import smallest_making

KEY_SHARE = 0.5
"""The largest accounts that together make this share of the potential are key accounts."""
DEFAULT_REACH_KM = 100.0
SEGMENT, KEY = "approach segment", "approach key"


@shows(SearchOptions)
def compare_approaches(
    units: Any,
    *,
    territories: int,
    balance: Balance | None = None,
    potential: str | None = None,
    segment: str | None = None,
    reach_km: float = DEFAULT_REACH_KM,
    is_planar: bool = False,
    column_map: Mapping[str, str] | None = None,
    **options: Unpack[SearchKeywords],
) -> ApproachComparison:
    """Design one base geographically, by segments, and by accounts, and compare.

    Parameters
    ----------
    units
        Accounts, as for :func:`bailiwick.design`.
    territories
        Number of territories, the same for all three.
    balance
        As for :func:`bailiwick.design`.
    potential
        Measure that says what an account is worth; None: one of those that are read whose name says so, else the first to balance.
    segment
        Column with the segments of the demographic approach; None: the first column with 2 to 12 different texts, else
        clusters of the measures.
    reach_km
        How far from its centre a territory serves small accounts well.
    is_planar, column_map, seed, stop, on_progress, clock
        As for :func:`bailiwick.design`.
    time_limit
        Seconds for all designs together.

    Raises
    ------
    InputError
        If something given cannot be used.

    Examples
    --------
    >>> accounts = {"id": range(12), "x": [0, 1, 2, 3] * 3, "y": [0] * 4 + [1] * 4 + [2] * 4, "revenue": [90, 1, 1, 1] + [1] * 8,
    ...             "trade": ["food", "steel", "food"] * 4}
    >>> found = compare_approaches(accounts, territories=3, balance={"revenue": 0.5}, segment="trade", is_planar=True)
    >>> found.recommended, found.concentration > 0.8
    ('account-based', True)
    """
    search = read_search(options)
    texts = (segment,) if segment else ()
    named = [m.name for m in parse_balance(balance)]
    names = list(dict.fromkeys([*named, *([potential] if potential and named else [])])) or None
    source = read_source(units, is_planar=is_planar, column_map=column_map, balance=names, text_columns=texts)
    measures, told = resolve_balance(balance, source.units.measures)
    table = with_count(source.units, measures)
    worth = _potential(table, measures, potential)
    segments = find_segments(table, worth, segment, seed=search.seed, most=territories)
    is_key = ~smallest_making(table.measures[worth], 1 - KEY_SHARE)
    marked = {**table.attributes, SEGMENT: segments.names[segments.idx], KEY: np.where(is_key, "key", "")}
    source = replace(source, units=replace(table, attributes=marked))
    load = table.measures[measures[0].name]
    layers = [_geographic(territories), _by_segment(segments, load, territories), _by_account(is_key, load, territories)]
    budget = Budget(search, sum(len(layer.steps) for layer in layers))
    wanted = [f"{m.name}:{100 * m.tolerance:.10g}%" for m in measures if m.tolerance is not None]
    found = [_designed(layer, source, tuple(wanted), budget, measures) for layer in layers]
    figures = [figures_of(approach, worth, reach_km) for approach in found]
    return ApproachComparison(
        source,
        tuple(found),
        tuple(figures),
        worth,
        segments,
        KEY_SHARE,
        reach_km,
        (*told, *source.notices),
        search.seed,
        bailiwick.__version__,
    )


def _potential(units: UnitTable, measures: tuple[Measure, ...], wanted: str | None) -> str:
    known = [name for name in units.measures if name != COUNT]
    if wanted is not None:
        if wanted not in units.measures:
            message = f"there is no measure {wanted!r}; the units have: {', '.join(known)}"
            raise InputError(message, code="unknown_measure", field="potential")
        return wanted
    words = ("potential", "revenue", "sales", "turnover")
    named = [name for word in words for name in [*(m.name for m in measures), *known] if word in name.casefold()]
    return named[0] if named else measures[0].name


def _geographic(k: int) -> Layer:
    return Layer("geographic", steps=(Step("rest", territories=k),))


def _by_segment(segments: Segments, load: FloatArray, k: int) -> Layer:
    count = np.bincount(segments.idx, minlength=len(segments.names)).astype(np.int32)
    spans = apportion(np.bincount(segments.idx, weights=load, minlength=len(count)).astype(np.float64), k, most=count)
    steps = [
        Step(str(name), where=Condition(SEGMENT, "=", (str(name),)), territories=int(span), contiguity=False)
        for name, span in zip(segments.names, spans, strict=True)
    ]
    return Layer("demographic", steps=tuple(steps))


def _by_account(is_key: np.ndarray, load: FloatArray, k: int) -> Layer:
    sizes = np.array([is_key.sum(), (~is_key).sum()], dtype=np.int32)
    if k < 2 or not sizes.all():
        return Layer("account-based", steps=(Step("rest", territories=k),))
    spans = apportion(np.array([load[is_key].sum(), load[~is_key].sum()]), k, most=sizes)
    key = Step("key accounts", where=Condition(KEY, "=", ("key",)), territories=int(spans[0]), contiguity=False)
    return Layer("account-based", steps=(key, Step("rest", territories=int(spans[1]))))


def _designed(layer: Layer, source: Source, balance: tuple[str, ...], budget: Budget, measures: tuple[Measure, ...]) -> Approach:
    columns = rule_columns(source.units, LayerPlan((layer,)))
    designed, _ = design_layer(carve(layer, source.units, columns), source, balance, Path(), budget)
    ids, idx = np.unique(designed.territory_ids.astype(str), return_inverse=True)
    territory_idx: IntArray = idx.astype(np.int32)
    problem = Problem(
        units=source.units,
        measures=measures,
        territory_ids=ids.astype(object),
        centre_coordinates=np.full((len(ids), 2), np.nan),
        target_shares=np.full(len(ids), 1 / len(ids)),
    )
    return Approach(layer.name, designed, evaluate(problem, territory_idx))
