"""``realign``: change today's alignment as little as its imbalance needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from bailiwick.api.balance import Balance, parse_balance, resolve_balance
from bailiwick.api.facade import Laps, finish, solve_within
from bailiwick.api.judging import labels_of_units, territories_of_labels
from bailiwick.api.options import OptionKeywords, ProblemOptions, read_options, shows
from bailiwick.api.plan import Plan
from bailiwick.api.problem import Rules, assemble, with_count
from bailiwick.api.realigning.report import baseline_of, cap_notices, needed_measures
from bailiwick.api.rules import text_column
from bailiwick.api.searching import SearchOptions
from bailiwick.api.sources import Source, read_assignment
from bailiwick.api.travel.wish import with_travel
from bailiwick.domain import Adjacency, IntArray, Measure, Notice, Problem, Result, TextArray
from bailiwick.errors import InputError
from bailiwick.metrics import evaluate


@shows(ProblemOptions, SearchOptions)
def realign(
    units: Any,
    *,
    current: Any,
    disruption: str | None = None,
    max_moved: float | None = None,
    price: float | None = None,
    **options: Unpack[OptionKeywords],
) -> Plan:
    """Change today's alignment so that it keeps the rules, while little changes hands.

    Parameters
    ----------
    units
        As for :func:`bailiwick.design`; so are the parameters that are not listed here.
    current
        Today's alignment: a column of the units with the territory of each, blank for a new unit; or a plan folder, the path of a
        table with ``unit_id`` and ``territory_id``, or a mapping of unit id → territory id. Its names are kept.
    disruption
        Measure of what is at stake when a unit changes hands: revenue, tenure, accounts. None: the first measure.
    max_moved
        Largest share of the disruption that may change hands, a fraction; None: any.
    price
        What one of disruption counts in the objective. None: so much that few changes come before short ways.
    territories
        Number of territories, if there are to be more than today's alignment names; the others start empty.
    reps
        Table of reps whose ids are the names of territories: centres at their homes, shares by capacity. Without it centres are
        free and start where the territories are today.
    lock
        Column with the territory that a unit must keep or get, or blank.

    Returns
    -------
    Plan
        With ``realignment`` (before and after, impact, floors) and ``moves`` (a data frame). Complete in any case: rules that could
        not be met stand in its ``notices``, and ``keeps_every_rule`` is False.

    Raises
    ------
    InputError
        If something given cannot be used.
    InfeasibleError
        If locks, forbidden pairs and groups contradict each other.

    Examples
    --------
    >>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3], "rep": ["Ann", "Ann", "Ann", "Bob"]}
    >>> plan = realign(units, current="rep", balance={"people": 0.05}, is_planar=True)
    >>> plan.moves[["unit_id", "from", "to"]].values.tolist()
    [['c', 'Ann', 'Bob']]
    >>> plan.keeps_every_rule, round(plan.realignment.moved_share, 2)
    (True, 0.2)
    """
    wanted, search = read_options(options)
    laps = Laps(search.clock)
    column = column_of(current)
    source, roster = wanted.read(units, column, balance=with_disruption(wanted.balance, disruption))
    laps.end("read")
    graph, told = wanted.neighbours(source.units)
    wish = TodayWish(current, column, disruption, price, max_moved)
    problem, notices = problem_with_today(source, wanted.rules, wish, reps=roster, adjacency=graph)
    laps.end("model")
    result = solve_within(problem, search)
    enough = _enough_share(problem, result, search)
    laps.end("solve")
    plan = finish(result, source, (*notices, *told, *(() if roster is None else roster.notices), *source.notices), laps)
    assert plan.realignment is not None
    return replace(plan, notices=(*cap_notices(plan.realignment, enough), *plan.notices))


def column_of(current: Any) -> str | None:
    """The column that holds today's territories, if that is what was given, not a file or a table."""
    return current if isinstance(current, str) and not Path(current).exists() else None


@dataclass(frozen=True)
class TodayWish:
    """What was asked about today's alignment, in the words of the user."""

    current: Any
    column: str | None
    disruption: str | None
    price: float | None
    max_moved: float | None


def with_disruption(balance: Balance | None, disruption: str | None) -> Balance | None:
    """Measures that must be read: those to balance, and the disruption."""
    if disruption is None or any(m.name == disruption for m in parse_balance(balance)):
        return balance
    if isinstance(balance, Mapping):
        return {**balance, disruption: None}
    entries = [] if balance is None else [balance] if isinstance(balance, str | Measure) else [*balance]
    return [*entries, Measure(disruption, None)]


def problem_with_today(
    source: Source, rules: Rules, wish: TodayWish, *, reps: Any, adjacency: Adjacency | None
) -> tuple[Problem, tuple[Notice, ...]]:
    """The problem with its baseline, and what should be told about choices that were not the user's."""
    measures, chosen = resolve_balance(rules.balance, source.units.measures)
    units = with_count(source.units, measures)
    needed_measures(units, wish.disruption)
    labels, strange = _labels_of_today(source, wish)
    territories = territories_of_labels(labels, reps, rules.territories)
    problem, by_travel = with_travel(assemble(units, measures, territories, rules, adjacency), rules.travel)
    position = {t: j for j, t in enumerate(territories.ids.tolist())}
    today: IntArray = np.array([position.get(label, -1) for label in labels.tolist()], dtype=np.int32)
    baseline, priced = baseline_of(problem, today, disruption=wish.disruption, price=wish.price, max_moved=wish.max_moved)
    return replace(problem, baseline=baseline), (*chosen, *priced, *by_travel, *strange, *territories.notices)


def _labels_of_today(source: Source, wish: TodayWish) -> tuple[TextArray, tuple[Notice, ...]]:
    """Territory id of each unit today, empty text for a new unit, shape (n,)."""
    if wish.column is None:
        return labels_of_units(source.units, read_assignment(wish.current))
    labels = text_column(source.units, wish.column, option="current")
    if not any(labels):
        raise InputError(
            f"column {wish.column!r} names no territory: every cell is blank; name the column with today's territory of each unit",
            code="no_current",
            field="current",
        )
    return labels, ()


def _enough_share(problem: Problem, result: Result, search: SearchOptions) -> float | None:
    """Moved share of a plan without the cap that keeps every rule, looked for where the cap leaves territories outside."""
    baseline = problem.baseline
    assert baseline is not None
    is_cut = result.stop_reason != "converged"
    if baseline.max_moved_share is None or is_cut or not evaluate(problem, result.territory_idx).is_violating.any():
        return None
    free = replace(baseline, max_moved_share=None, price=0.0)
    from bailiwick.design.realign import price_of_fewest_moves

    open_problem = replace(problem, baseline=free)
    open_problem = replace(problem, baseline=replace(free, price=price_of_fewest_moves(open_problem)))
    spent = sum(result.timings_seconds.values())
    left = None if search.time_limit is None else max(search.time_limit - spent, 0.0)
    found = solve_within(open_problem, replace(search, time_limit=left))
    judged = evaluate(open_problem, found.territory_idx)
    return judged.number("moved_share") if judged.keeps_every_rule else None
