"""Plans along balance, compactness and disruption: one problem with other tolerances and prices, each plan the start of the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bailiwick.design.constraints.hard import check_hard_rules
from bailiwick.design.construct.build import Construction, proposal_graph, transport_kind
from bailiwick.design.improve.rounds import REALIGN, Rounds
from bailiwick.design.improve.schedule import Improved
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import ProgressFn, StopFn, Watch
from bailiwick.design.realign import keep_names, price_in_search
from bailiwick.design.starts import best_plan
from bailiwick.design.stay import NOTHING
from bailiwick.domain import IntArray, Problem

FIRST_PART = 0.3
"""Share of the work in the first plan, which is searched in full."""
WARM = replace(REALIGN, per_node=30, few=600_000, n_slices=3, hot=0.5, price=90.0, mending_rounds=3)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where on the front a plan is looked for.

    Attributes
    ----------
    tolerance
        Factor on the tolerances of the problem.
    price
        Factor on the price of disruption of the problem.
    """

    tolerance: float
    price: float


WITH_TODAY = tuple(
    Setting(tolerance, price)
    for tolerance, price in ((1, 1), (1, 0), (1, 3), (1, 0.3), (1, 0.1), (1, 0.03), (2, 1), (3, 1), (2, 0.1), (0.5, 1))
)
WITHOUT_TODAY = tuple(Setting(tolerance, 1.0) for tolerance in (1.0, 0.6, 0.4, 0.2, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0))


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep found.

    Attributes
    ----------
    settings
        Of the plans, in the order in which they were found.
    territory_idx
        Territory of each unit in each plan.
    is_complete
        False if the watch stopped it; the plans found until then are there.
    """

    settings: tuple[Setting, ...]
    territory_idx: tuple[IntArray, ...]
    is_complete: bool


def sweep(
    problem: Problem,
    *,
    clock: Callable[[], float],
    seed: int = 0,
    stop: StopFn | None = None,
    on_progress: ProgressFn | None = None,
) -> Sweep:
    """Plans for all settings; with a baseline :data:`WITH_TODAY`, else :data:`WITHOUT_TODAY`.

    Parameters
    ----------
    problem
        With the tolerances and the price to which the settings are relative.
    clock, seed, stop, on_progress
        As for :func:`bailiwick.design.solve.solve`. The first plan comes whatever ``stop`` says.

    Raises
    ------
    InfeasibleError
        If locks, forbidden pairs and groups contradict each other.
    """
    check_hard_rules(problem)
    watch = Watch(clock, stop, on_progress)
    model = compile_problem(problem)
    graph = proposal_graph(model)
    settings = WITH_TODAY if model.stay.is_there else WITHOUT_TODAY
    with watch.part(0.0, FIRST_PART):
        found = [_Found.at(model, best_plan(model, graph, watch, seed=seed)[1])]
    for number, setting in enumerate(settings[1:], 1):
        if watch.is_stopped:
            break
        step = (1.0 - FIRST_PART) / (len(settings) - 1)
        with watch.part(FIRST_PART + step * (number - 1), FIRST_PART + step * number):
            is_free = model.stay.is_there and setting.price == 0
            found.append(_redrawn(model, graph, watch, seed) if is_free else _next(at_setting(model, setting), found, graph, watch, seed))
    done = settings[: len(found)]
    return Sweep(done, tuple(model.to_units(one.plan.label) for one in found), not watch.is_stopped)


@dataclass(frozen=True, eq=False)
class _Found:
    """A plan with what it costs at any price: its ways, and the share of the disruption that moves."""

    plan: Improved
    ways: float
    moved: float

    @classmethod
    def at(cls, model: Model, plan: Improved) -> _Found:
        """A plan that was found for a model."""
        moved = model.stay.moved(plan.label)
        return cls(plan, plan.cost - price_in_search(model) * moved, moved)

    def judged(self, model: Model) -> tuple[float, float]:
        """Cost under the price of a model, and excess over its windows."""
        return self.ways + price_in_search(model) * self.moved, float(model.excesses(self.plan.label).sum())


def _redrawn(model: Model, graph: tuple[IntArray, IntArray], watch: Watch, seed: int) -> _Found:
    """A plan as if nothing stood today, under the names that keep most in place."""
    plan = best_plan(replace(model, stay=NOTHING), graph, watch, seed=seed)[1]
    named = keep_names(model, plan)
    return _Found(named, plan.cost, model.stay.moved(named.label))


def _next(model: Model, found: list[_Found], graph: tuple[IntArray, IntArray], watch: Watch, seed: int) -> _Found:
    """The plan of a model, searched from the one that is best for it among those found."""
    start = _nearest(model, found).plan
    built = Construction(start.label, start.centres, np.zeros(model.k), transport_kind(model).of(model))
    course = Rounds(model, built, graph, watch, seed=seed, params=WARM)
    if model.k not in (1, model.n) and course.cool():
        course.mend()
        if not watch.is_stopped:
            course.polish(1)
    return _Found.at(model, course.best)


def _nearest(model: Model, found: list[_Found]) -> _Found:
    """The plan with the least cost and priced excess under the tolerances and the price of a model."""
    judged = [one.judged(model) for one in found]
    price = REALIGN.price * max(judged[0][0], price_in_search(model)) / model.k
    return found[min(range(len(found)), key=lambda at: judged[at][0] + price * judged[at][1])]


def at_setting(model: Model, setting: Setting) -> Model:
    """The model with other tolerances and another price."""
    lower = model.target + setting.tolerance * (model.lower - model.target)
    upper = model.target + setting.tolerance * (model.upper - model.target)
    return replace(model, lower=lower.clip(min=0.0), upper=upper, stay=model.stay.scaled(setting.price))
