"""Design layers, or look at them before anything is designed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack

import bailiwick
from bailiwick.api.balance import COUNT, parse_balance, resolve_balance
from bailiwick.api.layers.carve import Carving, carve, rule_columns
from bailiwick.api.layers.plan import DesignedLayer, LayeredPlan, layer_counts
from bailiwick.api.layers.steps import Budget, design_layer
from bailiwick.api.options import read_search, shows
from bailiwick.api.problem import with_count
from bailiwick.api.searching import SearchKeywords, SearchOptions
from bailiwick.api.sources import Source, read_source
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.layers import LayerPlan
from bailiwick.formats.layer_file import read_layers


@shows(SearchOptions)
def design_layers(
    units: Any,
    plan: str | os.PathLike[str] | Mapping[str, Any],
    *,
    is_planar: bool = False,
    column_map: Mapping[str, str] | None = None,
    shapes: Any = None,
    **options: Unpack[SearchKeywords],
) -> LayeredPlan:
    """Assign every account once per layer: named accounts first, then rules in their order, geography for the rest.

    Parameters
    ----------
    units
        Accounts, as for :func:`bailiwick.design`.
    plan
        Path of a TOML file, or a mapping of the same shape; see ``docs/reference/layers-toml.md``.
    is_planar, column_map, shapes, seed, stop, on_progress, clock
        As for :func:`bailiwick.design`.
    time_limit
        Seconds for all steps together.

    Raises
    ------
    InputError
        If something given cannot be used; for the file with line, table and key.
    InfeasibleError
        If the skills that accounts need leave a rep without any of them.

    Examples
    --------
    >>> accounts = {"id": list("abcdef"), "x": range(6), "y": [0] * 6, "hours": [1] * 6, "owner": ["Kim"] + [""] * 5,
    ...             "industry": ["", "health", "health", "", "", ""]}
    >>> layers = {"balance": ["hours:60"], "layer": [{"name": "sales", "named": [{"column": "owner"}],
    ...           "rule": [{"name": "health", "where": "industry = 'health'", "owner": "Lee"}], "rest": {"territories": 1}}]}
    >>> design_layers(accounts, layers, is_planar=True).assignments[["unit_id", "territory_id", "cause"]].values.tolist()
    [['a', 'Kim', 'named'], ['b', 'Lee', 'rule:health'], ['c', 'Lee', 'rule:health'],
     ['d', 'T1', 'geography'], ['e', 'T1', 'geography'], ['f', 'T1', 'geography']]
    """
    search = read_search(options)
    asked, folder = read_layers(plan)
    source, carvings, measures = _carved(units, asked, is_planar=is_planar, column_map=column_map, shapes=shapes)
    n_steps = sum(len(carving.layer.steps) for carving in carvings)
    budget = Budget(search, max(n_steps, 1))
    layers: list[DesignedLayer] = []
    told: list[Notice] = []
    for carving in carvings:
        layer, notices = design_layer(carving, source, asked.balance, folder, budget)
        layers.append(layer)
        told += notices
    said = (*(n for carving in carvings for n in carving.notices), *told, *source.notices)
    return LayeredPlan(source, tuple(layers), measures, said, search.seed, bailiwick.__version__)


def preview_layers(
    units: Any,
    plan: str | os.PathLike[str] | Mapping[str, Any],
    *,
    is_planar: bool = False,
    column_map: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Accounts and sums of measures that every step of every layer would take; nothing is designed.

    Parameters
    ----------
    units, plan, is_planar, column_map
        As for :func:`design_layers`.

    Returns
    -------
    Per layer ``layer``, ``where``, ``n_units``, ``steps`` (``step``, ``where``, ``n_units``, ``measures``) and ``warnings``.

    Raises
    ------
    InputError
        If something given cannot be used.
    """
    asked, _ = read_layers(plan)
    _, carvings, measures = _carved(units, asked, is_planar=is_planar, column_map=column_map)
    return [{**layer_counts(c, measures), "warnings": [n.message for n in c.notices]} for c in carvings]


def _carved(
    units: Any, asked: LayerPlan, *, is_planar: bool, column_map: Mapping[str, str] | None, shapes: Any = None
) -> tuple[Source, list[Carving], dict[str, FloatArray]]:
    wanted = [text for layer in asked.layers for step in layer.steps for text in step.balance] + list(asked.balance)
    names = list(dict.fromkeys(m.name for text in wanted for m in parse_balance(text)))
    source = read_source(
        units, is_planar=is_planar, column_map=column_map, shapes=shapes, balance=names or None, text_columns=asked.columns()
    )
    balanced, _ = resolve_balance(names or None, source.units.measures)
    source = replace(source, units=with_count(source.units, balanced))
    columns = rule_columns(source.units, asked)
    carvings = [carve(layer, source.units, columns) for layer in asked.layers]
    return source, carvings, {m.name: source.units.measures[m.name] for m in balanced if m.name != COUNT}
