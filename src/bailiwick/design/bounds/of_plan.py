"""The bound of a plan that no single search made."""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.for_centres import bound_for_centres
from bailiwick.design.construct.build import tightest_measure
from bailiwick.design.construct.transport import LADDER, Transport
from bailiwick.design.model import compile_problem
from bailiwick.domain import Bound
from bailiwick.geography.geodesy import coordinates_to_points
from bailiwick.metrics.evaluation import Evaluation


def bound_of_plan(evaluation: Evaluation, *, is_quick: bool = False) -> Bound | None:
    """Lower bound over all plans of the problem with the centres of this one; None for the diameter.

    Parameters
    ----------
    is_quick
        Take what is at hand at once, valid but weak.
    """
    problem = evaluation.problem
    if problem.objective == "diameter":
        return None
    model = compile_problem(problem)
    centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    if is_quick or problem.travel is not None:
        return bound_for_centres(model, evaluation, np.zeros(model.k), is_quick=is_quick)
    start = Transport.of(model, measure=tightest_measure(model)).balance(centres, ladder=LADDER)
    return bound_for_centres(model, evaluation, start, is_quick=is_quick)
