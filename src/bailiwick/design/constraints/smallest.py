"""Small problems: exactly which rules clash, none of them idle, and the least that each by itself would have to give.

Units are whole, territories are as many as asked for and none is empty: what no one can drop. All other rules are switches of one
integer programme. A set of rules clashes if the programme with these switched on has no solution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from bailiwick.design.constraints.switches import SAFETY, Least, Switches
from bailiwick.domain import Conflict, Problem
from bailiwick.domain.naming import unit_names
from bailiwick.domain.wording import counted, enough_percent, listed, percent, tolerance_percent
from bailiwick.metrics.evaluation import Evaluation

MOST_PAIRS = 120
"""So many pairs of unit and territory, and fewer, are searched through."""
ALWAYS = frozenset({"whole_units", "territories"})
"""Rules that nobody can switch off here."""
MOST_TRIED_TOGETHER = 2
"""Sets of so many rules are looked through one by one; larger ones are what a deletion filter leaves."""


def with_smallest(conflicts: tuple[Conflict, ...], evaluation: Evaluation) -> tuple[Conflict, ...]:
    """The conflicts with the smallest set of rules that clash where the problem is small; what it makes idle is left out.

    Parameters
    ----------
    conflicts
        What the floors prove, and what the search did not reach.
    evaluation
        The plan that breaks rules.
    """
    problem = evaluation.problem
    if not conflicts or problem.n_units * problem.n_territories > MOST_PAIRS or not Switches.can_say_all(problem):
        return conflicts
    switches = Switches.of(problem)
    clash = _smallest(switches)
    if clash is None:
        return conflicts
    kinds = _kinds(clash)
    named = [c for c in (_complete(c, switches) for c in conflicts) if not _is_idle(c, kinds)]
    if any(c.is_proven and set(c.rules) - ALWAYS == kinds for c in named):
        return tuple(named)
    return (_told(evaluation, switches, clash), *named)


def _smallest(switches: Switches) -> tuple[str, ...] | None:
    """A set of rules that clash, without an idle one; None if all can be kept, or that could not be decided."""
    active = switches.active
    if not switches.clash(active):
        return None
    for some in _few(active):
        if switches.clash(some):
            return some
    kept = list(active)
    for rule in active:
        rest = [other for other in kept if other != rule]
        if switches.clash(tuple(rest)):
            kept = rest
    return tuple(kept)


def _few(active: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for size in range(1, MOST_TRIED_TOGETHER + 1):
        yield from combinations(active, size)


def _kinds(rules: tuple[str, ...]) -> set[str]:
    return {rule.partition(":")[0] for rule in rules}


def _is_idle(conflict: Conflict, kinds: set[str]) -> bool:
    """Whether the smallest set says more: it needs fewer rules, or proves what the search only did not reach."""
    own = set(conflict.rules) - ALWAYS
    return own > kinds if conflict.is_proven else own <= kinds


def _complete(conflict: Conflict, switches: Switches) -> Conflict:
    """The conflict with a rule that its proof takes for granted: that groups stay together, above all."""
    own = set(conflict.rules) - ALWAYS

    def of(kinds: set[str]) -> tuple[str, ...]:
        return tuple(rule for rule in switches.active if rule.partition(":")[0] in kinds)

    if not conflict.is_proven or switches.clash(of(own)):
        return conflict
    for more in switches.active:
        if switches.clash(of(own | {more.partition(":")[0]})):
            return replace(conflict, rules=(*conflict.rules, more.partition(":")[0]))
    return conflict


def _told(evaluation: Evaluation, switches: Switches, clash: tuple[str, ...]) -> Conflict:
    problem = evaluation.problem
    ways = [words for rule in clash if (words := _way(problem, rule, switches.least(rule, switches.active)))]
    names = [_name(problem, rule) for rule in clash]
    if len(names) == 1:
        message = f"No plan of whole units in {counted(problem.n_territories, 'territory', 'territories')} keeps this rule: {names[0]}."
    else:
        message = f"No plan keeps these rules together, and none of them is idle: {listed(names)}."
    tolerances = [rule.partition(":")[2] for rule in clash if rule.startswith("tolerance:")]
    measure = tolerances[0] if len(tolerances) == 1 else None
    least = None if measure is None else switches.least(f"tolerance:{measure}", clash)
    column = None if measure is None else [m.name for m in problem.measures].index(measure)
    return Conflict(
        code="smallest_set",
        message=message,
        rules=tuple(dict.fromkeys(rule.partition(":")[0] for rule in clash)),
        relaxation="; or ".join(ways) if ways else "none of them alone would do: other rules clash, too",
        is_proven=True,
        measure=measure,
        allowed=None if column is None else problem.measures[column].tolerance,
        least=None if least is None else least.value - SAFETY,
        reached=None if column is None else float(np.abs(evaluation.deviations[:, column]).max()),
    )


def _name(problem: Problem, rule: str) -> str:
    kind, _, name = rule.partition(":")
    if kind == "tolerance":
        tolerance = next(m.tolerance for m in problem.measures if m.name == name)
        return f"{name} within {tolerance_percent(tolerance or 0.0)} of its target"
    share = 0.0 if problem.baseline is None else float(problem.baseline.max_moved_share or 0.0)
    words = {
        "lock": "the locks",
        "forbidden": "the forbidden pairs",
        "group": "groups stay together",
        "contiguity": "territories are connected",
        "max_distance": f"at most {problem.max_distance_km or 0.0:g} km to the centre",
        "max_moved": f"at most {tolerance_percent(share)} changes hands",
    }
    return words[kind]


def _way(problem: Problem, rule: str, least: Least | None) -> str:
    """What the least change of one rule would be while all others are kept, or nothing where it alone would not do."""
    if least is None:
        return ""
    kind, _, name = rule.partition(":")
    units = unit_names(problem, least.units, most=10) if len(least.units) else ""
    if kind == "tolerance":
        return f"allow {enough_percent(least.value)} for {name}, with which a plan exists and below which none does"
    if kind == "max_moved":
        return f"let {percent(least.value)} change hands, the least that does"
    if kind == "max_distance":
        return f"allow {least.value:.4g} km, the least that does"
    if kind == "lock":
        return f"lift the lock of {units}, the fewest that do"
    if kind == "forbidden":
        return f"allow {counted(round(least.value), 'forbidden pair', 'forbidden pairs')} ({units}), the fewest that do"
    return f"divide the group of {units}, the fewest that do" if kind == "group" else "let territories be in pieces"
