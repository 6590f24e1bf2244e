"""What has moved against today's alignment, on numbers that fit in the head."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_instances import path_pairs, problem

from bailiwick.domain import Baseline, Problem
from bailiwick.metrics import evaluate

TODAY = np.array([0, 0, 1, -1])
AFTER = np.array([0, 1, 1, 1])


def asked(**baseline: object) -> Problem:
    return problem(
        [(0, 0), (1, 0), (2, 0), (3, 0)],
        2,
        measures={"people": [4.0, 2.0, 1.0, 3.0], "shops": [1.0, 1.0, 0.0, 0.0]},
        tolerance=1.0,
        pairs=path_pairs(4),
        baseline=Baseline(TODAY, **baseline),  # type: ignore[arg-type]
    )


def test_moved_units_shares_and_measures() -> None:
    plan = evaluate(asked(), AFTER)
    assert plan.number("moved_units") == 1
    assert plan.number("moved_disruption") == 2
    assert plan.number("moved_share") == pytest.approx(0.2)
    assert plan.column("moved_by_measure").tolist() == pytest.approx([0.2, 0.5])
    assert "moved_above_cap" not in plan.values


def test_the_price_of_disruption_is_part_of_the_objective() -> None:
    plan = evaluate(asked(disruption=[0.0, 7.0, 0.0, 0.0], price=3.0), AFTER)
    assert plan.compactness == evaluate(asked(), AFTER).compactness
    assert plan.objective == pytest.approx(plan.compactness + 21)


def test_the_cap_is_a_rule() -> None:
    assert evaluate(asked(max_moved_share=0.2), AFTER).keeps_every_rule
    above = evaluate(asked(max_moved_share=0.15), AFTER)
    assert above.number("moved_above_cap") == pytest.approx(0.05)
    assert not above.keeps_every_rule


def test_nothing_at_stake_is_no_share() -> None:
    assert evaluate(asked(disruption=np.zeros(4)), AFTER).number("moved_share") == 0
