"""Compose the problem from units and everything that was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bailiwick.api.balance import COUNT, Balance, resolve_balance
from bailiwick.api.rules import forbidden_pairs, group_numbers, locked_territories, text_column
from bailiwick.api.territories import TerritoryPlan, plan_locked_territories, plan_territories
from bailiwick.api.travel.wish import TravelWish, with_travel
from bailiwick.domain import Adjacency, Measure, Notice, Objective, Problem, RepTable, UnitTable


@dataclass(frozen=True)
class Rules:
    """What was asked beside the units, in the words of the user.

    Attributes
    ----------
    territories
        Number of territories, or None.
    balance
        See :func:`bailiwick.api.balance.resolve_balance`.
    objective
        ``distance``, ``inertia`` or ``diameter``.
    lock, group
        Names of columns, or None.
    forbidden
        Pairs (unit id, territory id), or a table or the path of one; or None.
    max_distance_km
        Largest allowed distance of a unit from its centre, or None.
    travel
        How far it is, if not the straight line.
    """

    territories: int | None = None
    balance: Balance | None = None
    objective: Objective = "distance"
    lock: str | None = None
    group: str | None = None
    forbidden: Any = None
    max_distance_km: float | None = None
    travel: TravelWish = field(default_factory=TravelWish)


def with_count(units: UnitTable, measures: Iterable[Measure]) -> UnitTable:
    """The units with the measure that counts each as one, if it is asked for and no column has its name."""
    if COUNT in units.measures or all(m.name != COUNT for m in measures):
        return units
    return replace(units, measures={**units.measures, COUNT: np.ones(units.n_units)})


def build_problem(
    units: UnitTable, rules: Rules, *, reps: RepTable | None, adjacency: Adjacency | None
) -> tuple[Problem, tuple[Notice, ...]]:
    """The problem, and what should be told about choices that were not the user's.

    Raises
    ------
    InputError
        If the rules name something unknown or cannot be meant.
    """
    measures, notices = resolve_balance(rules.balance, units.measures)
    units = with_count(units, measures)
    territories = None
    if rules.lock is not None and reps is None:
        labels = text_column(units, rules.lock, option="lock")
        territories = plan_locked_territories(labels, n_territories=rules.territories, n_units=units.n_units)
    if territories is None:
        territories = plan_territories(units, measures, n_territories=rules.territories, reps=reps)
    problem, told = with_travel(assemble(units, measures, territories, rules, adjacency), rules.travel)
    return problem, (*notices, *territories.notices, *told)


def assemble(
    units: UnitTable, measures: tuple[Measure, ...], territories: TerritoryPlan, rules: Rules, adjacency: Adjacency | None
) -> Problem:
    """The problem for given territories."""
    ids = territories.ids
    return Problem(
        units=units,
        measures=measures,
        territory_ids=ids,
        territory_names=territories.names,
        centre_coordinates=territories.centre_coordinates,
        target_shares=territories.target_shares,
        objective=rules.objective,
        adjacency=adjacency,
        locked=None if rules.lock is None else locked_territories(units, rules.lock, ids),
        groups=None if rules.group is None else group_numbers(units, rules.group),
        forbidden=None if rules.forbidden is None else forbidden_pairs(units, rules.forbidden, ids),
        max_distance_km=rules.max_distance_km,
    )
