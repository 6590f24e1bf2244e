"""The bound of a plan that no single search made."""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.diameter_floor import diameter_bound
from bailiwick.design.bounds.for_centres import bound_for_centres
from bailiwick.design.construct.build import tightest_measure
from bailiwick.design.construct.transport import LADDER, Transport
from bailiwick.design.model import Model, compile_problem
from bailiwick.domain import Bound, FloatArray
from bailiwick.geography.geodesy import coordinates_to_points
from bailiwick.metrics.evaluation import Evaluation


def lower_bound(model: Model, evaluation: Evaluation, start: FloatArray, *, is_quick: bool = False) -> Bound:
    """Lower bound for the centres of a plan; for the diameter, which has none, over all plans.

    Parameters
    ----------
    model
        The compiled problem of the evaluation.
    start
        Prices of the tightest measure to start from, shape (K,).
    is_quick
        Take what is at hand at once, valid but weak.
    """
    if evaluation.problem.objective == "diameter":
        return diameter_bound(model, evaluation)
    return bound_for_centres(model, evaluation, start, is_quick=is_quick)


def bound_of_plan(evaluation: Evaluation, *, is_quick: bool = False) -> Bound:
    """The same for a plan whose prices are not known."""
    problem = evaluation.problem
    model = compile_problem(problem)
    centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    start = np.zeros(model.k)
    if not (is_quick or problem.travel is not None or problem.objective == "diameter"):
        start = Transport.of(model, measure=tightest_measure(model)).balance(centres, ladder=LADDER)
    return lower_bound(model, evaluation, start, is_quick=is_quick)
