"""The steps of a layer: territories for the accounts that each of them takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bailiwick.api.facade import Laps, finish, solve_within
from bailiwick.api.layers.carve import NAMED, Carving
from bailiwick.api.layers.plan import DesignedLayer
from bailiwick.api.neighbours import resolve_adjacency
from bailiwick.api.plan import Plan
from bailiwick.api.problem import Rules, build_problem
from bailiwick.api.searching import SearchOptions
from bailiwick.api.sources import Source, read_roster
from bailiwick.domain import IntArray, Notice, Problem, Progress, RepTable, TextArray, UnitTable
from bailiwick.domain.layers import Step
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError

LEAST_SHARE = 0.05
"""Share of the mean that a rep full of named accounts still gets."""
_SEPARATOR = re.compile(r"\s*[;,|]\s*")


@dataclass(slots=True)
class Budget:
    """One search shared by all steps: its time, its stopping rule and its audience.

    Attributes
    ----------
    search
        As for a single design; the seconds are for all steps, and shares of work are told for the whole.
    n_steps
        How many steps there are.
    """

    search: SearchOptions
    n_steps: int
    done: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.search.clock()

    def solve(self, problem: Problem, laps: Laps, source: Source, told: tuple[Notice, ...]) -> Plan:
        """Design one step within what is left of the time."""
        limit, listener = self.search.time_limit, self.search.on_progress
        left = None if limit is None else max(limit - (self.search.clock() - self.started), 0.0)

        def tell(progress: Progress) -> None:
            if listener is not None:
                listener(replace(progress, fraction=(self.done + progress.fraction) / self.n_steps))

        search = replace(self.search, time_limit=left, on_progress=tell)
        result = solve_within(problem, search)
        laps.end("solve")
        return finish(result, source, told, laps)


def design_layer(
    carving: Carving, source: Source, balance: tuple[str, ...], folder: Path, budget: Budget
) -> tuple[DesignedLayer, list[Notice]]:
    """Territories of every step of a layer."""
    territory = np.array(carving.owner)
    plans: dict[str, Plan] = {}
    notices: list[Notice] = []
    for number, step in enumerate(carving.layer.steps):
        members = carving.members(number)
        if step.owner is not None:
            territory[members] = step.owner
        elif len(members):
            try:
                plan, told = _design_step(step, members, carving, source, balance, folder, budget)
            except InputError as error:
                message = f"layer {carving.layer.name!r}, step {step.name!r}: {error}"
                raise InputError(message, code=error.code, field=error.field, row=error.row) from None
            notices += told
            plans[step.name] = plan
            territory[members] = plan.problem.territory_ids[plan.evaluation.territory_idx]
        budget.done += 1
    return DesignedLayer(carving, plans, territory), notices


def _design_step(
    step: Step, members: np.ndarray, carving: Carving, source: Source, balance: tuple[str, ...], folder: Path, budget: Budget
) -> tuple[Plan, list[Notice]]:
    laps = Laps(budget.search.clock)
    units = source.units.take(members)
    roster = None if step.reps is None else read_roster(folder / step.reps, is_planar=units.is_planar)
    wanted = list(step.balance or balance) or None
    rules = Rules(step.territories, wanted, step.objective)  # type: ignore[arg-type]  # the file has only known ones
    graph, told = resolve_adjacency("auto" if step.contiguity else "none", units)
    problem, notices = build_problem(units, rules, reps=roster, adjacency=graph)
    if roster is None and step.where is not None:
        problem = replace(problem, territory_ids=_named_after(step.name, problem.n_territories))
    if roster is not None and step.need is not None:
        problem = replace(problem, forbidden=unskilled(units, roster, step))
    problem, full = _less_what_is_carried(problem, carving, source)
    laps.end("model")
    part = Source(units, len(members), title=source.title)
    return budget.solve(problem, laps, part, (*notices, *told, *full)), full


def _named_after(name: str, k: int) -> TextArray:
    width = len(str(k))
    return np.array([f"{name} {i:0{width}d}" for i in range(1, k + 1)], dtype=object)


def unskilled(units: UnitTable, roster: RepTable, step: Step) -> IntArray:
    """Pairs of an account and a rep who lacks a skill that it needs, shape (m, 2).

    Raises
    ------
    InputError
        If the reps have no such column, or an account needs what no rep has.
    """
    if step.skills not in roster.attributes:
        known = ", ".join(roster.attributes) or "none"
        raise InputError(f"the reps have no column {step.skills!r} of skills; there are: {known}", code="unknown_column", field="skills")
    skills = [_words(text) for text in roster.attributes[str(step.skills)]]
    needs = [_words(text) for text in units.attributes[str(step.need)]]
    lacking = {need: [j for j, have in enumerate(skills) if not need <= have] for need in set(needs)}
    hopeless = next((i for i, need in enumerate(needs) if len(lacking[need]) == roster.n_reps), None)
    if hopeless is not None:
        raise InputError(
            f"account {units.ids[hopeless]!r} needs {', '.join(sorted(needs[hopeless]))}, which no rep has; train or add a rep, or take "
            "the account out by a rule before",
            code="skills",
            field=str(step.need),
        )
    pairs = [(i, j) for i, need in enumerate(needs) for j in lacking[need]]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def _words(text: object) -> frozenset[str]:
    return frozenset(word.casefold() for word in _SEPARATOR.split(str(text).strip()) if word)


def _less_what_is_carried(problem: Problem, carving: Carving, source: Source) -> tuple[Problem, list[Notice]]:
    """Smaller targets for reps who hold named accounts already, by the measure that weighs distance."""
    named = carving.members(NAMED)
    place = {territory: j for j, territory in enumerate(problem.territory_ids.tolist())}
    holder = np.array([place.get(who, -1) for who in carving.owner[named]], dtype=np.int64)
    if not (holder >= 0).any():
        return problem, []
    weight = source.units.measures[problem.measures[0].name][named]
    carried = np.bincount(holder[holder >= 0], weights=weight[holder >= 0], minlength=problem.n_territories)
    total = float(problem.weights.sum())
    wanted = problem.target_shares * (total + carried.sum()) - carried
    least = LEAST_SHARE * total / problem.n_territories
    shares = np.maximum(wanted, max(least, 1e-12))
    full = [str(problem.territory_ids[j]) for j in np.flatnonzero(wanted < least)]
    notices = []
    if full:
        message = (
            f"{counted(len(full), 'rep has', 'reps have')} more in named accounts than a whole share, the first is {full[0]}; "
            f"what is left is a territory of {LEAST_SHARE:.0%} of the mean"
        )
        notices.append(Notice("rep_full", message, len(full), tuple(full[:10])))
    return replace(problem, target_shares=shares / shares.sum()), notices
