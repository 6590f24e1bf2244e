"""The largest diameter gives way a little where no plan of so small a one is balanced, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_instances import grid, grid_pairs, problem

from bailiwick.design.construct.build import Construction, proposal_graph, transport_kind
from bailiwick.design.improve.crew import middles
from bailiwick.design.improve.schedule import WIDENING, WIDENINGS, Course, ScheduleParams
from bailiwick.design.model import compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import Objective

SIDE = 8


def course(objective: Objective) -> Course:
    """Four quadrants of a square whose people are few in one of them, so that its bounds must move outwards."""
    people = np.ones(SIDE * SIDE)
    people[[0, 1, SIDE, SIDE + 1]] = 0.2
    asked = problem(grid(SIDE, SIDE), 4, measures={"people": people}, tolerance=0.08, pairs=grid_pairs(SIDE, SIDE), objective=objective)
    model = compile_problem(asked)
    unit = np.arange(SIDE * SIDE)
    label = model.to_nodes((unit // SIDE // (SIDE // 2) * 2 + unit % SIDE // (SIDE // 2)).astype(np.int32))
    centres = middles(model.points, label, 4)
    built = Construction(label, centres, np.zeros(4), transport_kind(model).of(model))
    return Course(model, built, proposal_graph(model), Watch(lambda: 0.0), 1, ScheduleParams(few=100_000))


def test_the_diameter_grows_until_the_plan_is_balanced() -> None:
    searched = course("diameter")
    before = searched.best
    assert before.excess > searched.floor
    searched.widen()
    assert searched.best.excess <= searched.floor
    assert before.cost < searched.best.cost <= before.cost * (1 + WIDENING * sum(range(1, WIDENINGS + 1))) + 1.0


@pytest.mark.parametrize("objective", ["distance", "inertia"])
def test_other_objectives_are_left_alone(objective: Objective) -> None:
    searched = course(objective)
    before = searched.best
    searched.widen()
    assert searched.best is before
