"""Lower bound over all plans, wherever their free centres are: the Lagrangian of the Hess model with units as sites.

Every unit gets a credit for being served once. Then each site, whether its territory is opened or not, can be priced by itself:
the cheapest set of units around it, divided at the margin, whose load lies in the window. For any credits their sum plus
the K least values of the sites is at most the objective of every plan. Credits are improved by deflected subgradient steps.

References
----------
Hess, S. W. et al. (1965). Nonpartisan political redistricting by computer. Operations Research 13(6).
Validi, H., Buchanan, A., Lykhovyd, E. (2022). Imposing contiguity constraints in political districting models. Operations
    Research 70(2).
Camerini, P. M., Fratta, L., Maffioli, F. (1975). On improving relaxation methods by modified gradient techniques. Mathematical
    Programming Study 3.
"""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.for_centres import bounded_model, holds_for, windows_with
from bailiwick.design.bounds.site_kernels import fill_territory, price_sites, site_costs
from bailiwick.design.bounds.transport_dual import in_objective
from bailiwick.design.construct.build import tightest_measure
from bailiwick.design.model import INERTIA, Model
from bailiwick.design.progress import Watch
from bailiwick.domain import Bound, FloatArray, Problem
from bailiwick.geography.geodesy import coordinates_to_points
from bailiwick.metrics.evaluation import Evaluation

MOST_SITES = 2_500  # costs of all pairs are kept: 50 MB
MOST_STEPS = 300
PATIENCE = 10  # steps without gain after which the step is halved
DEFLECTION = 0.7


def why_not_any_centres(problem: Problem) -> str | None:
    """Why there is no bound over all centres, in words; None if there is one."""
    if problem.is_fixed.all():
        return "every centre is given, so that the bound for these centres is the bound for all plans"
    if problem.objective == "diameter":
        return "the largest diameter has no centres"
    if problem.travel is not None or problem.baseline is not None:
        return "travel times and a price of moves are not part of it yet"
    if problem.n_units > MOST_SITES:
        return f"it is for up to {MOST_SITES:,} units, here are {problem.n_units:,}"
    return None


def bound_for_any_centres(model: Model, evaluation: Evaluation, watch: Watch) -> Bound | None:
    """Lower bound over all plans with any free centres, or None for the reasons of :func:`why_not_any_centres`.

    Parameters
    ----------
    model
        The compiled problem of the evaluation.
    watch
        Asked between steps; when it says stop, the best bound so far is given.
    """
    problem = evaluation.problem
    if why_not_any_centres(problem) is not None:
        return None
    model = bounded_model(model, problem)
    measure = tightest_measure(model)
    lower, upper, is_outside = windows_with(model, model.to_nodes(evaluation.territory_idx))
    plan_centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    sites = _Sites(model, measure, float(lower[:, measure].min()), float(upper[:, measure].max()))
    value = sites.climb(sites.first_credit(plan_centres), float(evaluation.objective * model.scale), watch)
    words = holds_for(problem, [measure], centres="any centres", is_widened=bool(is_outside[:, measure].any()))
    value = max(in_objective(model, value), 0.0)
    return Bound(min(value, evaluation.objective), words, "Lagrangian of the Hess model, subgradient")


class _Sites:
    """Fixed centres and units as sites, with the cheapest territory around each."""

    def __init__(self, model: Model, measure: int, lower: float, upper: float) -> None:
        fixed = model.centres[model.is_fixed]
        self.model, self.lower, self.upper, self.n_fixed = model, lower, upper, len(fixed)
        self.power = 2 if model.objective == INERTIA else 1
        self.weight = model.weight * model.scale
        self.cost = site_costs(model.points, self.weight, np.vstack([fixed, model.points]), self.power, model.is_sphere)
        self.load = np.ascontiguousarray(model.load[:, measure])
        self.forced = np.concatenate([np.full(len(fixed), -1), np.arange(model.n)])

    def first_credit(self, centres: FloatArray) -> FloatArray:
        """Credits between the cost from the nearest and from the second nearest centre of a plan, shape (n,)."""
        cost = site_costs(self.model.points, self.weight, centres, self.power, self.model.is_sphere)
        return np.sort(cost, axis=0)[:2].mean(axis=0)

    def value(self, credit: FloatArray) -> tuple[float, FloatArray]:
        """The bound at these credits, and by how much each unit is not served, shape (n,): a supergradient."""
        worth = price_sites(self.cost, self.load, credit, self.forced, self.lower, self.upper)
        n_free = self.model.k - self.n_fixed
        opened = np.argsort(worth[self.n_fixed :], kind="stable")[:n_free] + self.n_fixed
        chosen = np.concatenate([np.arange(self.n_fixed), opened])
        unserved, share = np.ones(self.model.n), np.empty(self.model.n)
        for s in chosen:
            fill_territory(self.cost[s], self.load, credit, self.forced[s], self.lower, self.upper, share)
            unserved -= share
        return float(credit.sum() + worth[chosen].sum()), unserved

    def climb(self, credit: FloatArray, objective: float, watch: Watch) -> float:
        """The best bound found from these credits on; steps are measured against the objective of a plan (Polyak)."""
        best, best_credit, direction = -np.inf, credit, np.zeros_like(credit)
        length, idle = 1.0, 0
        for step in range(MOST_STEPS):
            value, unserved = self.value(credit)
            idle = 0 if value > best + 1e-4 * abs(best) else idle + 1
            if value > best:
                best, best_credit = value, credit
            if watch.report("bound", step / MOST_STEPS, objective=objective / self.model.scale):
                break
            if idle >= PATIENCE:
                length, idle, credit, direction = 0.5 * length, 0, best_credit, np.zeros_like(credit)
            direction = DEFLECTION * unserved + (1 - DEFLECTION) * direction
            square = float(direction @ direction)
            if square < 1e-12 or length < 1e-3:
                break
            credit = credit + length * max(objective - value, 0.0) / square * direction
        return best
